package org.imprimatur.inspect.facts;

import org.imprimatur.inspect.keys.PrivateKey;

/**
 * A private key in a file of the image.
 *
 * @param path the place, for display
 * @param vendor the package that ships this very file, by the digest in the package database; empty
 *     if none does
 */
public record FoundKey(String path, PrivateKey key, Use use, String vendor) {

    /** What the place says a key is for. */
    public enum Use {
        /** By this key a machine shows who it is: every copy of the image would be the same one. */
        SSH_HOST,
        /** By this key a person logs in somewhere. */
        SSH_USER,
        /** Anything else: a service, a certificate. */
        OTHER
    }

    /** The same key as the content of a package. */
    public FoundKey shippedBy(String owner) {
        return new FoundKey(path, key, use, owner);
    }
}
