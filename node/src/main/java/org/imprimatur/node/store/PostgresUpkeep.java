package org.imprimatur.node.store;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the embedded PostgreSQL again, on the same port, whenever it ends under its node. The
 * pauses before that grow to a minute while it does not keep running; it is never given up, since
 * what is in its way, as a full disk, may go. Until then the node is not ready.
 */
final class PostgresUpkeep implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresUpkeep.class);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final EmbeddedPostgres server;
    private final Thread thread;

    /** Takes over a server that runs. */
    PostgresUpkeep(EmbeddedPostgres server) {
        this.server = server;
        thread = Thread.ofVirtual().name("postgresql-upkeep").start(this::run);
    }

    private void run() {
        try {
            var pause = SHORTEST_PAUSE;
            while (true) {
                long began = System.nanoTime();
                server.ended().get();
                boolean ran = System.nanoTime() - began > LONGEST_PAUSE.toNanos();
                pause = ran ? SHORTEST_PAUSE : pause;
                LOG.error(
                        "the embedded PostgreSQL has ended under the node, and is started again in {} s",
                        pause.toSeconds());
                Thread.sleep(pause);
                pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
                start();
            }
        } catch (InterruptedException _) {
            LOG.debug("the embedded PostgreSQL is started no more");
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of a process is always told", e);
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void start() {
        try {
            server.launch();
            LOG.warn("the embedded PostgreSQL runs again");
        } catch (IOException e) {
            LOG.error("the embedded PostgreSQL cannot be started: {}", e.getMessage());
        }
    }

    /** Ends the server for good. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        server.close();
    }
}
