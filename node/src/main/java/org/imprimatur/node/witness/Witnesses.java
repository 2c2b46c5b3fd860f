package org.imprimatur.node.witness;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.imprimatur.ledger.ConsistencyProof;
import org.imprimatur.ledger.MalformedInput;
import org.imprimatur.ledger.NoteSignature;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.VerifiedCheckpoint;
import org.imprimatur.ledger.WitnessRequest;
import org.imprimatur.node.catalogue.Cosignatures;
import org.imprimatur.node.catalogue.Ledger;
import org.imprimatur.node.catalogue.LedgerState;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.node.fetch.Retry;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks witnesses to cosign this node's checkpoints, in the background: no submitter waits for them.
 *
 * <p>It asks in rounds, each about one checkpoint, so that the cosignatures of several witnesses
 * come together on one; a ledger that grows all the time would otherwise never have two on the
 * same. What has not grown is cosigned again every minute, since a fresh cosignature is what tells
 * a reader that nothing is withheld from him. A witness that does not answer is asked again, less
 * and less often, and holds up nobody.
 */
public final class Witnesses implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Witnesses.class);
    private static final Duration REFRESH = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration BETWEEN_ROUNDS = Duration.ofMillis(250);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
    private static final Retry RETRY = new Retry(Duration.ofSeconds(1), Duration.ofMinutes(5));
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);
    private static final int LARGEST_ANSWER = 16 * 1024;
    private static final int MOST_SIZES = 3;

    private final List<Member> members;
    private final Ledger ledger;
    private final NoteVerifier ledgerKey;
    private final Cosignatures cosignatures;
    private final Database database;
    private final Fetch fetch;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private Witnesses(
            List<AskedWitness> asked,
            Ledger ledger,
            Cosignatures cosignatures,
            Database database,
            Fetch fetch,
            InstantSource clock,
            RandomGenerator random) {
        this.members = asked.stream().map(Member::new).toList();
        this.ledger = ledger;
        this.ledgerKey = NoteVerifier.parse(ledger.charter().key());
        this.cosignatures = cosignatures;
        this.database = database;
        this.fetch = fetch;
        this.clock = clock;
        this.random = random;
        restore();
        thread = Thread.ofVirtual().name("witnesses").start(this::run);
    }

    /**
     * Takes up what was cosigned before, and begins to ask.
     *
     * @param cosignatures where what they say is put
     */
    public static Witnesses open(
            List<AskedWitness> asked,
            Ledger ledger,
            Cosignatures cosignatures,
            Database database,
            Fetch fetch,
            InstantSource clock,
            RandomGenerator random,
            Metrics metrics) {
        var witnesses = new Witnesses(asked, ledger, cosignatures, database, fetch, clock, random);
        if (!asked.isEmpty()) {
            witnesses.measure(metrics);
        }
        return witnesses;
    }

    /** One witness, and what it said. */
    private static final class Member {

        private final AskedWitness witness;

        // All guarded by this.
        private long known;
        private int failures;
        private @Nullable Instant retryAt;
        private @Nullable String cosignedText;
        private @Nullable Instant cosignedAt;
        private @Nullable String problem;

        Member(AskedWitness witness) {
            this.witness = witness;
        }

        synchronized boolean due(SignedNote checkpoint, Instant now) {
            if (retryAt != null && !RETRY.over(retryAt, now)) {
                return false;
            }
            return cosignedAt == null
                    || !checkpoint.text().equals(cosignedText)
                    || !now.isBefore(cosignedAt.plus(REFRESH));
        }

        synchronized long known() {
            return known;
        }

        synchronized void knows(long size) {
            known = size;
        }

        synchronized void cosigned(SignedNote checkpoint, long size, Instant at) {
            if (problem != null) {
                LOG.info("the witness {} cosigns again", witness.key().name());
            }
            known = size;
            failures = 0;
            retryAt = null;
            cosignedText = checkpoint.text();
            cosignedAt = at;
            problem = null;
        }

        synchronized void failed(String explanation, Instant now, RandomGenerator random) {
            if (problem == null) {
                LOG.warn("the witness {}: {}", witness.key().name(), explanation);
            }
            problem = explanation;
            failures++;
            retryAt = now.plus(RETRY.after(failures, random));
        }

        synchronized Status status() {
            return new Status(witness, known, cosignedAt, problem);
        }
    }

    /**
     * What is told of a witness that is asked.
     *
     * @param size of the tree that it cosigned last
     * @param cosignedAt when, by the witness's clock; null for never since the start
     * @param problem why it did not cosign when it was asked last; null for nothing
     */
    record Status(
            AskedWitness witness,
            long size,
            @Nullable Instant cosignedAt,
            @Nullable String problem) {}

    /** Every witness that is asked, in the order of the configuration. */
    List<Status> status() {
        return members.stream().map(Member::status).toList();
    }

    private void measure(Metrics metrics) {
        GaugeWithCallback.builder()
                .name("imprimatur_witness_cosignature_age_seconds")
                .help("Time since each witness last cosigned this ledger; -1 for never.")
                .labelNames("witness")
                .callback(
                        gauge ->
                                status().forEach(s -> gauge.call(age(s), s.witness().key().name())))
                .register(metrics.registry());
    }

    private double age(Status status) {
        var at = status.cosignedAt();
        return at == null ? -1 : Duration.between(at, clock.instant()).toMillis() / 1e3;
    }

    /** What is kept was found good; that it is of this ledger is looked at again. */
    private void restore() {
        long size = ledger.state().head().size();
        for (var note : database.read(db -> new CosignedHeadTable(db).all())) {
            if (VerifiedCheckpoint.check(note, ledgerKey)
                            instanceof VerifiedCheckpoint.Check.Good(var checkpoint)
                    && checkpoint.size() <= size) {
                cosignatures.restore(note);
            }
        }
    }

    private void run() {
        if (members.isEmpty()) {
            return;
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            while (closing.getCount() > 0) {
                var head = ledger.state().head();
                Instant now = clock.instant();
                var due = members.stream().filter(m -> m.due(head.checkpoint(), now)).toList();
                if (!due.isEmpty()) {
                    List<Callable<Boolean>> tasks = new ArrayList<>();
                    due.forEach(member -> tasks.add(() -> ask(member, head)));
                    threads.invokeAll(tasks, 2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    store();
                    closing.await(BETWEEN_ROUNDS.toMillis(), TimeUnit.MILLISECONDS);
                }
                ledger.state().awaitMoreThan(head.size(), LONGEST_WAIT);
            }
        } catch (InterruptedException _) {
            LOG.debug("asking witnesses ends");
        }
    }

    private void store() {
        try {
            var newest = cosignatures.newest();
            if (!newest.isEmpty()) {
                database.change(db -> new CosignedHeadTable(db).put(newest));
            }
        } catch (RuntimeException e) {
            LOG.warn("cosignatures cannot be stored: {}", e.toString());
        }
    }

    private boolean ask(Member member, LedgerState.Head head) {
        try {
            cosigned(member, head, cosignature(member, head));
            return true;
        } catch (FetchFailed e) {
            failed(member, e.explanation());
        } catch (MalformedInput e) {
            failed(member, "its answer is malformed: " + e.explanation());
        } catch (RuntimeException e) {
            LOG.error("asking {} failed", member.witness.key().name(), e);
            failed(member, "the node failed; its log says why");
        }
        return false;
    }

    private void failed(Member member, String explanation) {
        if (closing.getCount() > 0) {
            member.failed(explanation, clock.instant(), random);
        }
    }

    /** What the witness answers, after it was given the proof that it needs. */
    private byte[] cosignature(Member member, LedgerState.Head head) throws FetchFailed {
        for (int attempt = 0; attempt < MOST_SIZES; attempt++) {
            long known = member.known();
            if (known > head.size()) {
                throw new FetchFailed(
                        "it has cosigned %d entries of this ledger, and there are %d: was the ledger set back?"
                                .formatted(known, head.size()));
            }
            var proof = ConsistencyProof.read(known, head.size(), ledger.tiles());
            var reply =
                    fetch.post(
                            member.witness.address(),
                            "text/plain; charset=utf-8",
                            WitnessRequest.of(proof, head.checkpoint()).bytes(),
                            LARGEST_ANSWER,
                            PATIENCE);
            switch (reply.status()) {
                case 200 -> {
                    return reply.bytes();
                }
                case 409 -> member.knows(size(reply));
                default ->
                        throw new FetchFailed(
                                "%s answered %d: %s"
                                        .formatted(
                                                member.witness.address(),
                                                reply.status(),
                                                shown(reply.bytes())));
            }
        }
        throw new FetchFailed("it names another size each time that it is asked");
    }

    private static long size(Fetch.Reply reply) throws FetchFailed {
        var text = new String(reply.bytes(), UTF_8);
        if (!text.matches("(0|[1-9][0-9]{0,17})\\n")) {
            throw new FetchFailed("it answered 409 without a size: " + shown(reply.bytes()));
        }
        return Long.parseLong(text.strip());
    }

    private void cosigned(Member member, LedgerState.Head head, byte[] lines) throws FetchFailed {
        var text = head.checkpoint().text();
        var note = SignedNote.parse((text + "\n" + new String(lines, UTF_8)).getBytes(UTF_8));
        Instant now = clock.instant();
        for (var signature : note.signatures()) {
            var verified = member.witness.key().verify(text, signature);
            if (verified.isPresent()) {
                take(member, head, signature, verified.get().time().orElse(Instant.EPOCH), now);
                return;
            }
        }
        throw new FetchFailed("it answered without a cosignature of " + member.witness.key());
    }

    private void take(
            Member member, LedgerState.Head head, NoteSignature signature, Instant at, Instant now)
            throws FetchFailed {
        if (Duration.between(at, now).abs().compareTo(CLOCKS_DIFFER) > 0) {
            throw new FetchFailed("it cosigned at %s, and here it is %s".formatted(at, now));
        }
        cosignatures.add(head.checkpoint(), signature);
        member.cosigned(head.checkpoint(), head.size(), at);
    }

    /** The beginning of an answer, fit for a log. */
    private static String shown(byte[] bytes) {
        var text = new String(bytes, 0, Math.min(bytes.length, 200), UTF_8);
        return text.replaceAll("[\\p{Cc}\\u2028\\u2029]+", " ");
    }

    @Override
    public void close() {
        closing.countDown();
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(30));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
