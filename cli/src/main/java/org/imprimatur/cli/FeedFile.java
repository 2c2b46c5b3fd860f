package org.imprimatur.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.function.LongConsumer;
import org.imprimatur.inspect.advisories.Feed;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.jspecify.annotations.Nullable;

/**
 * The file of a feed, before it is taken in.
 *
 * @param published how old its content is at least: the server's date of it, or the file's own
 * @param ours whether it was made here, to be deleted when it is taken in
 */
record FeedFile(Path path, Instant published, boolean ours) {

    private static final Duration TO_BEGIN = Duration.ofSeconds(60);
    private static final Fetch.Patience PATIENCE =
            new Fetch.Patience(Duration.ofSeconds(60), 64 * 1024);
    private static final long MAX_BYTES = 4L << 30;
    private static final int MOST_TRIES = 5;

    /** The file of a feed's name, with any ending; null when there is none. */
    static @Nullable FeedFile inDirectory(Path directory, String name) throws IOException {
        try (var files = Files.list(directory)) {
            var found =
                    files.filter(
                                    file -> {
                                        var here = file.getFileName().toString();
                                        return here.equals(name) || here.startsWith(name + ".");
                                    })
                            .sorted()
                            .findFirst();
            return found.isEmpty() ? null : at(found.get());
        }
    }

    static FeedFile at(Path file) throws IOException {
        return new FeedFile(file, Files.getLastModifiedTime(file).toInstant(), false);
    }

    /**
     * Fetches a feed into the store's directory, and goes on where an earlier attempt broke off, if
     * the server still has the same content.
     *
     * @param progress told the number of bytes that are there
     */
    static FeedFile fetched(
            Feed feed, Fetch fetch, Path directory, Instant now, LongConsumer progress)
            throws IOException {
        var part = directory.resolve("." + feed.name() + ".part");
        var validator = directory.resolve("." + feed.name() + ".etag");
        for (int tries = 1; ; tries++) {
            try {
                var published = fetch(feed, fetch, part, validator, now, progress);
                Files.deleteIfExists(validator);
                return new FeedFile(part, published, true);
            } catch (FetchFailed broken) {
                boolean goesOn = Files.exists(validator) && Files.size(part) > 0;
                if (tries == MOST_TRIES || !goesOn) {
                    throw broken;
                }
            }
        }
    }

    private static Instant fetch(
            Feed feed, Fetch fetch, Path part, Path validator, Instant now, LongConsumer progress)
            throws IOException {
        boolean begun = Files.exists(part) && Files.exists(validator);
        long have = begun ? Files.size(part) : 0;
        var headers =
                have == 0
                        ? Map.<String, String>of()
                        : Map.of(
                                "Range",
                                "bytes=" + have + "-",
                                "If-Range",
                                Files.readString(validator));
        try (var body = fetch.open(feed.url(), headers, TO_BEGIN, PATIENCE)) {
            boolean resumed = body.status() == 206 && have > 0;
            long at = resumed ? have : 0;
            Files.deleteIfExists(validator);
            var tag =
                    body.headers()
                            .firstValue("ETag")
                            .filter(each -> !each.startsWith("W/"))
                            .or(() -> body.headers().firstValue("Last-Modified"));
            if (tag.isPresent()) {
                Files.writeString(validator, tag.get());
            }
            try (OutputStream out =
                    resumed
                            ? Files.newOutputStream(part, StandardOpenOption.APPEND)
                            : Files.newOutputStream(part)) {
                byte[] buffer = new byte[1 << 16];
                for (int count = body.stream().read(buffer);
                        count >= 0;
                        count = body.stream().read(buffer)) {
                    at += count;
                    if (at > MAX_BYTES) {
                        throw new FetchFailed(
                                "%s has more than %d bytes".formatted(feed.url(), MAX_BYTES));
                    }
                    out.write(buffer, 0, count);
                    progress.accept(at);
                }
            }
            return body.headers()
                    .firstValue("Last-Modified")
                    .map(date -> date(date, now))
                    .orElse(now);
        }
    }

    private static Instant date(String text, Instant otherwise) {
        try {
            return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
        } catch (DateTimeException e) {
            return otherwise;
        }
    }

    void discard() throws IOException {
        if (ours) {
            Files.deleteIfExists(path);
        }
    }
}
