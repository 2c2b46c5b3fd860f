package org.imprimatur.inspect.advisories;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.io.input.BoundedInputStream;
import org.imprimatur.inspect.facts.Shown;
import org.tukaani.xz.XZInputStream;

/**
 * Advisories on disk: for each feed a directory with {@code feed.json}, which says what it is and
 * how old, and for each ecosystem a compressed table of its advisories in order of package. A feed
 * is replaced as a whole or not at all; readers of the old one are not disturbed.
 */
public final class AdvisoryStore {

    private static final long MAX_UNPACKED = 8L << 30;
    private static final int MAX_ROWS = 5_000_000;
    private static final String STATE = "feed.json";
    private static final String OLD = ".old-";

    /** So often a feed is looked for that is not where it should be. */
    private static final int LOOKS = 3;

    private final Path directory;

    /** The store in this directory, which need not exist. */
    public AdvisoryStore(Path directory) {
        this.directory = directory;
    }

    /** Where it is. */
    public Path directory() {
        return directory;
    }

    /** Takes what was asked for. */
    interface RowTaker {

        /** One row. */
        void take(Advisory advisory, FeedState feed);

        /** A table of an ecosystem cannot be read, and some of its rows may have been taken. */
        void damaged(String ecosystem, FeedState feed, MalformedFeed fault) throws MalformedFeed;
    }

    /**
     * Takes a fetched file in, in place of what the store had of this feed.
     *
     * @param file the feed as it was fetched; gzip, xz and zstd are undone
     * @param fetched when it was fetched
     * @param published how old its content is at least
     * @throws MalformedFeed when it is not in its format; the store keeps what it had
     */
    public FeedState take(Feed feed, Path file, Instant fetched, Instant published)
            throws IOException {
        var tables = new TreeMap<String, List<Advisory>>();
        long[] count = new long[1];
        Consumer<Advisory> sink =
                advisory -> {
                    if (++count[0] <= MAX_ROWS) {
                        tables.computeIfAbsent(advisory.ecosystem(), _ -> new ArrayList<>())
                                .add(advisory);
                    }
                };
        try (var raw = Files.newInputStream(file)) {
            parse(feed, raw, sink);
        }
        if (count[0] > MAX_ROWS) {
            throw new MalformedFeed("more than %d advisories".formatted(MAX_ROWS));
        }
        var state =
                new FeedState(
                        feed.name(),
                        feed.format(),
                        feed.url().toString(),
                        sha256(file),
                        Files.size(file),
                        fetched,
                        published,
                        count[0],
                        feed.security());
        write(state, tables);
        return state;
    }

    private static void parse(Feed feed, InputStream raw, Consumer<Advisory> sink)
            throws MalformedFeed {
        try (var unpacked =
                BoundedInputStream.builder()
                        .setInputStream(unpacked(raw))
                        .setMaxCount(MAX_UNPACKED)
                        .setOnMaxCount(
                                (most, _) -> {
                                    throw new MalformedFeed(
                                            "it unpacks to %d bytes or more".formatted(most));
                                })
                        .get()) {
            feed.format().read(unpacked, feed, sink);
        } catch (MalformedFeed e) {
            throw e;
        } catch (IOException e) {
            throw new MalformedFeed("it cannot be read: " + e.getMessage(), e);
        }
    }

    private void write(FeedState state, Map<String, List<Advisory>> tables) throws IOException {
        Files.createDirectories(directory);
        Path made = Files.createTempDirectory(directory, ".new-");
        try {
            for (var table : tables.entrySet()) {
                table.getValue().sort(AdvisoryRow.ORDER);
                write(made.resolve(tableName(table.getKey())), table.getValue());
            }
            FeedJson.MAPPER
                    .writerWithDefaultPrettyPrinter()
                    .writeValue(made.resolve(STATE).toFile(), json(state));
            Path place = directory.resolve(state.name());
            Path old = directory.resolve(OLD + state.name());
            if (Files.exists(place)) {
                delete(old);
                Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(made, place, StandardCopyOption.ATOMIC_MOVE);
            delete(old);
        } finally {
            delete(made); // of what could not be taken
        }
    }

    private static void write(Path table, List<Advisory> advisories) throws IOException {
        try (var out =
                new BufferedOutputStream(
                        new GZIPOutputStream(Files.newOutputStream(table), 1 << 16))) {
            for (var advisory : advisories) {
                byte[] row = AdvisoryRow.of(advisory).getBytes(StandardCharsets.UTF_8);
                if (row.length > BoundedLines.MAX_LINE) {
                    throw new MalformedFeed(
                            "what it says of %s in %s is longer than %d bytes"
                                    .formatted(
                                            Shown.characters(advisory.id(), 100),
                                            Shown.characters(advisory.name(), 100),
                                            BoundedLines.MAX_LINE));
                }
                out.write(row);
                out.write('\n');
            }
        }
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.isDirectory(tree)) {
            return;
        }
        try (var files = Files.list(tree)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(tree);
    }

    /** Every feed that is in the store, in order of name. */
    public List<FeedState> feeds() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        var names = new TreeSet<String>();
        try (var entries = Files.list(directory)) {
            for (var entry : entries.toList()) {
                var name = entry.getFileName().toString();
                if (name.startsWith(OLD)) {
                    names.add(name.substring(OLD.length()));
                } else if (!name.startsWith(".")) {
                    names.add(name);
                }
            }
        }
        var states = new ArrayList<FeedState>();
        for (var name : names) {
            state(name).ifPresent(states::add);
        }
        return states;
    }

