package org.imprimatur.inspect.advisories;

import org.imprimatur.inspect.versions.VersionOrder;

/**
 * Versions with a flaw.
 *
 * @param introduced the first of them; empty for every version from the beginning on
 * @param fixed the first one after them; empty where there is none yet
 * @param last the last of them; empty where it is not known
 */
public record VersionRange(String introduced, String fixed, String last) {

    /** Every version up to the one with the fix. */
    static VersionRange before(String fixed) {
        return new VersionRange("", fixed, "");
    }

    /** Every version there is. */
    static final VersionRange ALL = new VersionRange("", "", "");

    boolean contains(String version, VersionOrder order) {
        return (introduced.isEmpty()
                        || introduced.equals("0")
                        || order.compare(version, introduced) >= 0)
                && (fixed.isEmpty() || order.compare(version, fixed) < 0)
                && (last.isEmpty() || order.compare(version, last) <= 0);
    }
}
