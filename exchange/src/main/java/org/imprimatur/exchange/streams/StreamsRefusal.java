package org.imprimatur.exchange.streams;

/** An index, or one image in it, is not taken. */
public final class StreamsRefusal extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Why, for programs: listed in {@code docs/format.md}, "simplestreams". */
    public enum Code {
        NOT_AN_INDEX("not-an-index"),
        TOO_LARGE("too-large"),
        NOT_SIGNED("not-signed"),
        UNKNOWN_KEY("unknown-key"),
        WEAK_SIGNATURE("weak-signature"),
        KEY_NOT_VALID("key-not-valid"),
        WRONG_SIGNATURE("wrong-signature"),
        UNKNOWN_FORMAT("unknown-format"),
        OTHER_CONTENT("other-content"),
        UNSAFE_PATH("unsafe-path"),
        NO_DATE("no-date"),
        STALE("stale"),
        UPDATED_IN_FUTURE("updated-in-future"),
        NO_DISK("no-disk"),
        NO_BUNDLE("no-bundle"),
        NOT_FOUND("not-found"),
        SIZE_MISMATCH("size-mismatch"),
        DIGEST_MISMATCH("digest-mismatch"),
        MALFORMED_BUNDLE("malformed-bundle"),
        BUNDLE_REFUSED("bundle-refused"),
        NOT_IN_FORCE("not-in-force"),
        ANOTHER_IMAGE("another-image");

        private final String label;

        Code(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }

        /** Whether it is no index at all. */
        public boolean unreadable() {
            return this == NOT_AN_INDEX || this == TOO_LARGE;
        }
    }

    private final Code code;
    private final String explanation;

    public StreamsRefusal(Code code, String explanation) {
        super(code.label() + ": " + explanation);
        this.code = code;
        this.explanation = explanation;
    }

    public Code code() {
        return code;
    }

    /** What was expected and what was found, for people. */
    public String explanation() {
        return explanation;
    }
}
