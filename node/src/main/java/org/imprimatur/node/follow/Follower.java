package org.imprimatur.node.follow;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.exchange.LedgerEvidence;
import org.imprimatur.exchange.StatusRoot;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.ConsistencyProof;
import org.imprimatur.ledger.ForkProof;
import org.imprimatur.ledger.Frontier;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.InclusionProof;
import org.imprimatur.ledger.LedgerView;
import org.imprimatur.ledger.LedgerView.Look;
import org.imprimatur.ledger.MalformedInput;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.Tile;
import org.imprimatur.ledger.VerifiedCheckpoint;
import org.imprimatur.ledger.WitnessQuorum;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.node.follow.SourceFault.Kind;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Sha256;
import org.imprimatur.trust.ChainVerdict;
import org.imprimatur.trust.StatementVerifier;
import org.imprimatur.trust.TrustAnchors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one ledger, in a thread of its own, so that what is wrong with one source never touches
 * another.
 *
 * <p>The order of a look: the checkpoint's signature; the proof that it continues the one believed
 * before; then the entries, a few bundles at a time, each time proven to belong to the checkpoint
 * before any is read; the signature of each statement at its admission time; the register's rules.
 * Entries that were applied are stored together with the checkpoint in one transaction, and the
 * view counts as verified only when every entry of the checkpoint is applied.
 */
