package org.imprimatur.inspect.advisories;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.imprimatur.inspect.facts.OsRelease;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.PackageKind;

/**
 * How well patched an image is, as far as the feeds at hand can say.
 *
 * @param asked whether any feed was asked
 * @param system whether any feed speaks of the distribution's packages
 * @param feeds those that speak of packages of the image
 * @param age of the content of the oldest of them, at the moment the inspection is for
 * @param flaws known flaws of installed packages, in order of package and id
 * @param pending packages that the repositories have newer, in order of name
 */
public record Patches(
        boolean asked,
        boolean system,
        Duration age,
        List<FeedState> feeds,
        List<Flaw> flaws,
        List<PendingUpdate> pending) {

    /** Nothing was asked, so nothing is known. */
    public static final Patches UNKNOWN =
            new Patches(false, false, Duration.ZERO, List.of(), List.of(), List.of());

    /**
     * A known flaw of an installed package.
     *
     * @param id of the flaw, {@code CVE-…} where it has one
     * @param packages the installed packages that have it, of one source package and version
     * @param name the package that the advisory names
     * @param version the installed version of that
     * @param fixed the version with the patch; empty where there is none yet
     */
    public record Flaw(
            String id,
            Urgency urgency,
            List<InstalledPackage> packages,
            String name,
            String version,
            String fixed) {

        /** Copies the list. */
        public Flaw {
            packages = List.copyOf(packages);
        }
    }

    /**
     * A package that is not the newest.
     *
     * @param security whether the newer one comes from a repository of security updates
     */
    public record PendingUpdate(InstalledPackage installed, String newest, boolean security) {}

    /** Copies the lists. */
    public Patches {
        feeds = List.copyOf(feeds);
        flaws = List.copyOf(flaws);
        pending = List.copyOf(pending);
    }

    /** What the store says at this moment of these packages of this system. */
    public static Patches of(
            OsRelease os, List<InstalledPackage> packages, AdvisoryStore store, Instant at)
            throws IOException {
        var search = new Search(os, packages);
        var feeds = store.read(search.ecosystems(), search);
        return search.result(feeds, at);
    }

    /** A name that advisories use, and what is installed under it. */
    private record Key(String ecosystem, Advisory.Target target, String name) {}

    private record Found(String id, String name) {}

    private static final class Search implements AdvisoryStore.RowTaker {

        private final OsRelease os;
        private final Map<Key, List<InstalledPackage>> installed = new HashMap<>();
        private final Set<String> ecosystems = new TreeSet<>();
        private final Map<Found, Flaw> flaws = new HashMap<>();
        private final Set<Found> cleared = new HashSet<>();
        private final Map<InstalledPackage, PendingUpdate> pending = new TreeMap<>();
        private boolean system;

        Search(OsRelease os, List<InstalledPackage> packages) {
            this.os = os;
            for (var each : packages) {
                var ecosystem = Ecosystem.of(each, os);
                // What the distribution ships it also patches, under its own version.
                if (ecosystem.isEmpty() || !each.owner().isEmpty()) {
                    continue;
                }
                ecosystems.add(ecosystem);
                if (each.kind().ofDistribution()) {
                    add(new Key(ecosystem, Advisory.Target.BINARY, each.name()), each);
                    add(new Key(ecosystem, Advisory.Target.SOURCE, each.source()), each);
                } else {
                    add(new Key(ecosystem, Advisory.Target.SOURCE, Ecosystem.name(each)), each);
                }
            }
        }

        private void add(Key key, InstalledPackage each) {
            installed.computeIfAbsent(key, _ -> new ArrayList<>()).add(each);
        }

        Set<String> ecosystems() {
            return ecosystems;
        }

        @Override
        public void take(Advisory advisory, FeedState feed) {
            system |= advisory.ecosystem().equals(Ecosystem.of(os));
            var matching =
                    installed.get(
                            new Key(advisory.ecosystem(), advisory.target(), advisory.name()));
            if (matching == null) {
                return;
            }
            for (var each : matching) {
                switch (advisory.kind()) {
                    case NEWEST -> newest(advisory, each, feed);
                    case NOT_AFFECTED -> cleared.add(new Found(id(advisory), each.source()));
                    case AFFECTED -> affected(advisory, each);
                }
            }
        }

        private static void newer(
                Map<InstalledPackage, PendingUpdate> pending, PendingUpdate update) {
            pending.merge(
                    update.installed(),
                    update,
                    (a, b) -> {
                        var order = Ecosystem.order(update.installed().kind());
                        var newest = order.compare(a.newest(), b.newest()) >= 0 ? a : b;
                        return new PendingUpdate(
                                a.installed(), newest.newest(), a.security() || b.security());
                    });
        }

        private void newest(Advisory advisory, InstalledPackage each, FeedState feed) {
            var newest = advisory.ranges().getFirst().fixed();
            if (Ecosystem.order(each.kind()).compare(each.version(), newest) < 0) {
                newer(pending, new PendingUpdate(each, newest, feed.security()));
            }
        }

        private void affected(Advisory advisory, InstalledPackage each) {
            var order = Ecosystem.order(each.kind());
            var version = version(advisory.target(), each);
            for (var range : advisory.ranges()) {
                if (range.contains(version, order)) {
                    var flaw =
                            new Flaw(
                                    id(advisory),
                                    advisory.urgency(),
                                    List.of(each),
                                    advisory.name(),
                                    version,
                                    range.fixed());
                    flaws.merge(new Found(flaw.id(), each.source()), flaw, Search::merged);
                    return;
                }
            }
        }

        /** A source package's version, without the count of rebuilds that dpkg's have. */
        private static String version(Advisory.Target target, InstalledPackage each) {
            if (target == Advisory.Target.BINARY || !each.kind().ofDistribution()) {
                return each.version();
            }
            return each.kind() == PackageKind.DEBIAN
                    ? each.sourceVersion().replaceFirst("\\+b[0-9]+$", "")
                    : each.sourceVersion();
        }

        /** The CVE where the advisory is about a single one. */
        private static String id(Advisory advisory) {
            if (advisory.id().startsWith("CVE-")) {
                return advisory.id();
            }
            var flaws = advisory.aliases().stream().filter(id -> id.startsWith("CVE-")).toList();
            return flaws.size() == 1 ? flaws.getFirst() : advisory.id();
        }

        private static Flaw merged(Flaw one, Flaw other) {
            var packages = new TreeSet<>(one.packages());
            packages.addAll(other.packages());
            var fixed = one.fixed().isEmpty() ? other.fixed() : one.fixed();
            return new Flaw(
                    one.id(),
                    one.urgency().atLeast(other.urgency()) ? one.urgency() : other.urgency(),
                    List.copyOf(packages),
                    one.name(),
                    one.version(),
                    fixed);
        }

        Patches result(List<FeedState> feeds, Instant at) {
            var left = new ArrayList<Flaw>();
            flaws.forEach(
                    (found, flaw) -> {
                        if (!cleared.contains(found)) {
                            left.add(flaw);
                        }
                    });
            left.sort(
                    Comparator.comparing(Flaw::name)
                            .thenComparing(Flaw::version)
                            .thenComparing(Flaw::id));
            var oldest = feeds.stream().map(FeedState::published).min(Comparator.naturalOrder());
            return new Patches(
                    true,
                    system,
                    oldest.map(then -> Duration.between(then, at)).orElse(Duration.ZERO),
                    feeds,
                    left,
                    List.copyOf(pending.values()));
        }
    }
}
