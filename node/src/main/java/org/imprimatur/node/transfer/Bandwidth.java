package org.imprimatur.node.transfer;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How many bytes a second all transfers together bring: a bucket that fills at that rate and holds
 * a quarter of a second of it. Who takes more than is in it waits until what is owed has come in.
 */
final class Bandwidth {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Supplier<OptionalLong> bytesPerSecond;

    // Guarded by this.
    private long paidUntil = System.nanoTime();

    /** So many bytes a second; empty for no limit. */
    Bandwidth(Supplier<OptionalLong> bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Waits until these bytes may have come. */
    void take(int bytes) throws InterruptedException {
        var most = bytesPerSecond.get();
        if (most.isPresent()) {
            TimeUnit.NANOSECONDS.sleep(owed(bytes, most.getAsLong()));
        }
    }

    private synchronized long owed(int bytes, long perSecond) {
        long now = System.nanoTime();
        if (now - paidUntil > SECOND / 4) {
            paidUntil = now - SECOND / 4;
        }
        paidUntil += (long) ((double) bytes * SECOND / perSecond);
        return Math.max(0, paidUntil - now);
    }
}
