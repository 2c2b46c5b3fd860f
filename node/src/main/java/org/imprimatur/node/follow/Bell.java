package org.imprimatur.node.follow;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Wakes one waiting job. However often it rings while the job works, the job wakes once more. Each
 * further job has a bell of its own, which this one rings too.
 */
public final class Bell {

    // Guarded by this.
    private boolean rung;

    private final List<Bell> others = new CopyOnWriteArrayList<>();

    /** Something has changed. */
    public void ring() {
        synchronized (this) {
            rung = true;
            notifyAll();
        }
        others.forEach(Bell::ring);
    }

    /** Another bell, which rings from now on whenever this one does. */
    public Bell another() {
        var other = new Bell();
        others.add(other);
        return other;
    }

    /**
     * Waits until it rings, or has rung since the last time, or the time is over.
     *
     * @return whether it has rung
     */
    public synchronized boolean await(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (!rung) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        boolean was = rung;
        rung = false;
        return was;
    }
}
