package org.imprimatur.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.imprimatur.exchange.hepix.ImageList;

/**
 * Where a list is: a file, or an address of http or https. Credentials in the address are sent as
 * Basic authentication at once, as subscribers of private lists do, and are never shown. Redirects
 * are not followed: what is fetched is what was asked for.
 *
 * @param bytes the list
 * @param address the address without credentials, when it is not a file
 */
@SuppressWarnings("ArrayRecordComponent")
record ListSource(byte[] bytes, Optional<String> address) {

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration WHOLE = Duration.ofMinutes(5);

    static ListSource read(String where) throws IOException {
        return where.startsWith("http://") || where.startsWith("https://")
                ? fetch(where)
                : new ListSource(Input.read(Path.of(where), ImageList.MAX_BYTES), Optional.empty());
    }

    private static ListSource fetch(String where) {
        URI given;
        URI plain;
        try {
            given = new URI(where);
            plain =
                    new URI(
                            given.getScheme(),
                            null,
                            given.getHost(),
                            given.getPort(),
                            given.getPath(),
                            given.getQuery(),
                            null);
        } catch (URISyntaxException e) {
            throw new CommandFailure(ExitCode.USAGE, "the address of the list is not a URL");
        }
        if (given.getHost() == null) {
            throw new CommandFailure(ExitCode.USAGE, "the address of the list names no host");
        }
        var request =
                HttpRequest.newBuilder(plain).timeout(WHOLE).header("User-Agent", "imprimatur");
        if (given.getUserInfo() != null) {
            request.header(
                    "Authorization",
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString(
                                            given.getUserInfo().getBytes(StandardCharsets.UTF_8)));
        }
        return new ListSource(body(plain, request.build()), Optional.of(plain.toString()));
    }

    /** Reads the answer on a thread of its own, so that a server that dawdles is left behind. */
    private static byte[] body(URI address, HttpRequest request) {
        var answer = new CompletableFuture<byte[]>();
        try (var http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build()) {
            var reader =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            answer.complete(answer(http, address, request));
                                        } catch (IOException
                                                | InterruptedException
                                                | RuntimeException e) {
                                            answer.completeExceptionally(e);
                                        }
                                    });
            try {
                return answer.get(WHOLE.toSeconds(), TimeUnit.SECONDS);
            } finally {
                reader.interrupt();
                http.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(
                    ExitCode.UNREACHABLE, "interrupted while waiting for " + address, e);
        } catch (TimeoutException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "%s did not answer within %s".formatted(address, WHOLE),
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CommandFailure known) {
                throw known;
            }
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "%s does not answer (%s)".formatted(address, e.getCause()),
                    e);
        }
    }

    private static byte[] answer(HttpClient http, URI address, HttpRequest request)
            throws IOException, InterruptedException {
        var response = http.send(request, BodyHandlers.ofInputStream());
        try (var in = response.body()) {
            if (response.statusCode() != 200) {
                throw new CommandFailure(
                        ExitCode.UNREACHABLE,
                        "%s answers with status %d; expected 200"
                                .formatted(address, response.statusCode()));
            }
            byte[] body = in.readNBytes(ImageList.MAX_BYTES + 1);
            if (body.length > ImageList.MAX_BYTES) {
                throw new CommandFailure(
                        ExitCode.UNREADABLE,
                        "%s is larger than %d bytes, the most that is read"
                                .formatted(address, ImageList.MAX_BYTES));
            }
            return body;
        }
    }
}
