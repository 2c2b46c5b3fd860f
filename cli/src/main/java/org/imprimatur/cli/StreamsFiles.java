package org.imprimatur.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.imprimatur.exchange.streams.StreamsSource;

/** The files of an index, in a directory or behind an address. Redirects are not followed. */
sealed interface StreamsFiles extends StreamsSource, AutoCloseable {

    /** Where it is: a directory, or an address of http or https. */
    static StreamsFiles open(String where) {
        if (!where.startsWith("http://") && !where.startsWith("https://")) {
            return new Directory(Path.of(where));
        }
        try {
            var base = new URI(where.endsWith("/") ? where : where + "/");
            if (base.getHost() == null || base.getUserInfo() != null) {
                throw new CommandFailure(
                        ExitCode.USAGE, "expected an address of http or https with a host alone");
            }
            return new Remote(
                    base,
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .connectTimeout(Duration.ofSeconds(10))
                            .followRedirects(HttpClient.Redirect.NEVER)
                            .build());
        } catch (URISyntaxException e) {
            throw new CommandFailure(ExitCode.USAGE, "the address of the index is not a URL");
        }
    }

    @Override
    void close();

    /** On disk. */
    record Directory(Path root) implements StreamsFiles {

        @Override
        public Optional<byte[]> read(String path, int limit) throws IOException {
            var file = root.resolve(path);
            if (!Files.isRegularFile(file)) {
                return Optional.empty();
            }
            try (var in = Files.newInputStream(file)) {
                return Optional.of(in.readNBytes(limit + 1));
            }
        }

        @Override
        public void close() {
            // Nothing is held open.
        }
    }

    /** Behind an address. */
    record Remote(URI base, HttpClient http) implements StreamsFiles {

        private static final Duration WHOLE = Duration.ofMinutes(2);

        @Override
        public Optional<byte[]> read(String path, int limit) {
            var address = base.resolve(path);
            var answer = new CompletableFuture<Optional<byte[]>>();
            // On a thread of its own, so that a server that dawdles is left behind.
            var reader =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            answer.complete(fetch(address, limit));
                                        } catch (IOException
                                                | InterruptedException
                                                | RuntimeException e) {
                                            answer.completeExceptionally(e);
                                        }
                                    });
            try {
                return answer.get(WHOLE.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw unreachable(address, "interrupted", e);
            } catch (TimeoutException e) {
                throw unreachable(address, "no answer within " + WHOLE, e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof CommandFailure known) {
                    throw known;
                }
                throw unreachable(address, String.valueOf(e.getCause()), e);
            } finally {
                reader.interrupt();
            }
        }

        private Optional<byte[]> fetch(URI address, int limit)
                throws IOException, InterruptedException {
            var request =
                    HttpRequest.newBuilder(address)
                            .timeout(WHOLE)
                            .header("User-Agent", "imprimatur")
                            .build();
            var answer = http.send(request, BodyHandlers.ofInputStream());
            try (var in = answer.body()) {
                if (answer.statusCode() == 404) {
                    return Optional.empty();
                }
                if (answer.statusCode() != 200) {
                    throw new CommandFailure(
                            ExitCode.UNREACHABLE,
                            "%s answers with status %d; expected 200"
                                    .formatted(address, answer.statusCode()));
                }
                return Optional.of(in.readNBytes(limit + 1));
            }
        }

        private static CommandFailure unreachable(URI address, String why, Exception cause) {
            return new CommandFailure(
                    ExitCode.UNREACHABLE, "%s does not answer (%s)".formatted(address, why), cause);
        }

        @Override
        public void close() {
            http.shutdownNow();
        }
    }
}
