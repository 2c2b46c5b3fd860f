package org.imprimatur.inspect.packages;

import com.github.packageurl.MalformedPackageURLException;
import com.github.packageurl.PackageURL;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
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

    /**
     * A package that a URL names.
     *
     * @param os the distribution that it is of; unknown for other packages
     */
    public record Named(InstalledPackage installed, OsRelease os) {}

    /**
     * The package that a URL names, in the form that {@link #of} writes.
     *
     * @param version what holds where the URL has none
     * @return empty where it is no package URL, or of a type that is not known here
     */
    public static Optional<Named> parse(String url, String version) {
        try {
            var parsed = new PackageURL(url);
            return kind(parsed).map(kind -> named(kind, parsed, version));
        } catch (MalformedPackageURLException e) {
            return Optional.empty();
        }
    }

    /** Of a package that has no type of its own, the namespace says what it is. */
    private static Optional<PackageKind> kind(PackageURL url) {
        if (!url.getType().equals(PackageURL.StandardTypes.GENERIC)) {
            return Stream.of(PackageKind.values())
                    .filter(each -> each.urlType().equals(url.getType()))
                    .findFirst();
        }
        var namespace = url.getNamespace() == null ? "" : url.getNamespace();
        return switch (namespace) {
            case "flatpak" -> Optional.of(PackageKind.FLATPAK);
            case "snap" -> Optional.of(PackageKind.SNAP);
            default ->
                    Stream.of(PackageKind.values())
                            .filter(each -> namespace.equals(each.urlType()))
                            .findFirst();
        };
    }

    /** Whether the URL is of no type that is known, so that it says less of its package. */
    public static boolean isGeneric(String url) {
        return url.startsWith("pkg:generic/");
    }

    private static Named named(PackageKind kind, PackageURL url, String otherwise) {
        var version = url.getVersion() == null ? otherwise : url.getVersion();
        var namespace = url.getNamespace() == null ? "" : url.getNamespace();
        if (!kind.ofDistribution()) {
            return new Named(
                    InstalledPackage.ofLanguage(
                            kind, namespace, url.getName(), version, List.of(), url.toString()),
                    OsRelease.UNKNOWN);
        }
        var qualifiers =
                url.getQualifiers() == null ? Map.<String, String>of() : url.getQualifiers();
        var epoch = qualifiers.getOrDefault("epoch", "");
        var whole = epoch.isEmpty() || epoch.equals("0") ? version : epoch + ":" + version;
        var upstream = qualifiers.getOrDefault("upstream", url.getName());
        int at = upstream.indexOf('@');
        var distro = qualifiers.getOrDefault("distro", namespace);
        int dash = distro.lastIndexOf('-');
        return new Named(
                new InstalledPackage(
                        kind,
                        "",
                        url.getName(),
                        whole,
                        qualifiers.getOrDefault("arch", ""),
                        at < 0 ? upstream : upstream.substring(0, at),
                        at < 0 ? whole : upstream.substring(at + 1),
                        "",
                        "",
                        List.of(),
                        "",
                        null,
                        url.toString(),
                        "",
                        ""),
                OsRelease.parse(
                        dash < 0
                                ? "ID=" + distro
                                : "ID=%s\nVERSION_ID=%s\n"
                                        .formatted(
                                                distro.substring(0, dash),
                                                distro.substring(dash + 1))));
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
