package org.imprimatur.exchange.oci;

/**
 * An artefact is not taken, or a registry does not work. Carries one of the codes of the format.
 */
public final class OciRefusal extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What kind of failure it is. */
    public enum Kind {
        /** The artefact can be read, and is not accepted. */
        REFUSED,
        /** It is no such artefact at all. */
        UNREADABLE,
        /** The registry cannot be reached, does not let us, or does not work. */
        UNREACHABLE
    }

    /** Why, for programs: listed in {@code docs/format.md}, "OCI artefacts". */
    public enum Code {
        MANIFEST_TOO_LARGE("manifest-too-large", Kind.UNREADABLE),
        MALFORMED_MANIFEST("malformed-manifest", Kind.UNREADABLE),
        NOT_A_LAYOUT("not-a-layout", Kind.UNREADABLE),
        NOT_FOUND("not-found", Kind.REFUSED),
        WRONG_MEDIA_TYPE("wrong-media-type", Kind.REFUSED),
        TOO_MANY_LAYERS("too-many-layers", Kind.REFUSED),
        NOT_ONE_DISK("not-one-disk", Kind.REFUSED),
        UNSAFE_TITLE("unsafe-title", Kind.REFUSED),
        DIGEST_MISMATCH("digest-mismatch", Kind.REFUSED),
        SIZE_MISMATCH("size-mismatch", Kind.REFUSED),
        NO_BUNDLE("no-bundle", Kind.REFUSED),
        TOO_MANY_REFERRERS("too-many-referrers", Kind.REFUSED),
        OTHER_SUBJECT("other-subject", Kind.REFUSED),
        MALFORMED_BUNDLE("malformed-bundle", Kind.REFUSED),
        BUNDLE_REFUSED("bundle-refused", Kind.REFUSED),
        NOT_IN_FORCE("not-in-force", Kind.REFUSED),
        ANOTHER_IMAGE("another-image", Kind.REFUSED),
        UNAUTHORIZED("unauthorized", Kind.UNREACHABLE),
        UNREACHABLE("unreachable", Kind.UNREACHABLE),
        REGISTRY_ERROR("registry-error", Kind.UNREACHABLE);

        private final String label;
        private final Kind kind;

        Code(String label, Kind kind) {
            this.label = label;
            this.kind = kind;
        }

        public String label() {
            return label;
        }

        public Kind kind() {
            return kind;
        }
    }

    private final Code code;
    private final String explanation;

    OciRefusal(Code code, String explanation) {
        super(code.label() + ": " + explanation);
        this.code = code;
        this.explanation = explanation;
    }

    public Code code() {
        return code;
    }

    /** What was found and what was expected, for people. Holds no credentials. */
    public String explanation() {
        return explanation;
    }
}
