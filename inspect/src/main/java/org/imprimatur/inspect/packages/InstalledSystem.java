package org.imprimatur.inspect.packages;

import java.util.List;
import org.imprimatur.inspect.facts.OsRelease;

/**
 * What is installed on an image, as far as advisories ask for it.
 *
 * @param os {@link OsRelease#UNKNOWN} where nothing says which it is
 */
public record InstalledSystem(OsRelease os, List<InstalledPackage> packages) {

    /** Copies the list. */
    public InstalledSystem {
        packages = List.copyOf(packages);
    }

    /** How many characters its packages have: what it costs to keep. */
    public long weight() {
        return packages.stream().mapToLong(InstalledPackage::weight).sum();
    }
}
