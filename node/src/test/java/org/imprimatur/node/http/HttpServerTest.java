package org.imprimatur.node.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.imprimatur.node.metrics.Metrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire, seen by real clients. */
final class HttpServerTest {

    private static final String TAG = "\"of the body\"";

    private byte[] body = {};
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
                            .put(
                                    "/body",
                                    request ->
                                            Answer.text(
                                                    "text/plain",
                                                    "" + request.body(1 << 20).length)),
                    new Metrics(),
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
        body = new byte[length];
        new Random(length).nextBytes(body);

        // Twice, since the second needs the connection as the first left it.
        for (int i = 0; i < 2; i++) {
            var answer = get();

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(body);
            assertThat(answer.headers().allValues("Content-Length"))
                    .containsExactly(Integer.toString(length));
            assertThat(answer.headers().firstValue("Transfer-Encoding")).isEmpty();
            assertThat(answer.headers().firstValue("ETag")).hasValue(TAG);
        }
    }

    @Test
    void aLargeBodyIsAnnouncedToHeadAndSparedToWhoHasIt() throws Exception {
        body = new byte[200_000];

        var head =
                client.send(
                        request().method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
                        BodyHandlers.ofByteArray());
        var unchanged =
                client.send(
                        request().header("If-None-Match", TAG).build(), BodyHandlers.ofByteArray());

        assertThat(head.headers().firstValue("Content-Length")).hasValue("200000");
        assertThat(head.body()).isEmpty();
        assertThat(unchanged.statusCode()).isEqualTo(304);
        assertThat(unchanged.body()).isEmpty();
    }

    @Test
    void afterTheLastAnswerTheConnectionIsClosedHoweverLargeItWas() throws Exception {
        body = new byte[200_000];

        try (var socket = open()) {
            send(socket, "GET /body HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

            assertThat(socket.getInputStream().readAllBytes()).hasSizeGreaterThan(200_000);
        }
    }

    @Test
    void aClientThatGoesInTheMiddleOfABodyHarmsNobody() throws Exception {
        body = new byte[20_000_000];
        try (var socket = open()) {
            send(socket, "GET /body HTTP/1.1\r\nHost: localhost\r\n\r\n");
            new DataInputStream(socket.getInputStream()).readFully(new byte[1000]);
        }

        body = new byte[10];

        assertThat(get().body()).hasSize(10);
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
                Thread.sleep(200);
            }
            send(socket, "GET /body HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

            var answers = new String(socket.getInputStream().readAllBytes(), US_ASCII);

            assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(10);
        }
    }

    private HttpResponse<byte[]> get() throws IOException, InterruptedException {
        return client.send(request().build(), BodyHandlers.ofByteArray());
    }

    private HttpRequest.Builder request() {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/body".formatted(server.address().getPort())));
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
