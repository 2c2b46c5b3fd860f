package org.imprimatur.node.follow;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.node.fetch.Retry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to a catalogue's server-sent events and rings for each. What an event says is not read:
 * it is a reason to look at the ledger, no more.
 */
final class Push implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Push.class);
    private static final Duration TO_BEGIN = Duration.ofSeconds(20);
    private static final Retry RETRY = new Retry(Duration.ofSeconds(1), Duration.ofSeconds(60));
    private static final int LONGEST_LINE = 64 * 1024;

    // A server that keeps a connection says something at least this often.
    private static final Fetch.Patience SILENCE = new Fetch.Patience(Duration.ofSeconds(45), 1);

    private final Fetch fetch;
    private final Source source;
    private final LongSupplier size;
    private final Bell bell;
    private final RandomGenerator random;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    Push(Fetch fetch, Source source, LongSupplier size, Bell bell, RandomGenerator random) {
        this.fetch = fetch;
        this.source = source;
        this.size = size;
        this.bell = bell;
        this.random = random;
        thread = Thread.ofVirtual().name("push " + source.origin()).start(this::run);
    }

    private void run() {
        int attempts = 0;
        try {
            do {
                try {
                    if (listen()) {
                        attempts = 0;
                    }
                } catch (IOException e) {
                    LOG.debug("no events from {}: {}", source.origin(), e.getMessage());
                }
                attempts++;
            } while (!closing.await(
                    RETRY.after(attempts, random).toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            LOG.debug("push from {} ends", source.origin());
        }
    }

    /** Listens until the connection ends; true when it brought anything. */
    private boolean listen() throws IOException {
        long next = size.getAsLong();
        var headers =
                next == 0
                        ? Map.of("Accept", "text/event-stream")
                        : Map.of(
                                "Accept",
                                "text/event-stream",
                                "Last-Event-ID",
                                Long.toString(next - 1));
        try (var body = fetch.open(source.address("api/v1/events"), headers, TO_BEGIN, SILENCE)) {
            var type = body.headers().firstValue("Content-Type").orElse("none");
            if (!type.startsWith("text/event-stream")) {
                throw new FetchFailed("the events have the content type " + type);
            }
            // What came before the connection stood is looked for now.
            bell.ring();
            listen(new BufferedInputStream(body.stream()));
            return true;
        }
    }

    private void listen(InputStream in) throws IOException {
        int length = 0;
        boolean data = false;
        int first = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                // An empty line ends an event; lines with a colon in front are there to be there.
                if (length == 0 && data) {
                    bell.ring();
                    data = false;
                } else if (length > 0 && first != ':') {
                    data = true;
                }
                length = 0;
            } else if (b != '\r') {
                if (length == 0) {
                    first = b;
                }
                length++;
                if (length > LONGEST_LINE) {
                    throw new FetchFailed("an event has a line of more than 65536 bytes");
                }
            }
        }
    }

    @Override
    public void close() {
        closing.countDown();
        thread.interrupt();
    }
}
