package org.imprimatur.register;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The time in which an endorser answers for an image (END-4.10): from the admission of the
 * endorsement, until just before that of its revocation.
 *
 * @param until null while it lasts
 */
public record Responsibility(Person endorser, Instant from, @Nullable Instant until) {

    public boolean covers(Instant at) {
        return !at.isBefore(from) && (until == null || at.isBefore(until));
    }
}
