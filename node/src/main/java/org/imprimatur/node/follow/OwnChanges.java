package org.imprimatur.node.follow;

import java.time.Duration;
import org.imprimatur.node.catalogue.LedgerState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rings when the node's own ledger has grown. */
public final class OwnChanges implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OwnChanges.class);

    private final Thread thread;

    /** Begins to watch. */
    public OwnChanges(LedgerState own, Bell changed) {
        thread = Thread.ofVirtual().name("own changes").start(() -> watch(own, changed));
    }

    private static void watch(LedgerState own, Bell changed) {
        long size = own.head().size();
        try {
            while (true) {
                long now = own.awaitMoreThan(size, Duration.ofMinutes(1));
                if (now > size) {
                    changed.ring();
                }
                size = now;
            }
        } catch (InterruptedException _) {
            LOG.debug("watching the own ledger ends");
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
