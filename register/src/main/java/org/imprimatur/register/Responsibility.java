package org.imprimatur.register;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The time in which an endorser answers for an image (END-4.10): from the admission of the
 * endorsement, until just before that of its revocation or its planned end, whichever is first.
 *
 * @param until null where no end is known
 */
public record Responsibility(Person endorser, Instant from, @Nullable Instant until) {

    /**
     * That of one endorsement.
     *
     * @param revokedAt when its revocation was admitted; null where it was not revoked
     */
    public static Responsibility of(
            Recorded<Statement.Endorsement> endorsement, @Nullable Instant revokedAt) {
        var until = endorsement.statement().details().until();
        if (revokedAt != null && (until == null || revokedAt.isBefore(until))) {
            until = revokedAt;
        }
        return new Responsibility(
                endorsement.statement().signer(), endorsement.admittedAt(), until);
    }

    public boolean covers(Instant at) {
        return !at.isBefore(from) && (until == null || at.isBefore(until));
    }
}
