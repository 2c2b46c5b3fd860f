package org.imprimatur.inspect.facts;

/**
 * A package as its database says it is installed.
 *
 * @param source name of the source package; the same as {@code name} where the database is silent
 * @param sourceVersion version of the source package, as advisories count it
 * @param maintainer who maintains it, as the package says; empty where it does not
 */
public record InstalledPackage(
        String name,
        String version,
        String architecture,
        String source,
        String sourceVersion,
        String maintainer)
        implements Comparable<InstalledPackage> {

    @Override
    public int compareTo(InstalledPackage other) {
        int byName = name.compareTo(other.name);
        if (byName != 0) {
            return byName;
        }
        int byArchitecture = architecture.compareTo(other.architecture);
        return byArchitecture != 0 ? byArchitecture : version.compareTo(other.version);
    }
}
