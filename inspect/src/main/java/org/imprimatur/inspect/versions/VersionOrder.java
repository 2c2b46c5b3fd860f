package org.imprimatur.inspect.versions;

import java.util.Comparator;
import org.apache.maven.artifact.versioning.ComparableVersion;

/**
 * How the versions of one world of packages are ordered. Every text has a place in every order, so
 * that a malformed version of a hostile image breaks nothing; two texts that mean the same version
 * compare as equal.
 */
public enum VersionOrder implements Comparator<String> {
    /** {@code [epoch:]upstream[-revision]}, deb-version(7). */
    DPKG(DpkgOrder::compare),
    /** {@code [epoch:]version[-release]}, rpm-version(7). */
    RPM(RpmOrder::compare),
    /** Alpine's, apk-package(5). */
    APK(ApkOrder::compare),
    /** Pacman's {@code [epoch:]version[-release]}, vercmp(8): that of rpm but for a few signs. */
    PACMAN(PacmanOrder::compare),
    /** Semantic Versioning 2.0.0; also for Go and Rust. */
    SEMVER(SemverOrder::compare),
    /** PEP 440. */
    PYTHON(PythonOrder::compare),
    /** Maven's, by Maven's own comparison. */
    MAVEN(Comparator.comparing(version -> new ComparableVersion(bounded(version.strip())))),
    /** That of RubyGems: dotted parts, letters before numbers. */
    GEM(GemOrder::compare);

    /** Longer than any real version; what stands behind it decides nothing. */
    private static final int MAX_LENGTH = 256;

    private final Comparator<String> order;

    VersionOrder(Comparator<String> order) {
        this.order = order;
    }

    @Override
    public int compare(String one, String other) {
        return order.compare(one, other);
    }

    private static String bounded(String version) {
        return version.substring(0, Math.min(version.length(), MAX_LENGTH));
    }
}