    /** Empty where there is no feed of this name. */
    private Optional<FeedState> state(String name) throws IOException {
        for (int looks = 0; looks < LOOKS; looks++) {
            var file = place(name).resolve(STATE);
            if (Files.exists(file)) {
                try {
                    return Optional.of(state(file));
                } catch (NoSuchFileException _) {
                    continue; // it was replaced at this moment
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Where a feed is: while it is replaced, there is a moment when it is at its old place only.
     */
    private Path place(String name) {
        var place = directory.resolve(name);
        var old = directory.resolve(OLD + name);
        return Files.exists(place) || !Files.exists(old) ? place : old;
    }

    /**
     * Gives all that the store says about packages of some ecosystems, feed after feed.
     *
     * @return false when feeds were replaced meanwhile, so that what was given may be of several
     *     states of them, or not all
     */
    boolean read(Collection<String> ecosystems, RowTaker taker) throws IOException {
        var feeds = feeds();
        try {
            for (var feed : feeds) {
                for (var ecosystem : ecosystems) {
                    var place = place(feed.name());
                    var table = place.resolve(tableName(ecosystem));
                    if (Files.exists(table)) {
                        try {
                            rows(table, ecosystem, row -> taker.take(row, feed));
                        } catch (MalformedFeed e) {
                            taker.damaged(ecosystem, feed, e);
                        }
                    } else if (!Files.exists(place.resolve(STATE))) {
                        return false;
                    }
                }
            }
        } catch (NoSuchFileException _) {
            return false;
        }
        return feeds().equals(feeds);
    }

    private static void rows(Path table, String ecosystem, Consumer<Advisory> taker)
            throws IOException {
        try (var in = new GZIPInputStream(Files.newInputStream(table), 1 << 16)) {
            var lines = new BoundedLines(in);
            for (var line = lines.next(); line != null; line = lines.next()) {
                taker.accept(
                        AdvisoryRow.parse(new String(line, StandardCharsets.UTF_8), ecosystem));
            }
        } catch (java.io.EOFException | java.util.zip.ZipException | IllegalArgumentException e) {
            throw new MalformedFeed("%s is damaged: update this feed again".formatted(table), e);
        }
    }

    private static String tableName(String ecosystem) {
        var bounded = ecosystem.substring(0, Math.min(ecosystem.length(), 80));
        return URLEncoder.encode(bounded, StandardCharsets.UTF_8) + ".tsv.gz";
    }

    private static ObjectNode json(FeedState state) {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("name", state.name());
        json.put("format", state.format().label());
        json.put("url", state.url());
        json.put("sha256", state.sha256());
        json.put("bytes", state.bytes());
        json.put("fetched", state.fetched().toString());
        json.put("published", state.published().toString());
        json.put("records", state.records());
        json.put("security", state.security());
        return json;
    }

    private static FeedState state(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var json = FeedJson.record(in, file.toString());
            return new FeedState(
                    FeedJson.text(json, "name"),
                    FeedFormat.of(FeedJson.text(json, "format"))
                            .orElseThrow(() -> new MalformedFeed(file + " names no known format")),
                    FeedJson.text(json, "url"),
                    FeedJson.text(json, "sha256"),
                    json.path("bytes").asLong(),
                    Instant.parse(FeedJson.text(json, "fetched")),
                    Instant.parse(FeedJson.text(json, "published")),
                    json.path("records").asLong(),
                    json.path("security").asBoolean());
        } catch (DateTimeParseException e) {
            throw new MalformedFeed(file + " has no date of the feed", e);
        }
    }

    /** Undoes what the first bytes say the file is packed with. */
    private static InputStream unpacked(InputStream raw) throws IOException {
        var in = new BufferedInputStream(raw, 1 << 16);
        in.mark(8);
        byte[] head = in.readNBytes(6);
        in.reset();
        if (begins(head, 0x1f, 0x8b)) {
            return new GZIPInputStream(in, 1 << 16);
        }
        if (begins(head, 0xfd, '7', 'z', 'X', 'Z', 0)) {
            return new XZInputStream(in, 1 << 17);
        }
        if (begins(head, 0x28, 0xb5, 0x2f, 0xfd)) {
            return new ZstdInputStream(in);
        }
        return in;
    }

    private static boolean begins(byte[] head, int... magic) {
        if (head.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((head[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    private static String sha256(Path file) throws IOException {
        var digest = sha256();
        byte[] buffer = new byte[1 << 16];
        try (var in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
