package org.imprimatur.node.fetch;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * How long to wait before what has failed is tried again: twice as long after each further failure.
 *
 * @param first the pause after one failure
 * @param longest no pause is longer, and none than 1024 times the first
 */
public record Retry(Duration first, Duration longest) {

    private static final int MOST_DOUBLINGS = 10;

    /** The pause after so many failures in a row. */
    public Duration after(int failures) {
        var pause = first.multipliedBy(1L << Math.clamp(failures - 1, 0, MOST_DOUBLINGS));
        return pause.compareTo(longest) < 0 ? pause : longest;
    }

    /**
     * Whether a pause is over. One that would last longer than any pause was begun before the clock
     * was set back.
     */
    public boolean over(Instant until, Instant now) {
        return !now.isBefore(until) || until.isAfter(now.plus(longest));
    }

    /** A pause of half that length at least, so that those who fail together come back apart. */
    public Duration after(int failures, RandomGenerator random) {
        return Duration.ofMillis((long) (after(failures).toMillis() * random.nextDouble(0.5, 1.0)));
    }
}
