package org.imprimatur.node.witness;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.imprimatur.exchange.LedgerEvidence;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.Cosigner;
import org.imprimatur.ledger.MalformedInput;
import org.imprimatur.ledger.NoteSignature;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.TreeHead;
import org.imprimatur.ledger.VerifiedCheckpoint;
import org.imprimatur.ledger.WitnessRequest;
import org.imprimatur.ledger.WitnessRequest.Judgement;
import org.imprimatur.node.follow.Follows;
import org.imprimatur.node.follow.Sighting;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cosigns checkpoints of others (C2SP tlog-witness): says with its own key that it knows of no
 * larger tree, and that this one continues every tree that it has cosigned before.
 *
 * <p>What it cosigned last is compared and replaced in one transaction, which is committed before
 * the cosignature leaves the node. So no crash and no race makes it cosign two views, and neither
 * does a second node on the same database.
 *
 * <p>Of a ledger that the node follows it cosigns only what its follower has verified, every entry
 * of it; of others, and of one for which the follower itself waits for witnesses, what is
 * consistent.
 */
public final class Witness {

    private static final Logger LOG = LoggerFactory.getLogger(Witness.class);
    private static final Duration FOR_ENTRIES = Duration.ofSeconds(10);
    private static final int AT_ONCE = 16;
    private static final double PER_SECOND = 20;
    private static final double MOST = 60;

    /** What becomes of a request. */
    sealed interface Outcome {

        /** Cosigned, and stored before. */
        record Cosigned(NoteSignature signature) implements Outcome {}

        /** No ledger of that name is cosigned here. */
        record UnknownOrigin(String origin) implements Outcome {}

        /** What the request itself is. */
        record Refused(Judgement why) implements Outcome {}

        /** Good as far as can be seen, and not yet verified. */
        record NotYet(String explanation) implements Outcome {}

        /** Too many at once, or of one ledger. */
        record TooMany() implements Outcome {}
    }

    private final Cosigner key;
    private final List<NoteVerifier> named;
    private final Map<String, Pace> paces = new ConcurrentHashMap<>();
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final Follows follows;
    private final Database database;
    private final InstantSource clock;

    private Witness(
            Cosigner key,
            List<NoteVerifier> named,
            Follows follows,
            Database database,
            InstantSource clock) {
        this.key = key;
        this.named = List.copyOf(named);
        this.follows = follows;
        this.database = database;
        this.clock = clock;
    }

    /**
     * The witness of this node.
     *
     * @param directory where its key is kept
     */
    public static Witness open(
            WitnessConfig config,
            Path directory,
            Follows follows,
            Database database,
            InstantSource clock,
            SecureRandom random) {
        var key = WitnessKey.open(directory.resolve("witness.key"), config.name(), random);
        var witness = new Witness(key, config.ledgers(), follows, database, clock);
        LOG.info("the witness {} cosigns for {} ledgers", key.verifier(), witness.keys().size());
        return witness;
    }

    /** The public half of the witness's key. */
    public NoteVerifier verifier() {
        return key.verifier();
    }

    /**
     * Judges a request, and cosigns its checkpoint if there is nothing against it.
     *
     * @throws MalformedInput when it has not the form of one
     */
    Outcome add(byte[] body) throws InterruptedException {
        var request = WitnessRequest.parse(body);
        var ledger = keys().get(request.origin());
        if (ledger == null) {
            return new Outcome.UnknownOrigin(request.origin());
        }
        var pace = paces.computeIfAbsent(request.origin(), _ -> new Pace(clock, PER_SECOND, MOST));
        if (!room.tryAcquire()) {
            return new Outcome.TooMany();
        }
        try {
            return add(request, ledger, pace);
        } finally {
            room.release();
        }
    }

    /** Those that the configuration names, and those that are followed now, by their names. */
    private Map<String, NoteVerifier> keys() {
        var keys = new HashMap<String, NoteVerifier>();
        named.forEach(ledger -> keys.put(ledger.name(), ledger));
        follows.keys().forEach(ledger -> keys.put(ledger.name(), ledger));
        return keys;
    }

