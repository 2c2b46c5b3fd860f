package org.imprimatur.inspect.rules;

import java.time.Duration;

/**
 * The limits that rules compare with; all of them, and nothing else, in one place.
 *
 * @param maxVirtualBytes the largest disk that is no burden to those who copy it
 * @param maxCacheBytes how much a package manager may leave behind
 * @param maxDeletedBytes how much of what was deleted may still lie in free space
 * @param endOfLifeNotice how long before the end of support an image is warned of
 */
public record Parameters(
        long maxVirtualBytes, long maxCacheBytes, long maxDeletedBytes, Duration endOfLifeNotice) {

    /** What holds where a profile says nothing else. */
    public static final Parameters DEFAULT =
            new Parameters(100L << 30, 64L << 20, 16L << 20, Duration.ofDays(90));
}
