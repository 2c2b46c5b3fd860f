package org.imprimatur.node.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.imprimatur.node.metrics.Metrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that ask again before they are answered, and never stop, beside one that asks seldom. */
final class BusyClientsTest {

    /**
     * Long enough for a machine that does much else; reached only by a client that is forgotten.
     */
    private static final Duration FORGOTTEN = Duration.ofSeconds(30);

    private static final int CLIENTS = 2 * Runtime.getRuntime().availableProcessors();

    private final CountDownLatch allBusy = new CountDownLatch(3 * CLIENTS);
    private final HttpServer server =
            HttpServer.start(
                    "127.0.0.1",
                    0,
                    new Routes()
                            .get("/", _ -> Answer.text("text/plain", "at once"))
                            .get("/work", _ -> work()),
                    new Metrics(),
                    FORGOTTEN.multipliedBy(4));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void leaveRoomForOthers() throws Exception {
        var busy = new ArrayList<Socket>();
        try (var other = open()) {
            // What is not compiled yet takes as long as a wait.
            for (int i = 0; i < 5000; i++) {
                ask(other);
            }
            for (int i = 0; i < CLIENTS; i++) {
                busy.add(open());
            }
            busy.forEach(BusyClientsTest::askForEver);
            assertThat(allBusy.await(FORGOTTEN.toSeconds(), SECONDS)).isTrue();

            assertThatCode(() -> ask(other)).doesNotThrowAnyException();
        } finally {
            for (var socket : busy) {
                socket.close();
            }
        }
    }

    /** Keeps a processor for a millisecond. */
    private Answer work() {
        for (long end = System.nanoTime() + 1_000_000; System.nanoTime() < end; ) {
            Thread.onSpinWait();
        }
        allBusy.countDown();
        return Answer.text("text/plain", "done");
    }

    private Socket open() throws IOException {
        var socket = new Socket(server.address().getAddress(), server.address().getPort());
        socket.setSoTimeout(Math.toIntExact(FORGOTTEN.toMillis()));
        return socket;
    }

    /** Asks once, and reads the answer, which has no body. */
    private static void ask(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
        var answer = new DataInputStream(socket.getInputStream());
        for (int last = 0; last != 0x0D0A0D0A; ) {
            last = last << 8 | answer.readUnsignedByte();
        }
    }

    /** Its own threads, since those of the server may be taken. They end with the connection. */
    private static void askForEver(Socket socket) {
        var requests =
                "GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100).getBytes(US_ASCII);
        start(
                () -> {
                    while (true) {
                        socket.getOutputStream().write(requests);
                    }
                });
        start(() -> socket.getInputStream().transferTo(OutputStream.nullOutputStream()));
    }

    private static void start(ThrowingCallable action) {
        Thread.ofPlatform().daemon().start(() -> catchThrowable(action));
    }
}
