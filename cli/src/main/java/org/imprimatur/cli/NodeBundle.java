package org.imprimatur.cli;

import java.time.Duration;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.StatementId;

/**
 * The bundle of an endorsement, as a node gives it.
 *
 * @param bytes as they came
 */
record NodeBundle(byte[] bytes, Bundle bundle) {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(500);

    /** At the newest checkpoint that has the cosignatures which the charter asks for. */
    static NodeBundle fetch(NodeOptions.Connection connection, StatementId endorsement) {
        var witnesses = connection.charter().witnesses();
        return read(
                connection,
                endorsement,
                witnesses == null ? "" : "?cosignatures=" + witnesses.threshold());
    }

    /**
     * The same for an endorsement that is new: witnesses need a moment. Where they need longer, at
     * the newest checkpoint with the cosignatures that it has.
     */
    static NodeBundle await(NodeOptions.Connection connection, StatementId endorsement) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        do {
            try {
                return fetch(connection, endorsement);
            } catch (CommandFailure notYet) {
                if (notYet.exit() != ExitCode.NO) {
                    throw notYet;
                }
            }
        } while (System.nanoTime() < end && paused());
        return read(connection, endorsement, "");
    }

    private static boolean paused() {
        try {
            Thread.sleep(PAUSE);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static NodeBundle read(
            NodeOptions.Connection connection, StatementId endorsement, String query) {
        var bytes =
                connection
                        .client()
                        .bytes(
                                "/api/v1/statements/%s/bundle%s"
                                        .formatted(endorsement.hex(), query),
                                Bundle.MAX_BYTES);
        try {
            return new NodeBundle(bytes, Bundle.read(bytes));
        } catch (MalformedInput e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "the node's bundle is not of the documented form: " + e.explanation(),
                    e);
        }
    }
}
