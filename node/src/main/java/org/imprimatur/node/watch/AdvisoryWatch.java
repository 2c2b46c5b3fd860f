package org.imprimatur.node.watch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.imprimatur.inspect.advisories.AdvisoryStore;
import org.imprimatur.inspect.advisories.FeedState;
import org.imprimatur.inspect.advisories.Matching;
import org.imprimatur.inspect.advisories.Patches;
import org.imprimatur.inspect.advisories.Urgency;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.packages.InstalledSystem;
import org.imprimatur.node.catalogue.Attachments;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.Retry;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.OwnChanges;
import org.imprimatur.node.notice.Notices;
import org.imprimatur.node.store.Database;
import org.imprimatur.node.store.Lease;
import org.imprimatur.node.watch.FlawTable.Look;
import org.imprimatur.node.watch.FlawTable.Tried;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha256;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the packages of every endorsement that counts, or may count again, against the feeds of
 * advisories (EGI-5.9): each bill of materials once for each state of the feeds, many of them in
 * one reading of the feeds. One node of those that share a database does it; all of them know what
 * came of it.
 *
 * <p>What could not be looked at changes nothing of what is known: flaws end only when feeds that
 * speak of the image's system say so. Whatever one bill of materials is like, the others are looked
 * at.
 */
public final class AdvisoryWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AdvisoryWatch.class);
    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final Duration SHORTEST_REST = Duration.ofMillis(20);
    private static final Duration LONGEST_REST = Duration.ofSeconds(1);
    private static final Retry FETCH_AGAIN = new Retry(Duration.ofMinutes(1), Duration.ofHours(6));
    private static final Retry MATCH_AGAIN =
            new Retry(Duration.ofMinutes(1), Duration.ofMinutes(10));
    private static final int MOST_RESULTS = 500;
    private static final int MOST_TOLD = 2000;

    /** Another number makes every bill of materials be looked at again. */
    private static final String MATCHING = "1";

    private final AdvisoryStore store;
    private final Duration every;
    private final Live live;
    private final Sboms sboms;
    private final OpenFlaws flaws;
    private final Database database;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final OwnChanges ownChanges;
    private final Bell registers;
    private final Runnable changed;
    private final Advice advice;
    private final Lease lease = new Lease("advisories", UUID.randomUUID(), LEASE);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    // Owned by the thread: what it knows of the last attempts, which holds as long as it leads: no
    // other node looked since it was read.
    private Map<Sha256, Tried> tried = Map.of();
    private boolean leads;
    private long heldAt;

    private AdvisoryWatch(
            WatchSettings settings,
            Live live,
            Sboms sboms,
            OpenFlaws flaws,
            Database database,
            InstantSource clock,
            RandomGenerator random,
            OwnChanges ownChanges,
            Bell registers,
            Runnable changed,
            Advice advice) {
        this.store = new AdvisoryStore(settings.directory());
        this.every = settings.every();
        this.live = live;
        this.sboms = sboms;
        this.flaws = flaws;
        this.database = database;
        this.clock = clock;
        this.random = random;
        this.ownChanges = ownChanges;
        this.registers = registers;
        this.changed = changed;
        this.advice = advice;
        thread = Thread.ofPlatform().daemon().name("advisory watch").start(this::run);
    }

    /**
     * Begins.
     *
     * @param live the endorsements in view
     * @param attachments where bills of materials are, and are kept
     * @param notices tells endorsers
     * @param changed rings when a register has changed; this rings it, at each of several nodes,
     *     when more is known of flaws
     */
    public static AdvisoryWatch open(
            WatchSettings settings,
            Live live,
            OpenFlaws flaws,
            Attachments attachments,
            Fetch fetch,
            Notices notices,
            Database database,
            InstantSource clock,
            RandomGenerator random,
            Bell changed) {
        var registers = changed.another();
        var ledgers = live.ledgers();
        return new AdvisoryWatch(
                settings,
                live,
                new Sboms(attachments, ledgers.follows(), fetch),
                flaws,
                database,
                clock,
                random,
                new OwnChanges(ledgers.own(), registers),
                registers,
                changed::ring,
                new Advice(settings.tell(), live, notices));
    }

    private boolean closing() {
        return closed.getCount() == 0;
    }

    private void run() {
        try {
            while (!closing()) {
                long start = System.nanoTime();
                lookSafely();
                // A ledger that grows takes a fifth of a core, and no endorsement waits long.
                long busy = System.nanoTime() - start;
                long rest = Math.clamp(4 * busy, SHORTEST_REST.toNanos(), LONGEST_REST.toNanos());
                closed.await(rest, TimeUnit.NANOSECONDS);
                registers.await(every);
            }
            database.change(lease::release);
        } catch (InterruptedException | RuntimeException e) {
            LOG.debug("the advisory watch ends", e);
        }
    }

    private void lookSafely() {
        try {
            refresh();
            look();
        } catch (RuntimeException e) {
            leads = false;
            if (!closing()) {
                LOG.error("advisories cannot be looked at", e);
            }
        }
    }

    private void refresh() {
        if (flaws.refresh()) {
            changed.run();
        }
    }

    /** Keeps the lease on; false when another node has it by now. */
    private boolean holds() {
        var held = database.write(lease::hold);
        leads &= held == Lease.Held.STILL;
        heldAt = System.nanoTime();
        return held != Lease.Held.BY_ANOTHER;
    }

    /** As above, where it may be that it was kept on just now. */
    private boolean holdsOn() {
        return System.nanoTime() - heldAt < LEASE.toNanos() / 4 || holds();
    }

    private void look() {
        if (!holds()) {
            return;
        }
        if (!leads) {
            tried = new HashMap<>(database.read(db -> new FlawTable(db).tried()));
            leads = true;
        }
        List<FeedState> feeds;
        List<WatchedFeed> watched;
        try {
            feeds = store.feeds();
            watched = feeds.stream().map(WatchedFeed::of).toList();
        } catch (IOException | IllegalArgumentException e) {
            note("the feeds cannot be read: " + e.getMessage(), flaws.now().feeds());
            return;
        }
        if (feeds.isEmpty()) {
            note("there are no feeds in " + store.directory(), List.of());
            return;
        }
        var state = state(feeds);
        var due = due(state);
        if (!due.isEmpty()) {
            sboms.begin();
            if (!new Round(feeds, state).look(due)) {
                return;
            }
        }
        // Not before: what is known is as old as the feeds that everything was held against.
        note("", watched);
    }

    /** Notes which feeds there are, and what is wrong with all of them, where that is new. */
    private void note(String why, List<WatchedFeed> feeds) {
        var fault = Shown.characters(why, MOST_TOLD);
        var known = flaws.now();
        if (known.fault().equals(fault) && known.feeds().equals(feeds)) {
            return;
        }
        if (!fault.isEmpty()) {
            LOG.warn("advisories cannot be looked at: {}", fault);
        }
        database.change(
                db -> {
                    var table = new FlawTable(db);
                    long revision = table.next(clock.instant(), fault);
                    if (!known.feeds().equals(feeds)) {
                        table.putFeeds(revision, feeds);
                    }
                });
        refresh();
    }

    /** What results depend on: the feeds, and how they are read. */
    private static Sha256 state(List<FeedState> feeds) {
        var text =
                feeds.stream()
                        .map(feed -> feed.name() + " " + feed.sha256() + " " + feed.security())
                        .collect(Collectors.joining("\n", MATCHING + "\n", "\n"));
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What is to be looked at now, with the ledgers that name it. */
    private Map<Sha256, Set<Origin>> due(Sha256 state) {
        var now = clock.instant();
        var due = new LinkedHashMap<Sha256, Set<Origin>>();
        for (var image : live.lasting(now)) {
            if (isDue(tried.get(image.sbom()), state, now)) {
                due.computeIfAbsent(image.sbom(), _ -> new LinkedHashSet<>()).add(image.ledger());
            }
        }
        return due;
    }

    private static boolean isDue(@Nullable Tried last, Sha256 state, Instant now) {
        if (last == null) {
            return true;
        }
        var retryAt = last.retryAt();
        return !state.equals(last.feeds()) || (retryAt != null && FETCH_AGAIN.over(retryAt, now));
    }

    /** What came of one look. */
    private sealed interface Result {}

    private record Seen(Look look, List<OpenFlaw> flaws) implements Result {}

    /**
     * @param why in words that may be those of a hostile document
     * @param again when to try again; null for when the feeds are others
     */
    private record NotSeen(String why, @Nullable Retry again) implements Result {

        NotSeen {
            why = Shown.characters(why, MOST_TOLD);
        }
    }

    /** One walk over all that is due, with one state of the feeds. */
    private final class Round {

        private final List<FeedState> feeds;
        private final Sha256 state;
        private final Map<Sha256, Result> results = new LinkedHashMap<>();
        private Batch batch = new Batch();

        Round(List<FeedState> feeds, Sha256 state) {
            this.feeds = feeds;
            this.state = state;
        }

        /** False when it ends before all was looked at. */
        boolean look(Map<Sha256, Set<Origin>> due) {
            for (var one : due.entrySet()) {
                if (closing() || !holdsOn()) {
                    return false;
                }
                try {
                    batch.add(one.getKey(), sboms.read(one.getKey(), one.getValue()));
                } catch (IOException e) {
                    results.put(
                            one.getKey(), new NotSeen(String.valueOf(e.getMessage()), FETCH_AGAIN));
                }
                boolean full = batch.isFull() || results.size() >= MOST_RESULTS;
                if (full && !match()) {
                    return false;
                }
            }
            return match();
        }

        /** Matches what was gathered; false when the round must end. */
        private boolean match() {
            var systems = batch.systems();
            try {
                var outcomes =
                        Matching.of(
                                systems.stream().map(Map.Entry::getValue).toList(),
                                store,
                                clock.instant());
                for (int i = 0; i < systems.size(); i++) {
                    var one = systems.get(i);
                    results.put(one.getKey(), result(one.getValue(), outcomes.get(i)));
                }
                if (!store.feeds().equals(feeds)) {
                    return false; // they changed while they were read: all of it again
                }
            } catch (IOException e) {
                note("the feeds cannot be read: " + e.getMessage(), flaws.now().feeds());
                return false;
            }
            boolean kept = keepAll(results, state);
            batch = new Batch();
            results.clear();
            return kept;
        }

        private Result result(InstalledSystem system, Matching.Outcome outcome) {
            return switch (outcome) {
                case Matching.NotMatched(var fault) ->
                        new NotSeen(
                                "a feed that speaks of its packages: " + fault.getMessage(),
                                MATCH_AGAIN);
                case Matching.TooMuch _ -> new NotSeen("it " + Matching.TooMuch.FAULT, null);
                case Matching.Matched(Patches patches) ->
                        patches.system()
                                ? new Seen(
                                        new Look(
                                                "",
                                                patches.feeds().stream()
                                                        .map(FeedState::name)
                                                        .toList()),
                                        flaws(patches))
                                : new NotSeen(
                                        "no feed speaks of its operating system, "
                                                + system.os().prettyName()
                                                + " "
                                                + system.os().versionId(),
                                        null);
            };
        }
    }

    private static List<OpenFlaw> flaws(Patches patches) {
        var found = new LinkedHashMap<Key, OpenFlaw>();
        for (var flaw : patches.flaws()) {
            put(
                    found,
                    OpenFlaw.found(
                            flaw.id(), flaw.name(), flaw.version(), flaw.fixed(), flaw.urgency()));
        }
        for (var update : patches.pending()) {
            if (update.security()) {
                put(
                        found,
                        OpenFlaw.found(
                                OpenFlaw.NO_ID,
                                update.installed().name(),
                                update.installed().version(),
                                update.newest(),
                                Urgency.UNKNOWN));
            }
        }
        return List.copyOf(found.values());
    }

    private static void put(Map<Key, OpenFlaw> found, OpenFlaw flaw) {
        found.merge(
                Key.of(flaw),
                flaw,
                (one, other) -> one.urgency().atLeast(other.urgency()) ? one : other);
    }

    /** What makes a flaw the same as before. */
    private record Key(String id, String name, String installed) {

        static Key of(OpenFlaw flaw) {
            return new Key(flaw.id(), flaw.name(), flaw.installed());
        }
    }

    /** Keeps what came of looking; what cannot be kept with the others, by itself. */
    private boolean keepAll(Map<Sha256, Result> results, Sha256 state) {
        try {
            return keep(results, state);
        } catch (RuntimeException e) {
            LOG.warn("what was found cannot be kept at once; each by itself now", e);
        }
        for (var one : results.entrySet()) {
            if (!keepOne(one.getKey(), one.getValue(), state)) {
                return false;
            }
        }
        return true;
    }

    private boolean keepOne(Sha256 sbom, Result result, Sha256 state) {
        try {
            return keep(Map.of(sbom, result), state);
        } catch (RuntimeException e) {
            LOG.error("what was found in {} cannot be kept", sbom, e);
        }
        // Where the database is at fault, and not the result, this fails too.
        var obstacle = new NotSeen("what was found cannot be kept: see the log", MATCH_AGAIN);
        return keep(Map.of(sbom, obstacle), state);
    }

    /** Writes what came of looking; false when another node looks by now. */
    private boolean keep(Map<Sha256, Result> results, Sha256 state) {
        if (!holds()) {
            return false;
        }
        var now = clock.instant();
        var changes =
                database.read(
                        db -> {
                            var table = new FlawTable(db);
                            return results.entrySet().stream()
                                    .map(one -> Change.of(table, one.getKey(), one.getValue(), now))
                                    .filter(Change::any)
                                    .toList();
                        });
        // Told first: a crash in between leads to the same news, which nobody gets twice.
        var news = new HashMap<Sha256, Collection<OpenFlaw>>();
        changes.forEach(change -> news.put(change.sbom(), change.news()));
        advice.tell(news, now);
        var attempts = new HashMap<Sha256, Tried>();
        results.forEach(
                (sbom, result) ->
                        attempts.put(
                                sbom,
                                switch (result) {
                                    case Seen _ -> new Tried(state, 0, null);
                                    case NotSeen(_, Retry again) ->
                                            again == null
                                                    ? new Tried(state, 0, null)
                                                    : failed(tried.get(sbom), state, again, now);
                                }));
        boolean kept =
                database.write(
                        db -> {
                            var table = new FlawTable(db);
                            if (lease.hold(db) != Lease.Held.STILL) {
                                return false;
                            }
                            if (!changes.isEmpty()) {
                                long revision = table.next(now, "");
                                changes.forEach(change -> change.write(table, revision));
                            }
                            attempts.forEach(
                                    (sbom, attempt) ->
                                            table.tried(
                                                    sbom,
                                                    attempt,
                                                    results.get(sbom) instanceof Seen
                                                            ? now
                                                            : null));
                            return true;
                        });
        if (kept) {
            tried.putAll(attempts);
            refresh();
        } else {
            leads = false;
        }
        return kept;
    }

    private Tried failed(@Nullable Tried before, Sha256 state, Retry again, Instant now) {
        int failures = before == null ? 1 : before.failures() + 1;
        return new Tried(state, failures, now.plus(again.after(failures, random)));
    }

    /** How what is known of one bill of materials changes. */
    private record Change(
            Sha256 sbom,
            boolean otherLook,
            Look look,
            Collection<OpenFlaw> ended,
            Collection<OpenFlaw> begun,
            Collection<OpenFlaw> before) {

        static Change of(FlawTable table, Sha256 sbom, Result result, Instant now) {
            var before = table.look(sbom).orElse(null);
            return switch (result) {
                case NotSeen(String why, _) -> {
                    var look = new Look(why, before == null ? List.of() : before.feeds());
                    yield new Change(
                            sbom, !look.equals(before), look, List.of(), List.of(), List.of());
                }
                case Seen(Look look, List<OpenFlaw> flaws) -> {
                    var open = new HashMap<Key, OpenFlaw>();
                    var known = table.open(sbom);
                    known.forEach(flaw -> open.put(Key.of(flaw), flaw));
                    var begun = new ArrayList<OpenFlaw>();
                    for (var flaw : flaws) {
                        var same = open.get(Key.of(flaw));
                        if (same != null && unchanged(same, flaw)) {
                            open.remove(Key.of(flaw)); // goes on as it is
                        } else {
                            begun.add(known(flaw, same, now));
                        }
                    }
                    yield new Change(
                            sbom,
                            !look.equals(before),
                            look,
                            open.values(),
                            begun,
                            before == null || before.feeds().isEmpty() ? begun : known);
                }
            };
        }

        private static boolean unchanged(OpenFlaw one, OpenFlaw other) {
            return one.fixed().equals(other.fixed()) && one.urgency() == other.urgency();
        }

        /** Since when it is known does not change with what else becomes known of it. */
        private static OpenFlaw known(OpenFlaw flaw, @Nullable OpenFlaw before, Instant now) {
            Instant patch = null;
            if (!flaw.fixed().isEmpty()) {
                var known = before == null ? null : before.patchSince();
                patch = Objects.requireNonNullElse(known, now);
            }
            return new OpenFlaw(
                    flaw.id(),
                    flaw.name(),
                    flaw.installed(),
                    flaw.fixed(),
                    flaw.urgency(),
                    before == null ? now : before.since(),
                    patch);
        }

        /**
         * What was not known before, or not as that grave. What the first look finds was there to
         * be seen when the image was endorsed, and is no news.
         */
        List<OpenFlaw> news() {
            var known = new HashMap<Key, Urgency>();
            before.forEach(flaw -> known.put(Key.of(flaw), flaw.urgency()));
            return begun.stream()
                    .filter(flaw -> isGraver(flaw.urgency(), known.get(Key.of(flaw))))
                    .toList();
        }

        private static boolean isGraver(Urgency urgency, @Nullable Urgency before) {
            return before == null || !before.atLeast(urgency);
        }

        boolean any() {
            return otherLook || !ended.isEmpty() || !begun.isEmpty();
        }

        void write(FlawTable table, long revision) {
            table.changed(revision, sbom);
            if (otherLook) {
                table.putLook(revision, sbom, look);
            }
            table.end(revision, sbom, ended);
            table.add(revision, sbom, begun);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        ownChanges.close();
        registers.ring();
        try {
            thread.join(Duration.ofSeconds(30));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