final class Follower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private static final int BUNDLES = 2;
    private static final int MOST_COSIGNATURES = 16;
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

    private final Source source;
    private final Sha256 charter;
    private final FollowedLedger ledger;
    private final LedgerReader reader;
    private final TrustAnchors anchors;
    private final StatementVerifier verifier;
    private final Database database;
    private final Alarms alarms;
    private final InstantSource clock;
    private final Bell changed;
    private final Bell wake = new Bell();
    private final Push push;
    private final Rounds rounds;
    private volatile @Nullable SourceFault accusation;

    // Owned by the follower's thread.
    private LedgerView view;
    private Frontier frontier;
    private List<FollowTable.Entry> unstored = new ArrayList<>();
    private @Nullable String lasting;
    private int missing;
    private FollowTable.@Nullable Row stored; // as it was left after the last look

    /** What was read from the store: where the follower goes on. */
    record Start(
            FollowedLedger ledger, LedgerView view, Frontier frontier, @Nullable String lasting) {}

    Follower(
            Start start,
            Sha256 charter,
            Fetch fetch,
            TrustAnchors anchors,
            Database database,
            Alarms alarms,
            InstantSource clock,
            RandomGenerator random,
            Bell changed) {
        this.ledger = start.ledger();
        this.source = ledger.source();
        this.charter = charter;
        this.view = start.view();
        this.frontier = start.frontier();
        this.lasting = start.lasting();
        this.reader = new LedgerReader(fetch, source);
        this.anchors = anchors;
        this.verifier = StatementVerifier.ofMany(anchors);
        this.database = database;
        this.alarms = alarms;
        this.clock = clock;
        this.changed = changed;
        if (lasting != null) {
            ledger.faulty(lasting, clock.instant());
        }
        this.push = new Push(fetch, source, ledger::size, wake, random);
        this.rounds =
                new Rounds(
                        "follow " + source.origin(),
                        FIRST_RETRY,
                        source.poll(),
                        wake,
                        random,
                        this::lookSafely);
        rounds.begin();
    }

    /** Looks now. */
    void look() {
        wake.ring();
    }

    Origin origin() {
        return source.origin();
    }

    FollowedLedger ledger() {
        return ledger;
    }

    /** Whether it was closed, and moves no more. */
    boolean closed() {
        return rounds.closed();
    }

    /** Called by others than the follower's thread. */
    Sighting sighted(VerifiedCheckpoint offered, Duration atMost) throws InterruptedException {
        var known = ledger.awaitVerified(offered.size(), Duration.ZERO);
        if (source.witnesses().isEmpty() && (known == null || known.size() < offered.size())) {
            wake.ring();
            known = ledger.awaitVerified(offered.size(), atMost);
        }
        var fault = ledger.status().fault();
        if (fault != null) {
            return new Sighting.NotYet("it is at fault: " + fault);
        }
        if (source.witnesses().isPresent() && (known == null || known.size() < offered.size())) {
            // Who waits for the word of others must not make them wait for his.
            return known == null ? new Sighting.Agrees() : beginning(known, offered);
        }
        if (known == null || known.size() < offered.size()) {
            return new Sighting.NotYet(
                    "its entries are verified up to %d only"
                            .formatted(known == null ? 0 : known.size()));
        }
        if (known.size() == offered.size()) {
            return known.head().equals(offered.head())
                    ? status(offered, known)
                    : new Sighting.Contradicts(
                            known.note(),
                            "%s has signed two roots for size %d"
                                    .formatted(offered.origin(), offered.size()));
        }
        var beginning = beginning(offered, known);
        return beginning instanceof Sighting.Agrees ? status(offered, known) : beginning;
    }

    /** Whoever cosigns a checkpoint vouches for its status root too. */
    private Sighting status(VerifiedCheckpoint offered, VerifiedCheckpoint known) {
        var found = statusLine(offered.checkpoint());
        var computed = ledger.statusRoot(offered.size()).map(StatusRoot::line).orElse(null);
        if (found == null) {
            return statusLine(known.checkpoint()) == null
                    ? new Sighting.Agrees()
                    : new Sighting.NotYet("it has no status root, which this ledger otherwise has");
        }
        if (computed == null) {
            return new Sighting.NotYet(
                    "the status root of size %d is not computed any more"
                            .formatted(offered.size()));
        }
        return found.equals(computed)
                ? new Sighting.Agrees()
                : new Sighting.Contradicts(
                        known.note(),
                        "%s has signed '%s' for size %d, where its entries give '%s'"
                                .formatted(offered.origin(), found, offered.size(), computed));
    }

    /** Whether a checkpoint is the beginning of a larger one. */
    private Sighting beginning(VerifiedCheckpoint smaller, VerifiedCheckpoint larger) {
        try {
            return ConsistencyProof.read(smaller.size(), larger.size(), reader)
                            .proves(smaller.head(), larger.head())
                    ? new Sighting.Agrees()
                    : new Sighting.NotYet(
                            "it cannot prove that its %d entries continue those %d"
                                    .formatted(larger.size(), smaller.size()));
        } catch (FetchFailed e) {
            return new Sighting.NotYet(e.explanation());
        } catch (MalformedInput e) {
            return new Sighting.NotYet(e.explanation());
        }
    }

    /** Called by others than the follower's thread: two signatures of the ledger convict it. */
    void accuse(SignedNote seen, SignedNote offered, String explanation) {
        accusation = SourceFault.lasting(Kind.SPLIT_VIEW, explanation, seen, offered.bytes());
        wake.ring();
    }

    /** True when everything that the ledger has is verified. */
    private boolean lookSafely() {
        var before = ledger.status();
        try {
            var accused = accusation;
            if (lasting == null && accused != null) {
                throw accused;
            }
            if (lasting == null && stored != null && stored.fault() != null) {
                lasting = stored.fault();
                ledger.faulty(stored.fault(), clock.instant());
                LOG.warn("{} is at fault, as another node found: {}", source.origin(), lasting);
                changed.ring();
            }
            if (lasting == null) {
                boolean newest = lookAtLedger();
                var after = ledger.status();
                if (after.fault() == null
                        && after.problem() == null
                        && (before.fault() != null || before.problem() != null)) {
                    LOG.info("{} is in view again", source.origin());
                }
                if (before.fault() != null || before.size() != after.size()) {
                    changed.ring();
                }
                return newest;
            }
            return true;
        } catch (SourceFault e) {
            fault(e, before.fault());
        } catch (FetchFailed e) {
            if (!rounds.closed()) {
                if (before.problem() == null) {
                    LOG.warn("{} is out of reach: {}", source.origin(), e.explanation());
                }
                ledger.unreachable(e.explanation(), clock.instant());
            }
        } catch (RuntimeException e) {
            if (!rounds.closed()) {
                LOG.error("following {} failed", source.origin(), e);
                ledger.unreachable("the site failed; its log says why", clock.instant());
            }
        }
        return false;
    }

    private void fault(SourceFault e, @Nullable String before) {
        alarms.raise(evidence(e));
        if (e.lasting()) {
            lasting = e.explanation();
            storeLasting();
        }
        ledger.faulty(e.explanation(), clock.instant());
        if (!e.explanation().equals(before)) {
            LOG.warn("{} is at fault: {}", source.origin(), e.explanation());
            changed.ring();
        }
    }

    private LedgerEvidence evidence(SourceFault e) {
        return new LedgerEvidence(
                e.kind().wire(),
                key(),
                source.witnesses().map(WitnessQuorum::witnesses).orElse(List.of()),
                clock.instant(),
                shortened(e.explanation()),
                e.seen().orElse(null),
                e.offered().map(LedgerEvidence.Served::new).orElse(null),
                e.fork().orElse(null),
                e.entry().map(bytes -> entry(e, bytes)).orElse(null));
    }

    private NoteVerifier key() {
        return view.ledger();
    }

    private static String shortened(String text) {
        return text.length() > 2000 ? text.substring(0, 2000) + "…" : text;
    }

    /** With its path, so that the ledger cannot deny the entry; without it, if it gives none. */
    private LedgerEvidence.Entry entry(SourceFault e, byte[] bytes) {
        List<Hash> path = List.of();
        try {
            long size = Checkpoint.parse(e.seen().orElseThrow().text()).size();
            path = InclusionProof.read(e.index(), size, reader).hashes();
        } catch (FetchFailed | MalformedInput failed) {
            LOG.warn(
                    "no proof for entry {} of {}: {}",
                    e.index(),
                    source.origin(),
                    failed.toString());
        }
        return new LedgerEvidence.Entry(e.index(), bytes, path);
    }

    private void storeLasting() {
        try {
            view.seen().ifPresent(checkpoint -> store(checkpoint, ledger.status().verifiedAt()));
        } catch (RuntimeException e) {
            LOG.error("the fault of {} cannot be stored", source.origin(), e);
        }
    }

    /** True when the newest checkpoint is verified; false when only an older one could be. */
    private boolean lookAtLedger() throws SourceFault, FetchFailed {
        refreshAnchors();
        if (!unstored.isEmpty()) {
            store(view.seen().orElseThrow(), ledger.status().verifiedAt());
        }
        heedOthers();
        Instant now = clock.instant();
        byte[] bytes = reader.checkpoint();
        try {
            var chosen = choose(bytes, now);
            if (chosen == null) {
                return false;
            }
            view = chosen.step().view();
            var latest = chosen.step().latest();
            while (frontier.size() < latest.size()) {
                takeSome(latest);
            }
            missing = 0;
            checkStatus(latest);
            Instant at = later(ledger.status().verifiedAt(), chosen.at(), now);
            store(latest, at);
            ledger.verified(latest, at);
            if (chosen.lacking() != null) {
                ledger.unreachable(chosen.lacking(), clock.instant());
            }
            return chosen.lacking() == null;
        } catch (FetchFailed e) {
            if (e.missing()) {
                truncated(bytes, e);
            }
            throw e;
        } catch (MalformedInput e) {
            throw SourceFault.passing(
                    Kind.MALFORMED_DATA,
                    "a tile or bundle that it serves is malformed: " + e.explanation(),
                    seen(),
                    bytes);
        }
    }

    /** What another node on this database has seen of the ledger must be continued here too. */
    private void heedOthers() throws SourceFault, FetchFailed {
        if (stored == null
                || !(VerifiedCheckpoint.check(note(stored.checkpoint()), key())
                        instanceof VerifiedCheckpoint.Check.Good(var theirs))) {
            return;
        }
        if (theirs.size() > view.head().size()) {
            view = view.having(theirs); // the entries in between are proven to belong to it
        } else if (theirs.size() == view.head().size()) {
            view = believe(theirs.note()).view();
        }
    }

    /**
     * A checkpoint is shown after what is below it. What is missing once may be on its way through
     * some cache; what is missing twice is not served.
     */
    private void truncated(byte[] checkpoint, FetchFailed e) throws SourceFault {
        missing++;
        if (missing < 2) {
            return;
        }
        throw SourceFault.passing(
                Kind.TRUNCATED,
                "it has signed %d entries, and does not have what they are proven by: %s"
                        .formatted(
                                Checkpoint.parse(note(checkpoint).text()).size(), e.explanation()),
                seen(),
                checkpoint);
    }

    /** The later one; but what is still to come was noted before the clock was set back. */
    private static Instant later(@Nullable Instant before, Instant at, Instant now) {
        return before != null && before.isAfter(at) && !before.isAfter(now) ? before : at;
    }

    /** A checkpoint that continues the view, and the view with it. */
    private record Step(LedgerView view, VerifiedCheckpoint latest) {}

    /**
     * The checkpoint to go to.
     *
     * @param at the moment as of which the view is then known to be whole
     * @param lacking what the newest checkpoint lacks, where an older one had to be taken
     */
    private record Chosen(Step step, Instant at, @Nullable String lacking) {}

    /**
     * The newest checkpoint that those have cosigned who must have. Null when there is none: then
     * the view stays as it is, and grows stale.
     */
    private @Nullable Chosen choose(byte[] bytes, Instant now) throws SourceFault, FetchFailed {
        var newest = believe(note(bytes));
        if (source.witnesses().isEmpty()) {
            return new Chosen(newest, now, null);
        }
        var quorum = source.witnesses().get();
        return switch (quorum.judge(newest.latest(), now)) {
            case WitnessQuorum.Outcome.Met(var since) ->
                    new Chosen(newest, earlier(since, now), null);
            case WitnessQuorum.Outcome.TooFew few -> {
                var older = older(quorum, newest, few, now);
                if (older == null) {
                    if (few.onlyOld()) {
                        frozen(newest.latest(), few, now);
                    }
                    lacks(few.explanation());
                }
                yield older;
            }
        };
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** It answers, and shows what nobody has cosigned for too long. */
    private void frozen(VerifiedCheckpoint shown, WitnessQuorum.Outcome.TooFew few, Instant now) {
        alarms.raise(
                evidence(
                        SourceFault.passing(
                                Kind.FROZEN,
                                "at %s it shows a checkpoint that was cosigned last at %s: %s"
                                        .formatted(now, few.newest(), few.explanation()),
                                seen(),
                                shown.note().bytes())));
    }

    private void lacks(String explanation) {
        if (ledger.status().problem() == null) {
            LOG.warn("{}: {}", source.origin(), explanation);
        }
        ledger.unreachable(explanation, clock.instant());
    }

    /**
     * A ledger shows its newest checkpoint at once, and those that have cosignatures besides. Null
     * when it keeps none that is enough.
     */
    private @Nullable Chosen older(
            WitnessQuorum quorum, Step newest, WitnessQuorum.Outcome.TooFew few, Instant now)
            throws SourceFault {
        for (int count = quorum.threshold(); count <= MOST_COSIGNATURES; count++) {
            SignedNote offered;
            try {
                offered = note(reader.checkpoint(count));
            } catch (FetchFailed e) {
                LOG.debug("{} has no checkpoint so cosigned: {}", source.origin(), e.explanation());
                return null;
            }
            try {
                if (offered.text().equals(newest.latest().note().text())
                        || Checkpoint.parse(offered.text()).size() >= view.head().size()) {
                    var step = believe(offered);
                    if (quorum.judge(step.latest(), now)
                            instanceof WitnessQuorum.Outcome.Met(var since)) {
                        boolean same = step.latest().head().equals(newest.latest().head());
                        return new Chosen(
                                step, earlier(since, now), same ? null : few.explanation());
                    }
                }
            } catch (FetchFailed e) {
                LOG.debug("{}: {}", source.origin(), e.explanation());
                return null;
            }
        }
        return null;
    }

    private SignedNote note(byte[] bytes) throws SourceFault {
        try {
            return SignedNote.parse(bytes);
        } catch (MalformedInput e) {
            throw SourceFault.passing(
                    Kind.NOT_A_CHECKPOINT,
                    "what it serves as its checkpoint is no signed note: " + e.explanation(),
                    seen(),
                    bytes);
        }
    }

    /** The map is computed again: whoever is told of a status is told the truth, or we notice. */
    private void checkStatus(VerifiedCheckpoint latest) throws SourceFault {
        var computed = ledger.statusRoot(latest.size()).orElseThrow();
        var found = statusLine(latest.checkpoint());
        if (found != null && !found.equals(computed.line())) {
            throw SourceFault.passing(
                    Kind.WRONG_STATUS,
                    "its checkpoint of %d entries says '%s' where its entries give '%s': to those who ask for a status it can deny what was said, or say what was not"
                            .formatted(latest.size(), found, computed.line()),
                    null,
                    latest.note().bytes());
        }
    }

    /** The status root as it stands there, well formed or not; null for none. */
    private static @Nullable String statusLine(Checkpoint checkpoint) {
        try {
            return StatusRoot.of(checkpoint).map(StatusRoot::line).orElse(null);
        } catch (org.imprimatur.register.MalformedInput e) {
            return e.found();
        }
    }

    private @Nullable SignedNote seen() {
        return view.seen().map(VerifiedCheckpoint::note).orElse(null);
    }

    private Step believe(SignedNote offered) throws SourceFault, FetchFailed {
        var look = view.lookWithTiles(offered, reader);
        if (look instanceof Look.SplitView split && !sameSize(split)) {
            // The tiles are not signed: before they accuse anybody they are read once more.
            look = view.lookWithTiles(offered, reader);
        }
        return switch (look) {
            case Look.Same same -> step(same.view(), same.latest());
            case Look.Grown grown -> step(grown.view(), grown.latest());
            case Look.SplitView split when sameSize(split) ->
                    throw SourceFault.lasting(
                            Kind.SPLIT_VIEW,
                            split.explanation(),
                            split.seen(),
                            split.offered().bytes());
            case Look.SplitView split -> throw forked(split);
            case Look.RolledBack rolled -> throw fault(Kind.ROLLED_BACK, rolled);
            case Look.WrongOrigin wrong -> throw fault(Kind.WRONG_ORIGIN, wrong);
            case Look.BadSignature bad -> throw fault(Kind.BAD_SIGNATURE, bad);
            case Look.NotACheckpoint not -> throw fault(Kind.NOT_A_CHECKPOINT, not);
        };
    }

    /** A ledger that once had status roots has them for good: it cannot lie by leaving them out. */
    private Step step(LedgerView next, VerifiedCheckpoint latest) throws SourceFault {
        var before = view.seen().orElse(null);
        if (before != null
                && statusLine(before.checkpoint()) != null
                && statusLine(latest.checkpoint()) == null) {
            throw SourceFault.passing(
                    Kind.WRONG_STATUS,
                    "its checkpoint of %d entries has no status root, and that of %d had one"
                            .formatted(latest.size(), before.size()),
                    before.note(),
                    latest.note().bytes());
        }
        return new Step(next, latest);
    }

    private static SourceFault fault(Kind kind, Look.Alarm alarm) {
        return SourceFault.passing(
                kind, alarm.explanation(), alarm.seen(), alarm.offered().bytes());
    }

    /** With the proof that convicts the ledger, if its tiles give one. */
    private SourceFault forked(Look.SplitView split) throws FetchFailed {
        var smaller = Checkpoint.parse(split.seen().text()).head();
        var larger = Checkpoint.parse(split.offered().text()).head();
        var fork = ForkProof.read(smaller.size(), larger.size(), reader);
        return fork.convicts(smaller, larger)
                ? SourceFault.forked(
                        split.explanation(), split.seen(), split.offered().bytes(), fork)
                : fault(Kind.SPLIT_VIEW, split);
    }

    /** Then the two notes alone prove it. */
    private static boolean sameSize(Look.SplitView split) {
        return Checkpoint.parse(split.seen().text()).size()
                == Checkpoint.parse(split.offered().text()).size();
    }

    /** Takes the next entries of a checkpoint that is believed. */
    private void takeSome(VerifiedCheckpoint latest) throws SourceFault, FetchFailed {
        long from = frontier.size();
        long to = Math.min(latest.size(), (from / Tile.FULL + BUNDLES) * Tile.FULL);
        var entries = reader.entries(from, to);
        if (!belong(frontier.append(Hash.ofLeaves(entries)), latest)) {
            throw SourceFault.passing(
                    Kind.WRONG_ENTRIES,
                    "the entries %d to %d that it serves are not those of its checkpoint"
                            .formatted(from, to - 1),
                    latest.note(),
                    null);
        }
        var judged = judge(from, entries);
        var good = new ArrayList<FollowedLedger.Verified>();
        SourceFault fault = null;
        for (int i = 0; i < judged.size() && fault == null; i++) {
            switch (judged.get(i)) {
                case Good(var entry) -> good.add(entry);
                case Bad(var why) ->
                        fault = SourceFault.entry(from + i, why, latest.note(), entries.get(i));
            }
        }
        int disputes = ledger.status().disputed();
        var refused = ledger.apply(good);
        int applied = (int) (ledger.size() - from);
        if (refused != null) {
            fault = SourceFault.entry(from + applied, refused, latest.note(), entries.get(applied));
        }
        frontier = frontier.append(Hash.ofLeaves(entries.subList(0, applied)));
        for (int i = 0; i < applied; i++) {
            var dispute = good.get(i).dispute();
            unstored.add(new FollowTable.Entry(entries.get(i), dispute));
            if (dispute != null && disputes++ < Alarms.MOST_CASES) {
                alarms.raise(
                        evidence(
                                SourceFault.disputed(
                                        from + i, dispute, latest.note(), entries.get(i))));
            }
        }
        if (applied > 0) {
            // Decisions are from memory: a revocation counts from here on.
            changed.ring();
        }
        store(latest, ledger.status().verifiedAt());
        if (fault != null) {
            throw fault;
        }
    }

    private boolean belong(Frontier next, VerifiedCheckpoint latest) throws FetchFailed {
        return next.size() == latest.size()
                ? next.head().equals(latest.head())
                : ConsistencyProof.read(next.size(), latest.size(), reader)
                        .proves(next.head(), latest.head());
    }

    private sealed interface Judged {}

    private record Good(FollowedLedger.Verified entry) implements Judged {}

    private record Bad(String why) implements Judged {}

    private List<Judged> judge(long first, List<byte[]> entries) {
        Instant latest = clock.instant().plus(CLOCKS_DIFFER);
        return LongStream.range(0, entries.size())
                .parallel()
                .mapToObj(i -> judge(first + i, entries.get((int) i), latest))
                .toList();
    }

    private Judged judge(long index, byte[] bytes, Instant latest) {
        LedgerEntry entry;
        try {
            entry = LedgerEntry.parse(bytes);
        } catch (IllegalArgumentException e) {
            return new Bad(String.valueOf(e.getMessage()));
        }
        if (entry.admittedAt().isAfter(latest)) {
            return new Bad("admitted at %s, which is in the future".formatted(entry.admittedAt()));
        }
        return switch (verifier.verify(entry.envelope(), entry.admittedAt())) {
            case StatementVerifier.Verified good -> good(index, entry, good, null);
            case StatementVerifier.NotVerified bad
                    when bad.code().equals(ChainVerdict.Code.REVOKED.label()) ->
                    revoked(index, entry, bad);
            case StatementVerifier.NotVerified bad -> bad(bad);
        };
    }

    /**
     * When its authority said so is not known: perhaps only after the ledger had admitted it. So
     * this is nothing against the ledger, if all else is good, and nothing to rely on.
     */
    private Judged revoked(long index, LedgerEntry entry, StatementVerifier.NotVerified revoked) {
        return switch (verifier.verifyApartFromRevocations(entry.envelope(), entry.admittedAt())) {
            case StatementVerifier.Verified good ->
                    good(
                            index,
                            entry,
                            good,
                            revoked.explanation() + "; what the entry permits does not count here");
            case StatementVerifier.NotVerified bad -> bad(bad);
        };
    }

    private static Judged good(
            long index,
            LedgerEntry entry,
            StatementVerifier.Verified good,
            @Nullable String dispute) {
        return new Good(
                new FollowedLedger.Verified(
                        new Recorded<>(index, good.id(), good.statement(), entry.admittedAt()),
                        dispute));
    }

    private static Judged bad(StatementVerifier.NotVerified bad) {
        return new Bad(bad.code() + ": " + bad.explanation());
    }

    private void store(VerifiedCheckpoint checkpoint, @Nullable Instant verifiedAt) {
        rounds.store(() -> storeNow(checkpoint, verifiedAt));
    }

    private void storeNow(VerifiedCheckpoint checkpoint, @Nullable Instant verifiedAt) {
        long first = frontier.size() - unstored.size();
        var entries = unstored;
        var ours =
                new FollowTable.Row(
                        charter, checkpoint.note().bytes(), frontier.size(), verifiedAt, lasting);
        stored =
                database.write(
                        db -> {
                            var table = new FollowTable(db);
                            var all =
                                    table.locked(source.origin())
                                            .map(others -> ours.with(others, clock.instant()))
                                            .orElse(ours);
                            table.put(source.origin(), all);
                            table.add(source.origin(), first, entries);
                            return all;
                        });
        unstored = new ArrayList<>();
        if (stored.fault() != null && lasting == null) {
            wake.ring(); // another node has proven a fault
        }
    }

    private void refreshAnchors() {
        try {
            anchors.refresh();
        } catch (IOException e) {
            LOG.warn("cannot read the anchors for {} again: {}", source.origin(), e.toString());
        }
    }

    @Override
    public void close() {
        push.close();
        rounds.close();
    }
}
