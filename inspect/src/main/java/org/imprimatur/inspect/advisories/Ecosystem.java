package org.imprimatur.inspect.advisories;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.imprimatur.inspect.facts.OsRelease;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.PackageKind;
import org.imprimatur.inspect.versions.VersionOrder;

/**
 * The worlds of packages, named as in the OSV schema (ossf.github.io/osv-schema, "Defined
 * ecosystems"), with the release of a distribution behind a colon.
 */
final class Ecosystem {

    private Ecosystem() {}

    /** The ecosystem of an installed system; empty when it is not one that feeds know. */
    static String of(OsRelease os) {
        var version = os.versionId();
        var major = version.contains(".") ? version.substring(0, version.indexOf('.')) : version;
        if (version.isEmpty()) {
            return os.id().equals("arch") ? "Arch Linux" : "";
        }
        return switch (os.id()) {
            case "debian" -> "Debian:" + major;
            case "ubuntu" -> "Ubuntu:" + version;
            case "alpine" -> "Alpine:v" + twoParts(version);
            case "almalinux" -> "AlmaLinux:" + major;
            case "rocky" -> "Rocky Linux:" + major;
            case "rhel" -> "Red Hat:" + major;
            case "fedora" -> "Fedora:" + major;
            case "opensuse-leap" -> "openSUSE:Leap " + version;
            case "sles" -> "SUSE:Linux Enterprise Server " + version;
            default -> "";
        };
    }

    private static String twoParts(String version) {
        var parts = version.split("\\.", -1);
        return parts.length < 2 ? version : parts[0] + "." + parts[1];
    }

    /** The ecosystem of a package; empty when there is none. */
    static String of(InstalledPackage each, OsRelease os) {
        return switch (each.kind()) {
            case DEBIAN, RPM, ALPINE, ARCH -> of(os);
            case PYTHON -> "PyPI";
            case NODE -> "npm";
            case RUBY -> "RubyGems";
            case JAVA -> "Maven";
            case GO -> "Go";
            case RUST -> "crates.io";
            case FLATPAK, SNAP -> "";
        };
    }

    /** The name that advisories of its ecosystem use for a package. */
    static String name(InstalledPackage each) {
        return switch (each.kind()) {
            case JAVA ->
                    each.namespace().isEmpty() ? each.name() : each.namespace() + ":" + each.name();
            case NODE, GO ->
                    each.namespace().isEmpty() ? each.name() : each.namespace() + "/" + each.name();
            // PEP 503: runs of these signs and case mean nothing.
            case PYTHON -> pythonName(each.name());
            case DEBIAN, RPM, ALPINE, ARCH, RUBY, RUST, FLATPAK, SNAP -> each.name();
        };
    }

    static String pythonName(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
    }

    static VersionOrder order(PackageKind kind) {
        return switch (kind) {
            case DEBIAN -> VersionOrder.DPKG;
            case RPM -> VersionOrder.RPM;
            case ALPINE -> VersionOrder.APK;
            case ARCH -> VersionOrder.PACMAN;
            case PYTHON -> VersionOrder.PYTHON;
            case RUBY -> VersionOrder.GEM;
            case JAVA -> VersionOrder.MAVEN;
            case NODE, GO, RUST, FLATPAK, SNAP -> VersionOrder.SEMVER;
        };
    }

    /**
     * An ecosystem as a feed writes it, without what does not tell apart releases: {@code
     * Ubuntu:22.04:LTS} is {@code Ubuntu:22.04}. Ubuntu's paid releases stay apart.
     */
    static String normal(String written) {
        var parts = new ArrayList<>(List.of(written.split(":", -1)));
        parts.remove("LTS");
        return String.join(":", parts);
    }
}
