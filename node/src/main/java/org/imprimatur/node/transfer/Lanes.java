package org.imprimatur.node.transfer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;

/** How many connections bring images at once, in all and from one host. */
final class Lanes {

    /** Who waits looks this often, in milliseconds, whether there may be more of them now. */
    private static final long LOOK_AGAIN = 1_000;

    private final IntSupplier most;
    private final IntSupplier mostOfHost;

    // All guarded by this.
    private final Map<String, Integer> byHost = new HashMap<>();
    private int open;
    private int waiting;

    Lanes(IntSupplier most, IntSupplier mostOfHost) {
        this.most = most;
        this.mostOfHost = mostOfHost;
    }

    int mostOfHost() {
        return mostOfHost.getAsInt();
    }

    /** A connection that may be used until it is closed. */
    final class Lane implements AutoCloseable {

        private final String host;

        private Lane(String host) {
            this.host = host;
        }

        @Override
        public void close() {
            leave(host);
        }
    }

    /** Waits for one. */
    synchronized Lane enter(String host) throws InterruptedException {
        waiting++;
        try {
            while (!free(host)) {
                wait(LOOK_AGAIN);
            }
        } finally {
            waiting--;
        }
        return take(host);
    }

    /** One more, if nobody waits. */
    synchronized Optional<Lane> another(String host) {
        return waiting == 0 && free(host) ? Optional.of(take(host)) : Optional.empty();
    }

    /** Whether somebody waits: who has more than one lane gives it back. */
    synchronized boolean contested() {
        return waiting > 0;
    }

    private boolean free(String host) {
        return open < most.getAsInt() && byHost.getOrDefault(host, 0) < mostOfHost();
    }

    private Lane take(String host) {
        open++;
        byHost.merge(host, 1, Integer::sum);
        return new Lane(host);
    }

    private synchronized void leave(String host) {
        open--;
        byHost.computeIfPresent(host, (_, count) -> count == 1 ? null : count - 1);
        notifyAll();
    }
}
