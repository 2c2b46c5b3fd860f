package org.imprimatur.inspect.packages;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A package as its database, or the place it lies in, says it is installed. Texts that nothing is
 * said about are empty.
 *
 * @param namespace what stands before the name in its package manager: the group of a Maven
 *     artefact, the scope of an npm package; empty for most
 * @param version the whole version as the package manager orders it: {@code EPOCH:VERSION-RELEASE}
 *     for distributions, without an epoch that is not there
 * @param source name of the source package; the same as {@code name} where the database is silent
 * @param sourceVersion version of the source package, as advisories count it
 * @param module the module of a modular repository ({@code name:stream:version:context})
 * @param area the part of its archive that the package comes from, where that says something of its
 *     licence: {@code non-free}, {@code restricted}; empty for the main one
 * @param licences as the package says them, SPDX expressions or not
 * @param maintainer who maintains it, or the vendor
 * @param installedAt when it was installed; null where the database does not say
 * @param place the file that says so, for display
 * @param owner for a language package: the package of the distribution that its file belongs to
 * @param sha256 for a language package: the digest of the file in {@code place}, in hex
 */
public record InstalledPackage(
        PackageKind kind,
        String namespace,
        String name,
        String version,
        String architecture,
        String source,
        String sourceVersion,
        String module,
        String area,
        List<String> licences,
        String maintainer,
        @Nullable Instant installedAt,
        String place,
        String owner,
        String sha256)
        implements Comparable<InstalledPackage> {

    private static final Comparator<InstalledPackage> ORDER =
            Comparator.comparing(InstalledPackage::name)
                    .thenComparing(InstalledPackage::architecture)
                    .thenComparing(InstalledPackage::version)
                    .thenComparing(InstalledPackage::kind)
                    .thenComparing(InstalledPackage::namespace)
                    .thenComparing(InstalledPackage::place);

    /** Refuses a package without a name, and copies the list. */
    public InstalledPackage {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a package has a name");
        }
        licences = List.copyOf(licences);
    }

    /** A package that no distribution made: it is its own source. */
    public static InstalledPackage ofLanguage(
            PackageKind kind,
            String namespace,
            String name,
            String version,
            List<String> licences,
            String place) {
        return new InstalledPackage(
                kind, namespace, name, version, "", name, version, "", "", licences, "", null,
                place, "", "");
    }

    /** The epoch of a distribution's version; 0 where there is none. */
    public String epoch() {
        int colon = kind.ofDistribution() ? version.indexOf(':') : -1;
        return colon < 0 ? "0" : version.substring(0, colon);
    }

    /** The version without epoch and release. */
    public String upstreamVersion() {
        int dash = kind.ofDistribution() ? version.lastIndexOf('-') : -1;
        int from = kind.ofDistribution() ? version.indexOf(':') + 1 : 0;
        return dash < from ? version.substring(from) : version.substring(from, dash);
    }

    /** The distribution's own count of a version; empty where there is none. */
    public String release() {
        int dash = kind.ofDistribution() ? version.lastIndexOf('-') : -1;
        return dash < 0 ? "" : version.substring(dash + 1);
    }

    /** The same package with other licences. */
    public InstalledPackage withLicences(List<String> others) {
        return with(others, owner, sha256);
    }

    /**
     * The same package as found in a file.
     *
     * @param distributionPackage the package that the file belongs to; empty for none
     * @param digest SHA-256 of the file, in hex
     */
    public InstalledPackage inFile(String distributionPackage, String digest) {
        return with(licences, distributionPackage, digest);
    }

    private InstalledPackage with(List<String> others, String distributionPackage, String digest) {
        return new InstalledPackage(
                kind,
                namespace,
                name,
                version,
                architecture,
                source,
                sourceVersion,
                module,
                area,
                others,
                maintainer,
                installedAt,
                place,
                distributionPackage,
                digest);
    }

    /** How many characters it has: what it costs to keep. */
    public int weight() {
        int sum =
                namespace.length()
                        + name.length()
                        + version.length()
                        + source.length()
                        + sourceVersion.length()
                        + module.length()
                        + area.length()
                        + maintainer.length()
                        + place.length();
        for (var licence : licences) {
            sum += licence.length();
        }
        return sum;
    }

    /** By name, architecture and version, then by kind and place. */
    @Override
    public int compareTo(InstalledPackage other) {
        return ORDER.compare(this, other);
    }
}
