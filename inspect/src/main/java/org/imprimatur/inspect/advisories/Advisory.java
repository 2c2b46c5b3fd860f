package org.imprimatur.inspect.advisories;

import java.util.List;

/**
 * What a feed says about one package of one world of packages.
 *
 * @param kind what is said
 * @param ecosystem the world, in OSV's words: {@code Debian:12}, {@code PyPI}
 * @param target whether {@code name} is that of a source package or of a binary one
 * @param name the package; with its namespace and a slash or colon before it, as the ecosystem
 *     writes it
 * @param id of the flaw or of the vendor's advisory: {@code CVE-2024-3094}, {@code DSA-5649-1}; for
 *     {@link Kind#NEWEST} empty
 * @param aliases other ids of the same flaw
 * @param urgency how grave it is
 * @param ranges the versions with the flaw; for {@link Kind#NEWEST} one range that ends before the
 *     newest version
 */
public record Advisory(
        Kind kind,
        String ecosystem,
        Target target,
        String name,
        String id,
        List<String> aliases,
        Urgency urgency,
        List<VersionRange> ranges) {

    /** What a feed may say. */
    public enum Kind {
        /** These versions have a known flaw. */
        AFFECTED,
        /** The vendor says that the flaw does not affect its package (VEX). */
        NOT_AFFECTED,
        /** The repository has a newer version of the package. */
        NEWEST
    }

    /** Which of a package's names an advisory means. */
    public enum Target {
        SOURCE,
        BINARY
    }

    /** Refuses a newest version that is not said, and copies the lists. */
    public Advisory {
        aliases = List.copyOf(aliases);
        ranges = List.copyOf(ranges);
        if (kind == Kind.NEWEST && ranges.isEmpty()) {
            throw new IllegalArgumentException("a newest version is said");
        }
    }
}
