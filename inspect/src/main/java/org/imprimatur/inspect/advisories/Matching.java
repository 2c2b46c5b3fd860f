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
import org.imprimatur.inspect.advisories.Patches.Flaw;
import org.imprimatur.inspect.advisories.Patches.PendingUpdate;
import org.imprimatur.inspect.facts.OsRelease;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.InstalledSystem;
import org.imprimatur.inspect.packages.PackageKind;
import org.jspecify.annotations.Nullable;

/** Holds the packages of many systems against all feeds, each of which is read once. */
public final class Matching {

    /** So often feeds are read that are replaced meanwhile. */
    private static final int MOST_READINGS = 5;

    /** So many versions of one system are compared with ranges; honest ones need some 100,000. */
    private static final long MOST_COMPARED = 20_000_000;

    /** So often a package of one system has a flaw, or has it not though its version says so. */
    private static final int MOST_KEPT = 1_000_000;

    private static final int MOST_FLAWS = 100_000;

    /** What came of it for one system. */
    public sealed interface Outcome {}

    /** What the feeds say of it. */
    public record Matched(Patches patches) implements Outcome {}

    /** A feed that speaks of its packages is damaged, so that nothing is known. */
    public record NotMatched(MalformedFeed fault) implements Outcome {}

    /** It has so much under the same names that looking at it would hold all others up. */
    public record TooMuch() implements Outcome {

        /** What is said of it. */
        public static final String FAULT =
                "has more packages of the same names, or more known flaws, than are looked at";
    }

    /** A name that advisories use. */
    private record Key(String ecosystem, Advisory.Target target, String name) {

        // What a record has by itself is put together when it is first asked for, which takes
        // longer than all else that a quick inspection does here.

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && ecosystem.equals(key.ecosystem)
                    && target == key.target
                    && name.equals(key.name);
        }

        @Override
        public int hashCode() {
            return (ecosystem.hashCode() * 31 + target.hashCode()) * 31 + name.hashCode();
        }
    }

    private record Found(String id, String name) {}

    private Matching() {}

    /**
     * What the store says at this moment of each of these systems, in their order.
     *
     * @throws IOException when the store cannot be read at all, or does not stay as it is for long
     *     enough
     */
    public static List<Outcome> of(List<InstalledSystem> systems, AdvisoryStore store, Instant at)
            throws IOException {
        for (int readings = 0; readings < MOST_READINGS; readings++) {
            var all = new All(systems);
            if (store.read(all.speakers.keySet(), all)) {
                return all.searches.stream().map(search -> all.outcome(search, at)).toList();
            }
        }
        throw new IOException(
                "the feeds in %s were replaced each of %d times that they were read"
                        .formatted(store.directory(), MOST_READINGS));
    }

    /** Who speaks of one ecosystem. */
    private static final class Speakers {

        private final List<FeedState> feeds = new ArrayList<>();
        private @Nullable MalformedFeed fault;

        /** Feeds come one after the other. */
        void add(FeedState feed) {
            if (feeds.isEmpty() || !feeds.getLast().name().equals(feed.name())) {
                feeds.add(feed);
            }
        }
    }

    private static final class All implements AdvisoryStore.RowTaker {

        private final List<Search> searches = new ArrayList<>();
        private final Map<Key, List<Search>> wanting = new HashMap<>();
        private final Map<String, Speakers> speakers = new TreeMap<>();

        All(List<InstalledSystem> systems) {
            for (var system : systems) {
                var search = new Search(system);
                searches.add(search);
                search.ecosystems.forEach(this::of);
                search.installed
                        .keySet()
                        .forEach(
                                key ->
                                        wanting.computeIfAbsent(key, _ -> new ArrayList<>(1))
                                                .add(search));
            }
        }

        private Speakers of(String ecosystem) {
            return speakers.computeIfAbsent(ecosystem, _ -> new Speakers());
        }

        @Override
        public void take(Advisory advisory, FeedState feed) {
            of(advisory.ecosystem()).add(feed);
            var key = new Key(advisory.ecosystem(), advisory.target(), advisory.name());
            for (var search : wanting.getOrDefault(key, List.of())) {
                search.take(key, advisory, feed);
            }
        }

        @Override
        public void damaged(String ecosystem, FeedState feed, MalformedFeed fault) {
            of(ecosystem).fault = fault;
        }

        private Outcome outcome(Search search, Instant at) {
            var feeds = new TreeSet<>(Comparator.comparing(FeedState::name));
            for (var ecosystem : search.ecosystems) {
                var speaking = of(ecosystem);
                if (speaking.fault != null) {
                    return new NotMatched(speaking.fault);
                }
                feeds.addAll(speaking.feeds);
            }
            if (search.isTooMuch()) {
                return new TooMuch();
            }
            boolean system = !of(Ecosystem.of(search.os)).feeds.isEmpty();
            return new Matched(search.result(system, List.copyOf(feeds), at));
        }
    }

    /** A flaw, with all that was found of it so far. */
    private static final class Finding {

        private final String id;
        private final String name;
        private final String version;
        private final Set<InstalledPackage> packages = new TreeSet<>();
        private Urgency urgency = Urgency.UNKNOWN;
        private String fixed = "";

        Finding(String id, String name, String version) {
            this.id = id;
            this.name = name;
            this.version = version;
        }

        void add(InstalledPackage each, Urgency asGrave, String fixedIn) {
            packages.add(each);
            urgency = urgency.atLeast(asGrave) ? urgency : asGrave;
            fixed = fixed.isEmpty() ? fixedIn : fixed;
        }

        Flaw flaw() {
            return new Flaw(id, urgency, List.copyOf(packages), name, version, fixed);
        }
    }

    /** What was found of one system. */
    private static final class Search {

        private final OsRelease os;
        private final Map<Key, List<InstalledPackage>> installed = new HashMap<>();
        private final Set<String> ecosystems = new TreeSet<>();
        private final Map<Found, Finding> flaws = new HashMap<>();
        private final Set<Found> cleared = new HashSet<>();
        private final Map<InstalledPackage, PendingUpdate> pending = new TreeMap<>();
        private long compared;
        private int kept;

        Search(InstalledSystem system) {
            this.os = system.os();
            for (var each : system.packages()) {
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

        boolean isTooMuch() {
            return compared > MOST_COMPARED || kept > MOST_KEPT || flaws.size() > MOST_FLAWS;
        }

        void take(Key key, Advisory advisory, FeedState feed) {
            var those = installed.getOrDefault(key, List.of());
            compared += (long) those.size() * Math.max(1, advisory.ranges().size());
            if (isTooMuch()) {
                return;
            }
            for (var each : those) {
                switch (advisory.kind()) {
                    case NEWEST -> newest(advisory, each, feed);
                    case NOT_AFFECTED -> {
                        cleared.add(new Found(id(advisory), each.source()));
                        kept++;
                    }
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
                    flaws.computeIfAbsent(
                                    new Found(id(advisory), each.source()),
                                    found -> new Finding(found.id(), advisory.name(), version))
                            .add(each, advisory.urgency(), range.fixed());
                    kept++;
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

        Patches result(boolean system, List<FeedState> feeds, Instant at) {
            var left = new ArrayList<Flaw>();
            flaws.forEach(
                    (found, finding) -> {
                        if (!cleared.contains(found)) {
                            left.add(finding.flaw());
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
