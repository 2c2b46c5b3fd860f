package org.imprimatur.exchange.stratuslab;

/**
 * Why a document is not accepted. Codes are added, never renamed; {@code docs/format.md} explains
 * each. A certificate chain that is not accepted has {@code chain-} and the label of its own code.
 */
public enum StratusLabCode {
    TOO_LARGE("too-large", true),
    NOT_UTF8("not-utf-8", true),
    NOT_XML("not-xml", true),
    NOT_STRATUSLAB("not-a-stratuslab-document", true),
    PREVIOUS_UNREADABLE("previous-unreadable", true),

    DOCTYPE("doctype", false),
    PROCESSING_INSTRUCTION("processing-instruction", false),
    COMMENT("comment", false),
    TOO_DEEP("too-deep", false),
    TOO_MANY("too-many-nodes", false),
    WRONG_BASE("wrong-base", false),
    UNEXPECTED_CONTENT("unexpected-content", false),

    NO_SIGNATURE("no-signature", false),
    SIGNATURE_WRAPPING("signature-wrapping", false),
    SIGNATURE_FORM("signature-form", false),
    ALGORITHM("algorithm-not-accepted", false),
    LEGACY_SHA1("legacy-sha1", false),
    AMBIGUOUS_KEY("ambiguous-key", false),
    WEAK_KEY("weak-key", false),
    WRONG_SIGNATURE("wrong-signature", false),
    ALTERED("altered", false),

    SUBJECT_MISMATCH("subject-mismatch", false),
    ISSUER_MISMATCH("issuer-mismatch", false),
    EMAIL_MISMATCH("email-mismatch", false),
    WRONG_ENDORSER("wrong-endorser", false),
    CHAIN("chain", false),

    MISSING_ELEMENT("missing-element", false),
    DUPLICATE_ELEMENT("duplicate-element", false),
    MALFORMED_VALUE("malformed-value", false),
    NUMBER_OUT_OF_RANGE("number-out-of-range", false),
    MALFORMED_TIME("malformed-time", false),
    MALFORMED_IDENTIFIER("malformed-identifier", false),
    IDENTIFIER_MISMATCH("identifier-mismatch", false),
    MALFORMED_CHECKSUM("malformed-checksum", false),
    SERVER_MARKER("server-marker", false),

    CREATED_IN_FUTURE("created-in-future", false),
    NOT_A_SUCCESSOR("not-a-successor", false),
    ENDORSER_CHANGED("endorser-changed", false),
    OLDER_THAN_PREVIOUS("older-than-previous", false),
    REWRITTEN("rewritten", false),

    VALID_BEFORE_CREATED("valid-before-created", false),
    EXPIRED("expired", false),
    DEPRECATED("deprecated", false);

    private final String label;
    private final boolean unreadable;

    StratusLabCode(String label, boolean unreadable) {
        this.label = label;
        this.unreadable = unreadable;
    }

    /** The code as the command line shows it. */
    public String label() {
        return label;
    }

    /** Whether it says that this is no such document at all, rather than one to be refused. */
    public boolean unreadable() {
        return unreadable;
    }
}
