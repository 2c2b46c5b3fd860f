package org.imprimatur.register;

/** How an endorsement stands at a moment: the first of these that is true. */
public enum EndorsementState {
    /** The endorsement was revoked. */
    REVOKED("revoked"),
    /** Somebody who may has blocked the image. */
    BLOCKED("blocked"),
    /** The endorser is suspended. */
    SUSPENDED("suspended"),
    /** The endorser does not hold the role any more. */
    LAPSED("lapsed"),
    /** Its planned end has come. */
    ENDED("ended"),
    /** A waiver that the endorsement needs has expired. */
    WAIVER_EXPIRED("waiver-expired"),
    /** A part of the image is not endorsed any more, where the charter asks for that. */
    CONTRIBUTOR_NOT_ENDORSED("contributor-not-endorsed"),
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
