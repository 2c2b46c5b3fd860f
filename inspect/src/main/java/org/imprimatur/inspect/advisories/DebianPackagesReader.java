package org.imprimatur.inspect.advisories;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.imprimatur.inspect.versions.VersionOrder;

/**
 * The index of a Debian repository: stanzas with {@code Package} and {@code Version} (deb822). The
 * newest version of each binary package counts.
 */
final class DebianPackagesReader implements FeedReader {

    private static final int MAX_PACKAGES = 1_000_000;

    @Override
    public void read(InputStream in, Feed feed, Consumer<Advisory> sink) throws IOException {
        var newest = new TreeMap<String, String>();
        var lines = new BoundedLines(in);
        var name = "";
        var version = "";
        while (true) {
            var bytes = lines.next();
            var line = bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
            if (line.isEmpty()) {
                if (!name.isEmpty() && !version.isEmpty()) {
                    add(newest, name, version);
                }
                name = "";
                version = "";
                if (bytes == null) {
                    break;
                }
            } else if (line.startsWith("Package: ")) {
                name = line.substring("Package: ".length()).strip();
            } else if (line.startsWith("Version: ")) {
                version = line.substring("Version: ".length()).strip();
            } else if (line.indexOf(':') < 1 && !line.startsWith(" ")) {
                throw new MalformedFeed(
                        "line %d is no field of a Debian index".formatted(lines.count()));
            }
        }
        if (newest.isEmpty()) {
            throw new MalformedFeed("no package is in this Debian index");
        }
        newest.forEach((each, latest) -> sink.accept(newest(feed, each, latest)));
    }

    private static void add(Map<String, String> newest, String name, String version)
            throws MalformedFeed {
        newest.merge(name, version, (a, b) -> VersionOrder.DPKG.compare(a, b) >= 0 ? a : b);
        if (newest.size() > MAX_PACKAGES) {
            throw new MalformedFeed("more than %d packages".formatted(MAX_PACKAGES));
        }
    }

    static Advisory newest(Feed feed, String name, String version) {
        return new Advisory(
                Advisory.Kind.NEWEST,
                feed.ecosystem(),
                Advisory.Target.BINARY,
                name,
                "",
                List.of(),
                Urgency.UNKNOWN,
                List.of(VersionRange.before(version)));
    }
}
