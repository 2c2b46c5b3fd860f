package org.imprimatur.inspect.packages;

import com.github.packageurl.MalformedPackageURLException;
import com.github.packageurl.PackageURL;
import java.util.TreeMap;
import org.imprimatur.inspect.facts.OsRelease;
import org.jspecify.annotations.Nullable;

/** Names packages as package URLs, by the types of that specification. */
public final class PackageUrls {

    private PackageUrls() {}

    /**
     * The package URL of a package. One of a distribution has the distribution as its namespace,
     * and the qualifiers {@code arch}, {@code distro}, {@code epoch} (RPM) and {@code upstream},
     * the last one only where name or version of the source differ.
     */
    public static String of(InstalledPackage each, OsRelease os) {
        try {
            return url(each, os);
        } catch (MalformedPackageURLException e) {
            return generic(each);
        }
    }

    private static String url(InstalledPackage each, OsRelease os)
            throws MalformedPackageURLException {
        var kind = each.kind();
        if (!kind.ofDistribution()) {
            return new PackageURL(
                            kind.urlType(),
                            orNull(each.namespace()),
                            each.name(),
                            orNull(each.version()),
                            null,
                            null)
                    .canonicalize();
        }
        var qualifiers = new TreeMap<String, String>();
        if (!each.architecture().isEmpty()) {
            qualifiers.put("arch", each.architecture());
        }
        qualifiers.put(
                "distro", os.versionId().isEmpty() ? os.id() : os.id() + "-" + os.versionId());
        boolean otherVersion = !each.sourceVersion().equals(each.version());
        if (otherVersion || !each.source().equals(each.name())) {
            qualifiers.put(
                    "upstream",
                    otherVersion ? each.source() + "@" + each.sourceVersion() : each.source());
        }
        var version = each.version();
        if (kind == PackageKind.RPM && version.indexOf(':') > 0) {
            qualifiers.put("epoch", each.epoch());
            version = version.substring(version.indexOf(':') + 1);
        }
        return new PackageURL(
                        kind.urlType(), os.id(), each.name(), orNull(version), qualifiers, null)
                .canonicalize();
    }

    /** For names that the rules of the package's own type do not allow. */
    private static String generic(InstalledPackage each) {
        try {
            return new PackageURL(
                            PackageURL.StandardTypes.GENERIC,
                            each.kind().urlType(),
                            each.namespace().isEmpty()
                                    ? each.name()
                                    : each.namespace() + "/" + each.name(),
                            orNull(each.version()),
                            null,
                            null)
                    .canonicalize();
        } catch (MalformedPackageURLException e) {
            throw new IllegalArgumentException("no package URL for " + each, e);
        }
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
