package org.imprimatur.exchange.hepix;

/**
 * Why a list is refused, or an image of it is unusable. A signature has more reasons, of {@code
 * SignedContent.Code} and {@code ChainVerdict.Code}. Codes are added, never renamed.
 */
public enum ListReason {
    /** The list is not signed at all. */
    NOT_SIGNED("not-signed"),
    /** What should be the signature is none. */
    SIGNATURE_UNREADABLE("signature-unreadable"),
    /** A member is there twice, so that two readers may see two lists. */
    DUPLICATE_KEY("duplicate-key"),
    /** The list has no member that it must have. */
    MISSING_KEY("missing-key"),
    /** A member of the list is of the wrong type, form or range. */
    MALFORMED_KEY("malformed-key"),
    /** The identifier of the list is no UUID. */
    IDENTIFIER_NOT_UUID("identifier-not-uuid"),
    /** More images than a list may have. */
    TOO_MANY_IMAGES("too-many-images"),
    /** The list was created after the moment that counts. */
    CREATED_IN_FUTURE("created-in-future"),
    /** The list has expired. */
    EXPIRED_LIST("list-expired"),
    /** The list expires before it was created. */
    EXPIRES_BEFORE_CREATED("expires-before-created"),
    /** The list names another endorser than the one who has signed. */
    ENDORSER_DN_MISMATCH("endorser-dn-mismatch"),
    /** The list names another authority than the one that issued the signer's certificate. */
    ENDORSER_CA_MISMATCH("endorser-ca-mismatch"),
    /** Another endorser has signed than the one who was asked for. */
    UNEXPECTED_ENDORSER("unexpected-endorser"),
    /** The certificate of another authority has signed than the one that was asked for. */
    UNEXPECTED_ISSUER("unexpected-issuer"),
    /** The list is not the one of which an older state is held. */
    OTHER_LIST("other-list"),
    /** The version is lower than the one held. */
    VERSION_LOWER("version-lower"),
    /** The version is the one held, but the list is not. */
    SAME_VERSION_CHANGED("same-version-changed"),
    /** The list says that it is at another address than the one it was brought to. */
    OTHER_ADDRESS("other-address"),

    /** An entry is not an image. */
    IMAGE_MALFORMED("image-malformed"),
    /** The image has no member that it must have, or an empty one. */
    IMAGE_MISSING_KEY("image-missing-key"),
    /** A member of the image is of the wrong type, form or range. */
    IMAGE_MALFORMED_KEY("image-malformed-key"),
    /** The identifier of the image is no UUID. */
    IMAGE_IDENTIFIER_NOT_UUID("image-identifier-not-uuid"),
    /** Two images of the list have one identifier. */
    IMAGE_DUPLICATE_IDENTIFIER("image-duplicate-identifier"),
    /** The address is not one of http or https. */
    IMAGE_BAD_URI("image-bad-uri"),
    /** The checksum is not the SHA-512 of anything. */
    IMAGE_BAD_CHECKSUM("image-bad-checksum"),
    /** The size is no number of bytes. */
    IMAGE_BAD_SIZE("image-bad-size"),
    /** The image version has expired. */
    IMAGE_EXPIRED("image-expired"),
    /** The version is lower than that of the image held. */
    IMAGE_VERSION_LOWER("image-version-lower"),
    /** The version is that of the image held, but its content is not. */
    IMAGE_SAME_VERSION_CHANGED("image-same-version-changed"),
    /** No endorsement that counts in the ledger stands behind the image. */
    IMAGE_NOT_ENDORSED("image-not-endorsed"),
    /** The image is not what its endorsement says. */
    IMAGE_DIFFERS("image-differs");

    private final String label;

    ListReason(String label) {
        this.label = label;
    }

    /** The code as the command line shows it. */
    public String label() {
        return label;
    }
}
