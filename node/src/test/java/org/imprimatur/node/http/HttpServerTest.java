package org.imprimatur.node.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.imprimatur.node.metrics.Metrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire, seen by real clients. */
final class HttpServerTest {

    private static final String TAG = "\"of the body\"";

    private static final int HUGE = 20_000_000;

    @TempDir private Path directory;
    private byte[] body = {};
    private Body kept = Body.of(body);
    private final Metrics metrics = new Metrics();
    private final HttpServer server =
            HttpServer.start(
                    "127.0.0.1",
                    0,
                    new Routes()
                            .get(
                                    "/body",
                                    _ ->
                                            new Answer.Content(
                                                    200,
                                                    "application/octet-stream",
                                                    body,
                                                    Map.of("ETag", TAG)))
                            .get(
                                    "/kept",
                                    _ ->
                                            new Answer.Content(
                                                    200,
                                                    "application/octet-stream",
                                                    kept,
                                                    Map.of("ETag", TAG)))
                            .get(
                                    "/file",
                                    _ ->
                                            new Answer.FileContent(
                                                    file(), "application/octet-stream", Map.of()))
                            .get(
                                    "/stream",
                                    _ ->
                                            new Answer.Stream(
                                                    "application/octet-stream",
                                                    Map.of(),
                                                    out -> out.write(body)))
                            .put(
                                    "/body",
                                    request ->
                                            Answer.text(
                                                    "text/plain",
                                                    "" + request.body(1 << 20).length)),
                    metrics,
                    Duration.ofMillis(500));
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {0, 1, 8191, 8192, 8193, 65535, 65536, 65537, 131072, 131073, 139264, 5_000_001})
    void aBodyOfAnyLengthArrivesWholeWithItsLength(int length) throws Exception {
        bodies(length);

        for (var path : List.of("/body", "/kept", "/file")) {
            // Twice, since the second needs the connection as the first left it.
            for (int i = 0; i < 2; i++) {
                var answer = get(path);

                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo(body);
                assertThat(answer.headers().allValues("Content-Length"))
                        .containsExactly(Integer.toString(length));
                assertThat(answer.headers().firstValue("Transfer-Encoding")).isEmpty();
                assertThat(answer.headers().firstValue("ETag")).isPresent();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/body", "/kept", "/file"})
    void aLargeBodyIsAnnouncedToHeadAndSparedToWhoHasIt(String path) throws Exception {
        bodies(200_000);

        var head =
                client.send(
                        request(path).method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
                        BodyHandlers.ofByteArray());
        var unchanged =
                client.send(
                        request(path)
                                .header("If-None-Match", head.headers().firstValue("ETag").get())
                                .build(),
                        BodyHandlers.ofByteArray());

        assertThat(head.headers().firstValue("Content-Length")).hasValue("200000");
        assertThat(head.body()).isEmpty();
        assertThat(unchanged.statusCode()).isEqualTo(304);
        assertThat(unchanged.body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1",
        "bytes=1-200000, 1, 200001",
        "bytes=299990-, 299990, 300000",
        "bytes=-300, 299700, 300000"
    })
    void aRangeOfAFileIsSentAlone(String range, int from, int to) throws Exception {
        bodies(300_000);

        var answer =
                client.send(
                        request("/file").header("Range", range).build(),
                        BodyHandlers.ofByteArray());

        assertThat(answer.statusCode()).isEqualTo(206);
        assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(body, from, to));
    }

    @Test
    void manyMaySendTheSameKeptBodyAtOnce() throws Exception {
        bodies(3_000_000);

        var answers =
                Stream.generate(
                                () ->
                                        client.sendAsync(
                                                request("/kept").build(),
                                                BodyHandlers.ofByteArray()))
                        .limit(8)
                        .toList();

        for (var answer : answers) {
            assertThat(answer.get().body()).isEqualTo(body);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/body", "/kept", "/file", "/stream"})
    void whoTakesNothingOfAnAnswerIsHungUpOn(String path) throws Exception {
        bodies(HUGE);
        try (var socket = open()) {
            send(socket, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path));

            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!brokenOff(path) && System.nanoTime() < end) {
                Thread.sleep(20);
            }
            assertThat(brokenOff(path)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/body", "/kept", "/file", "/stream"})
    void whoTakesAnAnswerSlowlyGetsAll(String path) throws Exception {
        bodies(HUGE);
        try (var socket = open()) {
            send(
                    socket,
                    "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .formatted(path));

            long read = 0;
            for (int i = 0; i < 10; i++) {
                Thread.sleep(100);
                read += socket.getInputStream().readNBytes(HUGE / 10).length;
            }
            read += socket.getInputStream().readAllBytes().length;

            assertThat(read).isGreaterThan(HUGE);
        }
        assertThat(brokenOff(path)).isFalse();
    }

    @Test
    void afterTheLastAnswerTheConnectionIsClosedHoweverLargeItWas() throws Exception {
        bodies(200_000);

        try (var socket = open()) {
            send(socket, "GET /kept HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

            assertThat(socket.getInputStream().readAllBytes()).hasSizeGreaterThan(200_000);
        }
    }

    @Test
    void aClientThatGoesInTheMiddleOfABodyHarmsNobody() throws Exception {
        bodies(HUGE);
        try (var socket = open()) {
            send(socket, "GET /kept HTTP/1.1\r\nHost: localhost\r\n\r\n");
            new DataInputStream(socket.getInputStream()).readFully(new byte[1000]);
        }

        assertThat(get("/kept").body()).isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8192, 16_384, 16_385, 1 << 20})
    void aBodyIsReadWholeWhetherItsLengthIsAnnouncedOrNot(int length) throws Exception {
        var bytes = new byte[length];

        assertThat(put(BodyPublishers.ofByteArray(bytes)).body()).isEqualTo("" + length);
        assertThat(put(unannounced(bytes)).body()).isEqualTo("" + length);
    }

    @Test
    void aBodyThatIsTooLongIsRefusedWhetherItsLengthIsAnnouncedOrNot() throws Exception {
        var bytes = new byte[(1 << 20) + 1];

        assertThat(put(BodyPublishers.ofByteArray(bytes)).statusCode()).isEqualTo(413);
        assertThat(put(unannounced(bytes)).statusCode()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "-5", "x", "1e3", "99999999999999999999"})
    void aLengthThatIsNoneIsRefused(String length) throws Exception {
        try (var socket = open()) {
            send(
                    socket,
                    "PUT /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: %s\r\n\r\nhello"
                            .formatted(length));

            assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
                    .startsWith("HTTP/1.1 400");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /bo",
                "GET /body HTTP/1.1\r\nHost: loc",
                "PUT /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf"
            })
    void aRequestThatDoesNotGoOnIsHungUpOn(String beginning) throws Exception {
        try (var socket = open()) {
            send(socket, beginning);

            long start = System.nanoTime();
            socket.getInputStream().readAllBytes();

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(300), Duration.ofSeconds(20));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /bo", "GET /body HTTP/1.1\r\nHost: loc"})
    void afterAnAnswerTheNextRequestHasToComeInTime(String beginning) throws Exception {
        try (var socket = open()) {
            send(socket, "GET /body HTTP/1.1\r\nHost: localhost\r\n\r\n" + beginning);

            long start = System.nanoTime();
            var answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);

            assertThat(answer).startsWith("HTTP/1.1 200");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(300), Duration.ofSeconds(20));
        }
    }

    @Test
    void aRequestThatDripsIsHungUpOnToo() throws Exception {
        try (var socket = open()) {
            send(socket, "GET /body HTTP/1.1\r\nHost: localhost\r\n\r\nGET /body HTTP/1.1\r\n");

            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 300; i++) {
                                    send(socket, "X-%d: drip\r\n".formatted(i));
                                    Thread.sleep(100);
                                }
                            })
                    .isInstanceOf(SocketException.class);
        }
    }

    @Test
    void whoAsksInTimeIsAnsweredAgainAndAgain() throws Exception {
        try (var socket = open()) {
            for (int i = 0; i < 8; i++) {
                send(socket, "GET /body HTTP/1.1\r\nHost: localhost\r\n\r\n");
                Thread.sleep(100);
            }
            send(socket, "GET /body HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

            var answers = new String(socket.getInputStream().readAllBytes(), US_ASCII);

            assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(10);
        }
    }

    private static BodyPublisher unannounced(byte[] bytes) {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
    }

    private HttpResponse<String> put(BodyPublisher sent) throws Exception {
        return client.send(request("/body").PUT(sent).build(), BodyHandlers.ofString());
    }

    private Path file() {
        return directory.resolve("file");
    }

    /** What all paths answer from now on. */
    private void bodies(int length) throws IOException {
        body = new byte[length];
        new Random(length).nextBytes(body);
        kept = Body.kept(body);
        Files.write(file(), body);
    }

    /** Whether the thread of such an answer has given up. */
    private boolean brokenOff(String path) {
        return new String(metrics.text(), UTF_8)
                .lines()
                .anyMatch(
                        line ->
                                line.contains("route=\"%s\"".formatted(path))
                                        && line.contains("status=\"499\""));
    }

    private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), BodyHandlers.ofByteArray());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d%s".formatted(server.address().getPort(), path)));
    }

    private Socket open() throws IOException {
        var socket = new Socket("127.0.0.1", server.address().getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }
}
