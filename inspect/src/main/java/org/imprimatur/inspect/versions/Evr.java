package org.imprimatur.inspect.versions;

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
}
