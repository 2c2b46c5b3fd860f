package org.imprimatur.node.follow;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.exchange.StatusMap;
import org.imprimatur.ledger.Frontier;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.LedgerView;
import org.imprimatur.ledger.MalformedInput;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.VerifiedCheckpoint;
import org.imprimatur.ledger.WitnessQuorum;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.Envelope;
import org.imprimatur.trust.TrustAnchors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All ledgers that a site follows; which these are may change while the node runs. */
public final class Follows implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Follows.class);

    private final Database database;
    private final TrustAnchors ownAnchors;
    private final CrlMode crls;
    private final Fetch fetch;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Bell changed;
    private final Alarms alarms;

    // Read by who asks; written while others are put in place of those that are followed.
    private final ReentrantReadWriteLock exchange = new ReentrantReadWriteLock();
    private volatile List<Follower> followers = List.of();

    private Follows(
            Database database,
            TrustAnchors ownAnchors,
            CrlMode crls,
            Fetch fetch,
            InstantSource clock,
            RandomGenerator random,
            Bell changed,
            Alarms alarms) {
        this.database = database;
        this.ownAnchors = ownAnchors;
        this.crls = crls;
        this.fetch = fetch;
        this.clock = clock;
        this.random = random;
        this.changed = changed;
        this.alarms = alarms;
    }

    /**
     * Takes up every ledger where it was left, and begins to follow.
     *
     * @param ownAnchors for sources that name none
     * @param directory the node's own; evidence of faults is kept below it
     * @param changed rings whenever a register or a fault has changed
     */
    public static Follows open(
            List<Source> sources,
            Database database,
            TrustAnchors ownAnchors,
            CrlMode crls,
            Path directory,
            Fetch fetch,
            InstantSource clock,
            RandomGenerator random,
            Metrics metrics,
            Bell changed) {
        var alarms = Alarms.open(database, directory.resolve("evidence"), metrics);
        var follows =
                new Follows(database, ownAnchors, crls, fetch, clock, random, changed, alarms);
        try (var first = follows.next(sources)) {
            first.put(() -> {});
        }
        follows.measure(metrics, clock);
        return follows;
    }

    /**
     * Makes ready to follow these instead: what is followed as before goes on, what is new begins,
     * and what is followed in another way stops moving and is taken up where it stopped. Nothing of
     * it is seen yet.
     *
     * @throws BadConfiguration when the anchors of a source cannot be read; then all is as before
     */
    public Next next(List<Source> sources) {
        var same = new HashMap<Source, Follower>();
        followers.stream()
                .filter(one -> !one.closed())
                .forEach(one -> same.put(one.ledger().source(), one));
        var anchors = new HashMap<Source, TrustAnchors>();
        sources.stream()
                .filter(source -> !same.containsKey(source))
                .forEach(source -> anchors.put(source, anchors(source)));
        var others = anchors.keySet().stream().map(Source::origin).toList();
        close(followers.stream().filter(one -> others.contains(one.origin())).toList());
        var ready = new ArrayList<Follower>();
        try {
            for (var source : sources) {
                var before = same.get(source);
                ready.add(before != null ? before : begin(source, anchors.get(source)));
            }
        } catch (RuntimeException e) {
            closeAllBut(followers, ready);
            throw e;
        }
        return new Next(ready);
    }

    private Follower begin(Source source, @Nullable TrustAnchors anchors) {
        var charter = Sha256.of(CharterJson.write(source.charter()));
        return new Follower(
                restored(source, charter, database),
                charter,
                fetch,
                Objects.requireNonNull(anchors),
                database,
                alarms,
                clock,
                random,
                changed);
    }

    /**
     * The followers that are to come, until they are put in place; then those that were. Closing
     * ends those of them that are not in place.
     */
    public final class Next implements AutoCloseable {

        private List<Follower> others;
        private boolean inPlace;

        private Next(List<Follower> ready) {
            this.others = List.copyOf(ready);
        }

        /**
         * Puts them in place, and does at the same moment what must not be seen without them, nor
         * they without it: quickly, and without asking a ledger.
         */
        public void put(Runnable also) {
            exchange.writeLock().lock();
            try {
                var before = followers;
                followers = others;
                others = before;
                inPlace = true;
                also.run();
            } finally {
                exchange.writeLock().unlock();
            }
        }

        @Override
        public void close() {
            closeAllBut(followers, others);
            if (inPlace) {
                forgetFaulty();
            }
        }
    }

    /**
     * What was verified of a ledger is kept when it is no longer followed, for decisions that rest
     * on it, and for the day that it is followed again. One at fault is forgotten with its fault.
     */
    private void forgetFaulty() {
        var followed = followers.stream().map(Follower::origin).toList();
        database.change(
                db -> {
                    var table = new FollowTable(db);
                    for (var origin : table.faulty()) {
                        if (!followed.contains(origin)) {
                            LOG.info("{} is no longer followed, and its fault forgotten", origin);
                            table.forget(origin);
                        }
                    }
                });
    }

    private TrustAnchors anchors(Source source) {
        var directory = source.anchors();
        if (directory.isEmpty()) {
            return ownAnchors;
        }
        try {
            return TrustAnchors.directory(directory.get(), crls);
        } catch (IOException e) {
            throw new BadConfiguration("cannot read the anchors in " + directory.get() + ": " + e);
        }
    }

    /**
     * Where the last run left off. What the store holds was verified before it was stored; that it
     * is still the same is shown by its root.
     */
    private static Follower.Start restored(Source source, Sha256 charter, Database database) {
        var key = NoteVerifier.parse(source.charter().key());
        var unseen =
                LedgerView.unseen(
                        key, source.witnesses().map(WitnessQuorum::witnesses).orElse(List.of()));
        var row = database.read(db -> new FollowTable(db).find(source.origin())).orElse(null);
        var seen = row == null || !row.charter().equals(charter) ? null : checkpoint(row, key);
        if (row == null || seen == null) {
            if (row != null) {
                LOG.warn("{} has another charter now and is followed afresh", source.origin());
                database.change(
                        db -> {
                            new FollowTable(db).forget(source.origin());
                        });
            }
            return new Follower.Start(fresh(source), unseen, Frontier.EMPTY, null);
        }
        var view = unseen.having(seen);
        var register = new Register(source.charter());
        var replayed = replay(source, database, row, register);
        var frontier = replayed == null ? null : replayed.frontier();
        boolean whole =
                frontier != null
                        && frontier.size() == row.size()
                        && frontier.size() <= seen.size()
                        && (frontier.size() < seen.size() || frontier.head().equals(seen.head()));
        if (whole && frontier != null && replayed != null) {
            var ledger =
                    new FollowedLedger(
                            source,
                            register,
                            replayed.status(),
                            row.verifiedAt(),
                            frontier.size() == seen.size() ? seen : null);
            return new Follower.Start(ledger, view, frontier, row.fault());
        }
        LOG.warn("the stored entries of {} are not whole and are fetched again", source.origin());
        database.change(
                db -> {
                    new FollowTable(db).forgetEntries(source.origin());
                });
        return new Follower.Start(fresh(source), view, Frontier.EMPTY, row.fault());
    }

    private static FollowedLedger fresh(Source source) {
        return new FollowedLedger(
                source, new Register(source.charter()), StatusMap.EMPTY, null, null);
    }

    private static @Nullable VerifiedCheckpoint checkpoint(FollowTable.Row row, NoteVerifier key) {
        try {
            return VerifiedCheckpoint.check(SignedNote.parse(row.checkpoint()), key)
                            instanceof VerifiedCheckpoint.Check.Good(var checkpoint)
                    ? checkpoint
                    : null;
        } catch (MalformedInput _) {
            return null;
        }
    }

    private record Replayed(Frontier frontier, StatusMap status) {}

    private static @Nullable Replayed replay(
            Source source, Database database, FollowTable.Row row, Register register) {
        var leaves = new ArrayList<Hash>();
        var status = new AtomicReference<>(StatusMap.EMPTY);
        try {
            return database.read(
                    db -> {
                        new FollowTable(db)
                                .each(
                                        source.origin(),
                                        row.size(),
                                        stored -> {
                                            var entry = apply(register, stored.bytes());
                                            if (stored.dispute() != null) {
                                                register.dispute(entry.index());
                                            }
                                            status.updateAndGet(map -> map.with(entry));
                                            leaves.add(Hash.ofLeaf(stored.bytes()));
                                        });
                        return new Replayed(Frontier.EMPTY.append(leaves), status.get());
                    });
        } catch (IllegalArgumentException
                | IllegalStateException
                | org.imprimatur.register.MalformedInput e) {
            LOG.warn("a stored entry of {}: {}", source.origin(), e.getMessage());
            return null;
        }
    }

    private static Recorded<?> apply(Register register, byte[] bytes) {
        var entry = LedgerEntry.parse(bytes);
        byte[] payload = Envelope.parse(entry.envelope()).payload();
        var recorded =
                new Recorded<Statement>(
                        register.size(),
                        StatementId.of(payload),
                        StatementJson.parse(payload),
                        entry.admittedAt());
        register.apply(
                recorded.index(), recorded.id(), recorded.statement(), recorded.admittedAt());
        return recorded;
    }

    private void measure(Metrics metrics, InstantSource clock) {
        GaugeWithCallback.builder()
                .name("imprimatur_followed_entries")
                .help("Verified entries of each followed ledger.")
                .labelNames("origin")
                .callback(
                        gauge ->
                                sources()
                                        .forEach(
                                                s ->
                                                        gauge.call(
                                                                s.size(),
                                                                s.source().origin().text())))
                .register(metrics.registry());
        GaugeWithCallback.builder()
                .name("imprimatur_followed_age_seconds")
                .help("Time since each followed ledger was last verified; -1 for never.")
                .labelNames("origin")
                .callback(
                        gauge ->
                                sources()
                                        .forEach(
                                                s -> {
                                                    var at = s.verifiedAt();
                                                    gauge.call(
                                                            at == null
                                                                    ? -1
                                                                    : Duration.between(
                                                                                            at,
                                                                                            clock
                                                                                                    .instant())
                                                                                    .toMillis()
                                                                            / 1e3,
                                                            s.source().origin().text());
                                                }))
                .register(metrics.registry());
        GaugeWithCallback.builder()
                .name("imprimatur_followed_faulty")
                .help("1 for a followed ledger that is at fault.")
                .labelNames("origin")
                .callback(
                        gauge ->
                                sources()
                                        .forEach(
                                                s ->
                                                        gauge.call(
                                                                s.fault() == null ? 0 : 1,
                                                                s.source().origin().text())))
                .register(metrics.registry());
    }

    /**
     * What is told of a source.
     *
     * @param size verified entries
     * @param disputed how many of them are not relied on
     * @param verifiedAt when all that it had was last verified; null for never
     * @param fault why it must not be believed; null for nothing
     * @param problem why it cannot be had just now; null for nothing
     * @param since how long the fault or the problem lasts, as far as this node has seen since its
     *     start; null where there is none
     */
    public record Status(
            Source source,
            long size,
            int disputed,
            java.time.@Nullable Instant verifiedAt,
            @Nullable String fault,
            @Nullable String problem,
            java.time.@Nullable Instant since) {}

    /** Every source, in the order of the configuration. */
    public List<Status> sources() {
        return followers.stream()
                .map(one -> one.ledger().status())
                .map(
                        s ->
                                new Status(
                                        s.source(),
                                        s.size(),
                                        s.disputed(),
                                        s.verifiedAt(),
                                        s.fault(),
                                        s.problem(),
                                        s.since()))
                .toList();
    }

    /**
     * Asks the registers, while none of them moves. The function is short, and keeps only what the
     * registers returned.
     */
    public <T> T ask(Function<List<Standing.Followed>, T> question) {
        exchange.readLock().lock();
        try {
            var ledgers = new ArrayList<FollowedLedger>(followers.size());
            for (var follower : followers) {
                ledgers.add(follower.ledger());
            }
            return ask(ledgers, question);
        } finally {
            exchange.readLock().unlock();
        }
    }

    private static <T> T ask(
            List<FollowedLedger> ledgers, Function<List<Standing.Followed>, T> question) {
        // Always in the same order, and no follower holds two: so nobody waits for ever.
        ledgers.forEach(ledger -> ledger.reading().lock());
        try {
            var followed = new ArrayList<Standing.Followed>(ledgers.size());
            for (var ledger : ledgers) {
                followed.add(ledger.followed());
            }
            return question.apply(followed);
        } finally {
            ledgers.forEach(ledger -> ledger.reading().unlock());
        }
    }

    /** The source of a ledger. */
    public Optional<Source> source(Origin origin) {
        return followers.stream()
                .map(one -> one.ledger().source())
                .filter(source -> source.origin().equals(origin))
                .findFirst();
    }

    /**
     * Compares a checkpoint that was shown elsewhere with what is verified here, and fetches what
     * is missing for that.
     *
     * @param offered signed by the ledger
     * @param atMost how long to wait for the entries to be verified
     */
    public Sighting sighted(VerifiedCheckpoint offered, Duration atMost)
            throws InterruptedException {
        for (var follower : followers) {
            if (follower.origin().text().equals(offered.origin())) {
                return follower.sighted(offered, atMost);
            }
        }
        return new Sighting.NotFollowed();
    }

    /**
     * Takes a checkpoint that was shown elsewhere and contradicts one that the ledger has signed.
     *
     * @return whether the ledger is followed; then it is at fault from now on
     */
    public boolean accuse(Origin origin, SignedNote seen, SignedNote offered, String explanation) {
        for (var follower : followers) {
            if (follower.origin().equals(origin)) {
                follower.accuse(seen, offered, explanation);
                return true;
            }
        }
        return false;
    }

    /** What was found against ledgers. */
    public Alarms alarms() {
        return alarms;
    }

    /** The keys of the followed ledgers. */
    public List<NoteVerifier> keys() {
        return followers.stream()
                .map(one -> CharterJson.ledgerKey(one.ledger().source().charter()))
                .toList();
    }

    /** Asks every source now. */
    public void look() {
        followers.forEach(Follower::look);
    }

    @Override
    public void close() {
        close(followers);
    }

    private static void closeAllBut(List<Follower> kept, List<Follower> followers) {
        close(followers.stream().filter(one -> !kept.contains(one)).toList());
    }

    /** Together, since each waits for what it has under way. */
    private static void close(List<Follower> followers) {
        var threads = followers.stream().map(one -> Thread.ofVirtual().start(one::close)).toList();
        for (var thread : threads) {
            try {
                thread.join(Duration.ofSeconds(30));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
