package org.imprimatur.register;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long and in whose name an appointed person acts.
 *
 * @param notBefore from when on; null for at once
 * @param notAfter from when on no more; null for until a dismissal
 * @param team the team in whose name; null for their own
 * @param sharedKey whether the appointed certificate is one that several people of the team use:
 *     then each act names the individual (EGI-6.individual)
 */
public record Terms(
        @Nullable Instant notBefore,
        @Nullable Instant notAfter,
        @Nullable Team team,
        boolean sharedKey) {

    /** At once, until a dismissal, in their own name. */
    public static final Terms PLAIN = new Terms(null, null, null, false);

    public Terms {
        notBefore = notBefore == null ? null : Text.instant("notBefore", notBefore);
        notAfter = notAfter == null ? null : Text.instant("notAfter", notAfter);
        if (notBefore != null && notAfter != null && !notAfter.isAfter(notBefore)) {
            throw new MalformedInput(
                    "notAfter", "an instant after notBefore, " + notBefore, notAfter.toString());
        }
        if (sharedKey && team == null) {
            throw new MalformedInput("team", "the team whose shared key it is", "nothing");
        }
    }

    /** Whether the appointment holds at this moment, if nobody has ended it. */
    public boolean covers(Instant at) {
        return (notBefore == null || !at.isBefore(notBefore)) && !over(at);
    }

    /** Whether its end has come. */
    boolean over(Instant at) {
        return notAfter != null && !at.isBefore(notAfter);
    }

    boolean endsBefore(Terms other) {
        return notAfter != null && (other.notAfter == null || notAfter.isBefore(other.notAfter));
    }
}
