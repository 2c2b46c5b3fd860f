package org.imprimatur.node.witness;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Lets so many through in a second, and a burst after a pause. */
final class Pace {

    private final InstantSource clock;
    private final double perSecond;
    private final double most;

    // Guarded by this.
    private double left;
    private Instant last;

    Pace(InstantSource clock, double perSecond, double most) {
        this.clock = clock;
        this.perSecond = perSecond;
        this.most = most;
        this.left = most;
        this.last = clock.instant();
    }

    synchronized boolean admits() {
        Instant now = clock.instant();
        var passed = Duration.between(last, now);
        if (!passed.isNegative()) {
            left = Math.min(most, left + passed.toMillis() / 1e3 * perSecond);
        }
        last = now;
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
