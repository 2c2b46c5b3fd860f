package org.imprimatur.register;

/** How an endorsement stands at a moment; the first that is true. */
public enum EndorsementState {
    /** The endorsement was revoked. */
    REVOKED("revoked"),
    /** Somebody who may has blocked the image. */
    BLOCKED("blocked"),
    /** The endorser is suspended. */
    SUSPENDED("suspended"),
    /** The endorser does not hold the role any more. */
    LAPSED("lapsed"),
    /** A waiver that the endorsement needs has expired. */
    WAIVER_EXPIRED("waiver-expired"),
    /** It counts, and nobody blocks the image. */
    ENDORSED("endorsed");

    private final String wire;

    EndorsementState(String wire) {
        this.wire = wire;
    }

    /** The name in formats and on pages. */
    public String wire() {
        return wire;
    }
}
