package org.imprimatur.inspect.facts;

import org.imprimatur.inspect.keys.PrivateKey;

/**
 * A private key in a file of the image.
 *
 * @param path the file, for display
 * @param member the part of the file, if it is an archive; else empty
 * @param vendor the package that ships this very file, by the digest in the package database; or
 *     who published the key; empty if neither is so
 */
public record FoundKey(String path, String member, PrivateKey key, Use use, String vendor) {

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
        return new FoundKey(path, member, key, use, owner);
    }

    /** Where it is: the file, and the member behind {@code !/}. */
    public String place() {
        return place(path, member);
    }

    static String place(String path, String member) {
        return member.isEmpty() ? path : path + "!/" + member;
    }
}
