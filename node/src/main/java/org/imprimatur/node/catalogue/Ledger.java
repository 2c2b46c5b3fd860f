package org.imprimatur.node.catalogue;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.imprimatur.exchange.StatusMap;
import org.imprimatur.exchange.StatusRoot;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.EntryBundle;
import org.imprimatur.ledger.Frontier;
import org.imprimatur.ledger.InclusionProof;
import org.imprimatur.ledger.LedgerView;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.ProofFile;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.VerifiedCheckpoint;
import org.imprimatur.node.http.Body;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Origin;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Refusal;
import org.imprimatur.trust.StatementVerifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node's ledger: takes statements in, and gives out entries with their proofs. */
public final class Ledger implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Database database;
    private final Charter charter;
    private final LedgerState state;
    private final Tiles tiles;
    private final Sequencer sequencer;
    private final StatementVerifier verifier;
    private final List<SubmissionCheck> checks;
    private final InstantSource clock;
    private final Metrics metrics;
    private final SignedHeadFile headFile;
    private final ScheduledExecutorService upkeep;
    private final BundleCache bundles = new BundleCache();

    // For the size that was asked for last: all receipts of a batch are for one size.
    private volatile InclusionProof.Maker<RuntimeException> proofs;

    private Ledger(
            Database database,
            Charter charter,
            LedgerState state,
            Tiles tiles,
            Sequencer sequencer,
            StatementVerifier verifier,
            List<SubmissionCheck> checks,
            InstantSource clock,
            Metrics metrics,
            SignedHeadFile headFile) {
        this.database = database;
        this.charter = charter;
        this.state = state;
        this.tiles = tiles;
        this.sequencer = sequencer;
        this.verifier = verifier;
        this.checks = List.copyOf(checks);
        this.clock = clock;
        this.metrics = metrics;
        this.headFile = headFile;
        this.proofs = new InclusionProof.Maker<>(0, tiles);
        this.upkeep =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofVirtual().name("ledger-upkeep").factory());
        upkeep.scheduleWithFixedDelay(this::syncHead, 5, 5, TimeUnit.SECONDS);
        metrics.gauge(
                "imprimatur_ledger_entries",
                "Entries of this node's ledger.",
                () -> state.head().size());
        metrics.gauge(
                "imprimatur_ledger_queue",
                "Verified statements that wait for the sequencer.",
                sequencer::waiting);
    }

    /**
     * Opens the ledger in the database: replays it, and compares entries, tiles, checkpoint, and
     * the newest checkpoint that this node remembers to have signed.
     *
     * @param directory where key and newest checkpoint are kept
     * @throws LedgerFault when they do not belong together
     */
    public static Ledger open(
            Database database,
            Path directory,
            Origin origin,
            PolicyRef policy,
            List<Charter.Body> owners,
            Optional<Charter.Contributors> contributors,
            Optional<Charter.Witnesses> witnesses,
            StatementVerifier verifier,
            List<SubmissionCheck> checks,
            InstantSource clock,
            SecureRandom random,
            Metrics metrics) {
        NoteSigner key = LedgerKey.open(directory.resolve("ledger.key"), origin, random);
        var charter =
                new Charter(
                        origin,
                        key.verifier().toString(),
                        policy,
                        owners,
                        contributors.orElse(null),
                        witnesses.orElse(null));
        var headFile = new SignedHeadFile(directory.resolve("ledger-head"));
        var tiles = new Tiles(database);
        HeadTable.Row stored = storedHead(database, origin, key);
        headFile.read(key.verifier()).ifPresent(known -> checkContinues(known, stored, key, tiles));
        var replay = new Replay(charter);
        var entries = database.read(db -> replay.catchUp(new EntryTable(db), stored));
        if (!Frontier.read(stored.size(), tiles).head().equals(replay.frontier().head())) {
            throw new LedgerFault(
                    "the database's tiles do not belong to its %d entries: restore it from a good copy"
                            .formatted(stored.size()));
        }
        var head = replay.head(withStatusRoot(database, stored, replay, origin, key));
        headFile.begin(head.checkpoint());
        var none = new Replay(charter);
        var state = new LedgerState(charter, none.head(none.sign(origin, key)));
        state.advance(entries, head);
        LOG.info("ledger {} has {} entries", origin, head.size());
        var sequencer =
                new Sequencer(database, charter, key, state, tiles, headFile, replay, clock);
        return new Ledger(
                database, charter, state, tiles, sequencer, verifier, checks, clock, metrics,
                headFile);
    }

    private static HeadTable.Row storedHead(Database database, Origin origin, NoteSigner key) {
        return database.write(
                db -> {
                    var heads = new HeadTable(db);
                    heads.lock();
                    var stored = heads.checkpoint();
                    if (stored.isEmpty()) {
                        var first =
                                StatusMap.EMPTY.checkpoint(origin, Frontier.EMPTY.head()).sign(key);
                        heads.move(0, 0, first);
                        return new HeadTable.Row(0, first);
                    }
                    return switch (VerifiedCheckpoint.check(stored.get(), key.verifier())) {
                        case VerifiedCheckpoint.Check.Good good ->
                                new HeadTable.Row(heads.size(), good.checkpoint().note());
                        case VerifiedCheckpoint.Check.BadSignature bad ->
                                throw notOurs(bad.explanation());
                        case VerifiedCheckpoint.Check.WrongOrigin wrong ->
                                throw notOurs(wrong.explanation());
                        case VerifiedCheckpoint.Check.NotACheckpoint not ->
                                throw notOurs(not.explanation());
                    };
                });
    }

    private static LedgerFault notOurs(String explanation) {
        return new LedgerFault(
                "the database holds the ledger of another key (%s): put this ledger's ledger.key back, or use another database"
                        .formatted(explanation));
    }

    /** A ledger from before there were status roots gets one now, and not with its next entry. */
    private static SignedNote withStatusRoot(
            Database database, HeadTable.Row stored, Replay replay, Origin origin, NoteSigner key) {
        if (StatusRoot.of(Checkpoint.parse(stored.checkpoint().text())).isPresent()) {
            return stored.checkpoint();
        }
        var checkpoint = replay.sign(origin, key);
        return database.write(
                db -> {
                    var heads = new HeadTable(db);
                    if (heads.lockedSize() != stored.size()) {
                        // Another node has appended since, and signed with one.
                        return stored.checkpoint();
                    }
                    heads.move(stored.size(), stored.size(), checkpoint);
                    return checkpoint;
                });
    }

    private static void checkContinues(
            VerifiedCheckpoint known, HeadTable.Row head, NoteSigner key, Tiles tiles) {
        var view = LedgerView.unseen(key.verifier()).having(known);
        if (view.lookWithTiles(head.checkpoint(), tiles) instanceof LedgerView.Look.Alarm alarm) {
            throw new LedgerFault(
                    "a rollback of a ledger: %s. This node has signed a checkpoint of %d entries, and the database has %d. Restore the newest database; to go on with an older one would show two histories"
                            .formatted(alarm.explanation(), known.size(), head.size()));
        }
    }

    /** What readers must know of this ledger before they believe it. */
    public Charter charter() {
        return charter;
    }

    /** What is committed. */
    public LedgerState state() {
        return state;
    }

    /** The tiles. */
    public Tiles tiles() {
        return tiles;
    }

    /** Why nothing is admitted, if so. */
    public Optional<String> fault() {
        return sequencer.fault();
    }

    /** Verifies an envelope and admits its statement; returns when that is durable. */
    public Submission submit(byte[] envelope) {
        var submission =
                switch (verifier.verify(envelope, clock.instant())) {
                    case StatementVerifier.Verified verified -> submit(verified);
                    case StatementVerifier.NotVerified(var kind, var code, var explanation) ->
                            switch (kind) {
                                case MALFORMED ->
                                        count(
                                                "unknown",
                                                new Submission.Malformed(code, explanation));
                                case NOT_ACCEPTED ->
                                        count(
                                                "unknown",
                                                new Submission.NotAccepted(code, explanation));
                            };
                };
        return submission;
    }

    private Submission submit(StatementVerifier.Verified verified) {
        var statement = verified.statement();
        Instant now = clock.instant();
        boolean known = state.ask(register -> register.statement(verified.id()).isPresent());
        if (!known) {
            for (var check : checks) {
                Optional<Refusal> refusal =
                        state.ask(register -> check.check(statement, register, now));
                if (refusal.isPresent()) {
                    return count(statement.kind().wire(), new Submission.Refused(refusal.get()));
                }
            }
        }
        return count(statement.kind().wire(), sequenced(verified));
    }

    private Submission sequenced(StatementVerifier.Verified verified) {
        var future = sequencer.offer(verified);
        if (future.isEmpty()) {
            return new Submission.NotNow("too many statements wait already");
        }
        try {
            return switch (future.get().get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                case Sequencer.Outcome.Admitted(var entry, var fresh) ->
                        new Submission.Accepted(entry, fresh);
                case Sequencer.Outcome.Refused(var refusal) -> new Submission.Refused(refusal);
                case Sequencer.Outcome.Unsure(var explanation) ->
                        new Submission.NotNow(explanation);
            };
        } catch (TimeoutException _) {
            return new Submission.NotNow("the database does not answer in time");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Submission.NotNow("the node is closing");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private Submission count(String kind, Submission submission) {
        String outcome =
                switch (submission) {
                    case Submission.Accepted accepted -> accepted.fresh() ? "admitted" : "known";
                    case Submission.Malformed malformed -> malformed.code();
                    case Submission.NotAccepted not -> not.code();
                    case Submission.Refused refused -> refused.refusal().code().wire();
                    case Submission.NotNow _ -> "not-now";
                };
        metrics.statement(kind, outcome);
        if (!(submission instanceof Submission.Accepted)) {
            LOG.info("{} not admitted: {}", kind, outcome);
        }
        return submission;
    }

    /** The proof that an entry is in the ledger, against the newest checkpoint. */
    public ProofFile proof(long index) {
        return proof(index, state.head().checkpoint());
    }

    /** The proof against a certain checkpoint. */
    public ProofFile proof(long index, SignedNote checkpoint) {
        long size = Checkpoint.parse(checkpoint.text()).size();
        var maker = proofs;
        if (maker.size() != size) {
            maker = new InclusionProof.Maker<>(size, tiles);
            proofs = maker;
        }
        return ProofFile.of(maker.proof(index), checkpoint);
    }

    /** An entry's bytes. */
    public byte[] entry(long index) {
        return database.read(db -> new EntryTable(db).bytes(index))
                .orElseThrow(() -> new LedgerFault("the database has no entry " + index));
    }

    /** A bundle that the ledger has, as it is served. */
    Body bundle(EntryBundle bundle) {
        return bundles.get(
                bundle,
                () -> {
                    long first = bundle.firstEntry();
                    return EntryBundle.encode(entries(first, first + bundle.width()));
                });
    }

    /** The entries {@code from} (inclusive) to {@code to} (exclusive), at most 256. */
    public List<byte[]> entries(long from, long to) {
        return database.read(db -> new EntryTable(db).bytes(from, to));
    }

    private void syncHead() {
        try {
            headFile.sync();
        } catch (IOException e) {
            LOG.warn("cannot bring the newest checkpoint to disk: {}", e.toString());
        }
    }

    @Override
    public void close() {
        sequencer.close();
        upkeep.shutdownNow();
        syncHead();
    }
}
