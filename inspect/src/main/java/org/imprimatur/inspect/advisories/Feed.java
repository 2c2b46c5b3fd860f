package org.imprimatur.inspect.advisories;

import java.net.URI;
import java.util.regex.Pattern;

/**
 * A source of advisories, as it is configured.
 *
 * @param name of its directory in the store: lower-case letters, digits, dots and hyphens
 * @param url where it is fetched; {@code http}, {@code https} or {@code file}
 * @param ecosystem what a repository's packages belong to, {@code Debian:12}; empty for formats
 *     that say so themselves
 * @param security whether a newer version in this repository is a security update
 * @param wanted whether an update without names fetches it
 */
public record Feed(
        String name,
        FeedFormat format,
        URI url,
        String ecosystem,
        boolean security,
        boolean wanted) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,63}");

    /** Refuses names that could be paths, and repositories of no ecosystem. */
    public Feed {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'%s' is no name for a feed: %s".formatted(name, NAME));
        }
        boolean needsEcosystem =
                switch (format) {
                    case DEBIAN_PACKAGES, RPM_PRIMARY, RPM_UPDATEINFO -> true;
                    case DEBIAN_TRACKER, OSV, CSAF -> false;
                };
        if (needsEcosystem && ecosystem.isEmpty()) {
            throw new IllegalArgumentException(
                    "feed '%s' is of format %s, which needs an ecosystem (such as Debian:12)"
                            .formatted(name, format.label()));
        }
    }
}
