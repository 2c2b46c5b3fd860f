package org.imprimatur.inspect.facts;

import org.imprimatur.inspect.secrets.SecretKind;

/**
 * A secret other than a private key in a file of the image: what and where, never the secret.
 *
 * @param path the file, for display
 * @param member the part of the file, if it is an archive; else empty
 * @param name what it is: {@code GitHub token}
 * @param offset where the first of them begins in the file or the member
 * @param count how many of this name there are
 * @param vendor the package that ships this very file; empty if none does
 */
public record FoundSecret(
        String path,
        String member,
        SecretKind kind,
        String name,
        long offset,
        int count,
        String vendor) {

    /** Refuses keys, which are facts of their own. */
    public FoundSecret {
        if (kind == SecretKind.PRIVATE_KEY || count < 1) {
            throw new IllegalArgumentException(kind + " " + count);
        }
    }

    /** The same secret as the content of a package. */
    FoundSecret shippedBy(String owner) {
        return new FoundSecret(path, member, kind, name, offset, count, owner);
    }

    /** Where it is: the file, and the member behind {@code !/}. */
    public String place() {
        return FoundKey.place(path, member);
    }

    /** One line for a report. */
    public String description() {
        return name
                + (count == 1
                        ? " at byte " + offset
                        : ", %d of them, the first at byte %d".formatted(count, offset));
    }
}
