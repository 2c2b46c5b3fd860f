package org.imprimatur.register;

import java.util.List;

/**
 * One reason of a decision.
 *
 * @param text one sentence for people
 */
public record Reason(Code code, List<String> clauses, String text) {

    public Reason {
        clauses = List.copyOf(clauses);
    }

    /** The codes of {@code docs/format.md}, the gravest first; codes are added, never reused. */
    public enum Code {
        ENDORSED_AND_APPROVED("endorsed-and-approved"),
        OPERATOR_SUSPENDED("operator-suspended"),
        IMAGE_BLOCKED("image-blocked"),
        IMAGE_REVOKED("image-revoked"),
        ENDORSER_SUSPENDED("endorser-suspended"),
        ENDORSEMENT_LAPSED("endorsement-lapsed"),
        ENDORSEMENT_ENDED("endorsement-ended"),
        WAIVER_EXPIRED("waiver-expired"),
        CONTRIBUTOR_NOT_ENDORSED("contributor-not-endorsed"),
        CONTRIBUTORS_NOT_IDENTIFIED("contributors-not-identified"),
        TOO_FEW_ENDORSERS("too-few-endorsers"),
        REFUSED_BY_SITE("refused-by-site"),
        OWNER_NOT_TRUSTED("owner-not-trusted"),
        NOT_APPROVED("not-approved"),
        IMAGE_UNKNOWN("image-unknown"),
        CLASS_NOT_SERVED("class-not-served"),
        SOURCE_FAULTY("source-faulty"),
        VIEW_STALE("view-stale");

        private final String wire;

        Code(String wire) {
            this.wire = wire;
        }

        /** The name in formats. */
        public String wire() {
            return wire;
        }

        @Override
        public String toString() {
            return wire;
        }
    }
}
