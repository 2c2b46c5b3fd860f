package org.imprimatur.inspect.versions;

import java.util.Comparator;

/**
 * Epoch, version and release, as dpkg, rpm and pacman write them in one text.
 *
 * @param epoch digits; empty where there is none, which counts as zero
 * @param release empty where there is none
 */
record Evr(String epoch, String version, String release) {

    /** The epoch ends at the first colon, the release begins after the last hyphen. */
    static Evr of(String text) {
        int colon = text.indexOf(':');
        String epoch = colon > 0 && Digits.end(text, 0) == colon ? text.substring(0, colon) : "";
        String rest = epoch.isEmpty() ? text : text.substring(colon + 1);
        int hyphen = rest.lastIndexOf('-');
        return hyphen < 0
                ? new Evr(epoch, rest, "")
                : new Evr(epoch, rest.substring(0, hyphen), rest.substring(hyphen + 1));
    }

    /** Orders two texts by their epochs, then by their versions, then by their releases. */
    static int compare(
            String one, String other, Comparator<String> versions, Comparator<String> releases) {
        Evr left = of(one.strip());
        Evr right = of(other.strip());
        int epochs = Digits.compare(left.epoch, right.epoch);
        if (epochs != 0) {
            return epochs;
        }
        int order = versions.compare(left.version, right.version);
        return order != 0 ? order : releases.compare(left.release, right.release);
    }

    /** A version without release, as advisories have it, stands for all its releases. */
    static Comparator<String> whereGiven(Comparator<String> releases) {
        return (one, other) -> one.isEmpty() || other.isEmpty() ? 0 : releases.compare(one, other);
    }
}
