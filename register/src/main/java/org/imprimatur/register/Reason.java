package org.imprimatur.register;

import java.util.List;
import org.imprimatur.register.Enforcement.Level;

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
        PERMITTED_BY_EXCEPTION("permitted-by-exception"),
        PERMITTED_BY_AUDIT("permitted-by-audit"),
        OPERATOR_SUSPENDED("operator-suspended"),
        CONSUMER_SUSPENDED("consumer-suspended"),
        IMAGE_BLOCKED("image-blocked"),
        PART_BLOCKED("part-blocked"),
        IMAGE_REVOKED("image-revoked"),
        ENDORSER_SUSPENDED("endorser-suspended"),
        ENDORSEMENT_LAPSED("endorsement-lapsed", Level.AUDIT),
        ENDORSEMENT_DISPUTED("endorsement-disputed", Level.AUDIT),
        ENDORSEMENT_ENDED("endorsement-ended", Level.AUDIT),
        WAIVER_EXPIRED("waiver-expired", Level.AUDIT),
        CONTRIBUTOR_NOT_ENDORSED("contributor-not-endorsed", Level.AUDIT),
        CONTRIBUTORS_NOT_IDENTIFIED("contributors-not-identified", Level.OFF),
        TOO_FEW_ENDORSERS("too-few-endorsers", Level.OFF),
        ADVISORY_OPEN("advisory-open", Level.OFF),
        FINDING_TOO_GRAVE("finding-too-grave", Level.OFF),
        PATCHES_TOO_OLD("patches-too-old", Level.OFF),
        IMAGE_TOO_OLD("image-too-old", Level.OFF),
        ADVISORIES_UNKNOWN("advisories-unknown", Level.OFF),
        CONDITION_NOT_MET("condition-not-met", Level.OFF),
        REFUSED_BY_SITE("refused-by-site"),
        OWNER_NOT_TRUSTED("owner-not-trusted", Level.OFF),
        ENDORSER_NOT_TRUSTED("endorser-not-trusted", Level.OFF),
        NOT_APPROVED("not-approved", Level.OFF),
        IMAGE_UNKNOWN("image-unknown", Level.AUDIT),
        CLASS_NOT_SERVED("class-not-served"),
        SOURCE_FAULTY("source-faulty", Level.AUDIT),
        VIEW_STALE("view-stale", Level.AUDIT);

        private final String wire;
        private final Level mildest;

        Code(String wire) {
            this(wire, Level.ENFORCE);
        }

        Code(String wire, Level mildest) {
            this.wire = wire;
            this.mildest = mildest;
        }

        /**
         * How mild a site may make the check: suspensions, blocks, revocations and refusals are
         * always enforced, what the ledgers say of an endorsement is at least audited, and what
         * only the site asks for may be off.
         */
        public Level mildest() {
            return mildest;
        }

        /** The name in formats. */
        public String wire() {
            return wire;
        }

        /** Reads the name in formats. */
        public static Code parse(String text) {
            return WireName.find(values(), Code::wire, text, () -> "the code of a reason");
        }

        @Override
        public String toString() {
            return wire;
        }
    }
}