    private Outcome add(WitnessRequest request, NoteVerifier ledger, Pace pace)
            throws InterruptedException {
        var row = database.read(db -> new CosignedTable(db).find(ledger.name()));
        var judgement = request.judge(ledger, head(row));
        if (judgement instanceof Judgement.SplitView split) {
            row.ifPresent(seen -> accuse(ledger, seen.note(), split));
        }
        if (!(judgement instanceof Judgement.Consistent(var checkpoint))) {
            return new Outcome.Refused(judgement);
        }
        if (!pace.admits()) {
            return new Outcome.TooMany();
        }
        return switch (follows.sighted(checkpoint, FOR_ENTRIES)) {
            case Sighting.NotFollowed _, Sighting.Agrees _ -> cosign(request, ledger);
            case Sighting.NotYet(var explanation) -> new Outcome.NotYet(explanation);
            case Sighting.Contradicts(var seen, var explanation) -> {
                var split = new Judgement.SplitView(checkpoint, explanation);
                accuse(ledger, seen, split);
                yield new Outcome.Refused(split);
            }
        };
    }

    /** Both are signed by the ledger: whoever brought the second, the ledger is convicted. */
    private void accuse(NoteVerifier ledger, SignedNote seen, Judgement.SplitView split) {
        var offered = split.checkpoint().note();
        boolean twoRoots = !Checkpoint.parse(seen.text()).head().equals(split.checkpoint().head());
        if (!twoRoots
                || !follows.accuse(new Origin(ledger.name()), seen, offered, split.explanation())) {
            follows.alarms()
                    .raise(
                            new LedgerEvidence(
                                    twoRoots ? "split-view" : "wrong-status",
                                    ledger,
                                    List.of(key.verifier()),
                                    clock.instant(),
                                    split.explanation(),
                                    seen,
                                    new LedgerEvidence.Served(offered.bytes()),
                                    null,
                                    null));
        }
    }

    private static TreeHead head(Optional<CosignedTable.Row> row) {
        return row.map(CosignedTable.Row::head).orElse(TreeHead.EMPTY);
    }

    /** Judges again, now that nobody else can cosign this ledger, and stores before it answers. */
    private Outcome cosign(WitnessRequest request, NoteVerifier ledger) {
        return database.write(
                db -> {
                    var table = new CosignedTable(db);
                    var judgement = request.judge(ledger, head(table.lock(ledger.name())));
                    if (!(judgement instanceof Judgement.Consistent(var checkpoint))) {
                        return new Outcome.Refused(judgement);
                    }
                    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
                    var signature = key.cosign(checkpoint.checkpoint(), now);
                    table.put(
                            new CosignedTable.Row(
                                    ledger.name(), kept(checkpoint, ledger, signature), now));
                    return new Outcome.Cosigned(signature);
                });
    }

    /** What is kept: the signature of the ledger and our own, and none that nobody asked for. */
    private static SignedNote kept(
            VerifiedCheckpoint checkpoint, NoteVerifier ledger, NoteSignature own) {
        var signatures = new ArrayList<NoteSignature>();
        checkpoint.note().signatures().stream()
                .filter(s -> s.name().equals(ledger.name()) && s.keyId() == ledger.keyId())
                .findFirst()
                .ifPresent(signatures::add);
        signatures.add(own);
        return new SignedNote(checkpoint.note().text(), signatures);
    }

    /**
     * A ledger that is cosigned here.
     *
     * @param latest what was cosigned last; empty for nothing yet
     */
    record Cosigned(NoteVerifier ledger, Optional<Latest> latest) {}

    /** What was cosigned last, and when. */
    record Latest(Checkpoint checkpoint, SignedNote note, Instant at) {}

    /** Every ledger that is cosigned here, in the order of their names. */
    List<Cosigned> ledgers() {
        var rows = new HashMap<String, CosignedTable.Row>();
        database.read(db -> new CosignedTable(db).all())
                .forEach(row -> rows.put(row.origin(), row));
        return keys().values().stream()
                .sorted(java.util.Comparator.comparing(NoteVerifier::name))
                .map(
                        ledger ->
                                new Cosigned(
                                        ledger,
                                        Optional.ofNullable(rows.get(ledger.name()))
                                                .map(
                                                        row ->
                                                                new Latest(
                                                                        Checkpoint.parse(
                                                                                row.note().text()),
                                                                        row.note(),
                                                                        row.at()))))
                .toList();
    }

    /**
     * The latest checkpoint that was cosigned of a ledger.
     *
     * @param digest lower-case hex SHA-256 of its origin
     */
    Optional<SignedNote> latest(String digest) {
        return keys().keySet().stream()
                .filter(origin -> originDigest(origin).equals(digest))
                .findFirst()
                .flatMap(origin -> database.read(db -> new CosignedTable(db).find(origin)))
                .map(CosignedTable.Row::note);
    }

    static String originDigest(String origin) {
        return Sha256.of(origin.getBytes(java.nio.charset.StandardCharsets.UTF_8)).hex();
    }
}
