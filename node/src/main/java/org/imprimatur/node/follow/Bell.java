package org.imprimatur.node.follow;

import java.time.Duration;

/** Wakes one waiting job. However often it rings while the job works, the job wakes once more. */
public final class Bell {

    // Guarded by this.
    private boolean rung;

    /** Something has changed. */
    public synchronized void ring() {
        rung = true;
        notifyAll();
    }

    /** Waits until it rings, or has rung since the last time, or the time is over. */
    public synchronized void await(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (!rung) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        rung = false;
    }
}
