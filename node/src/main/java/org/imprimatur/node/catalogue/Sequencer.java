package org.imprimatur.node.catalogue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.ledger.Growth;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Judgement;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Refusal;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.trust.StatementVerifier.Verified;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts verified statements into the ledger, one batch after the other, from one thread.
 *
 * <p>The order is the design. In one transaction, under a lock that all nodes of a database share:
 * what other nodes appended is taken over; each waiting statement is judged by the register and
 * either refused or appended; entries, tiles, projections and the signed checkpoint are written;
 * commit. Only then does anybody see the result: the readers' state moves, and the submitters get
 * their answers. A crash before the commit leaves nothing, a crash after it leaves a ledger that is
 * whole, of which some submitters have not heard; submitting again tells them the index.
 *
 * <p>When a transaction fails, this thread's own register is ahead of the tables and is thrown
 * away; it is rebuilt from the tables before the next batch.
 */
final class Sequencer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Sequencer.class);
    private static final int LARGEST_BATCH = 256;
    private static final int LONGEST_QUEUE = 1024;
    private static final int BUSY = 8;
    private static final Duration GATHERING = Duration.ofNanos(500_000);
    private static final Duration LONGEST_GATHERING = Duration.ofMillis(4);
    private static final Duration LOOK_FOR_OTHERS = Duration.ofMillis(250);

    /** What became of a statement. */
    sealed interface Outcome {

        /** It is in the ledger; {@code fresh} when this submission put it there. */
        record Admitted(Recorded<?> entry, boolean fresh) implements Outcome {}

        /** It is not in the ledger. */
        record Refused(Refusal refusal) implements Outcome {}

        /** The transaction failed; whether it is in the ledger, submitting again tells. */
        record Unsure(String explanation) implements Outcome {}
    }

    private record Pending(Verified statement, CompletableFuture<Outcome> outcome) {}

    /** What one transaction did. */
    private record Batch(
            List<Recorded<?>> taken,
            LedgerState.@Nullable Head takenHead,
            List<Recorded<?>> added,
            @Nullable Growth growth,
            LedgerState.@Nullable Head head,
            Map<Pending, Outcome> outcomes) {}

    private final Database database;
    private final Charter charter;
    private final NoteSigner key;
    private final LedgerState state;
    private final Tiles tiles;
    private final SignedHeadFile headFile;
    private final InstantSource clock;
    private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(LONGEST_QUEUE);
    private final Thread thread;
    private volatile boolean closing;
    private volatile @Nullable String fault;

    // Owned by the sequencer's thread. Null after a failed transaction.
    private @Nullable Replay replay;
    private int lastBatch;

    Sequencer(
            Database database,
            Charter charter,
            NoteSigner key,
            LedgerState state,
            Tiles tiles,
            SignedHeadFile headFile,
            Replay replay,
            InstantSource clock) {
        this.database = database;
        this.charter = charter;
        this.key = key;
        this.state = state;
        this.tiles = tiles;
        this.headFile = headFile;
        this.replay = replay;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("sequencer").start(this::run);
    }

    /** Queues a statement; empty when the queue is full. */
    Optional<CompletableFuture<Outcome>> offer(Verified statement) {
        var pending = new Pending(statement, new CompletableFuture<>());
        if (closing || !queue.offer(pending)) {
            return Optional.empty();
        }
        return Optional.of(pending.outcome());
    }

    /** Why nothing is admitted any more, if so. */
    Optional<String> fault() {
        return Optional.ofNullable(fault);
    }

    int waiting() {
        return queue.size();
    }

    private void run() {
        while (!closing) {
            var batch = new ArrayList<Pending>();
            try {
                Pending first = queue.poll(LOOK_FOR_OTHERS.toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    gather(batch);
                }
                if (first != null || othersAppended()) {
                    sequence(batch);
                }
            } catch (InterruptedException _) {
                break;
            } catch (LedgerFault e) {
                LOG.error("the ledger is at fault, nothing is admitted any more", e);
                fault = e.getMessage();
                failed(batch, "the ledger is at fault");
                break;
            } catch (RuntimeException e) {
                LOG.error("a batch of {} failed; the register is rebuilt", batch.size(), e);
                replay = null;
                failed(batch, "the database did not take it");
            }
        }
        var left = new ArrayList<Pending>();
        queue.drainTo(left);
        failed(left, "the node is closing");
    }

    /**
     * Takes what waits. While many submit at once, also what comes within a moment: a batch costs
     * the processor what some ten statements cost, whatever is in it.
     */
    private void gather(List<Pending> batch) throws InterruptedException {
        queue.drainTo(batch, LARGEST_BATCH - 1);
        long end = System.nanoTime() + LONGEST_GATHERING.toNanos();
        while (lastBatch >= BUSY && batch.size() < LARGEST_BATCH && System.nanoTime() < end) {
            Pending next = queue.poll(GATHERING.toNanos(), TimeUnit.NANOSECONDS);
            if (next == null) {
                break;
            }
            batch.add(next);
            queue.drainTo(batch, LARGEST_BATCH - batch.size());
        }
        lastBatch = batch.size();
    }

    private static void failed(List<Pending> batch, String explanation) {
        batch.forEach(pending -> pending.outcome().complete(new Outcome.Unsure(explanation)));
    }

    private boolean othersAppended() {
        try {
            long size = database.read(db -> new HeadTable(db).size());
            return replay == null || size != state.head().size();
        } catch (RuntimeException e) {
            LOG.warn("cannot look for other nodes' entries: {}", e.toString());
            return false;
        }
    }

    private void sequence(List<Pending> pending) {
        Replay current = replay == null ? new Replay(charter) : replay;
        replay = null; // until the commit has succeeded
        Batch batch = database.write(db -> transaction(db, current, pending));
        replay = current;
        if (batch.takenHead() != null) {
            publish(batch.taken(), batch.takenHead());
            keepHead(batch.takenHead());
        }
        if (batch.growth() != null && batch.head() != null) {
            tiles.grown(batch.growth());
            publish(batch.added(), batch.head());
            keepHead(batch.head());
        }
        batch.outcomes().forEach((statement, outcome) -> statement.outcome().complete(outcome));
    }

    /** After a rebuild the readers have the first of these entries already. */
    private void publish(List<Recorded<?>> entries, LedgerState.Head head) {
        long known = state.head().size();
        state.advance(entries.stream().filter(entry -> entry.index() >= known).toList(), head);
    }

    private void keepHead(LedgerState.Head head) {
        try {
            headFile.write(head.checkpoint());
        } catch (IOException e) {
            LOG.warn("cannot note the newest checkpoint beside the key: {}", e.toString());
        }
    }

    private Batch transaction(Handle db, Replay current, List<Pending> pending) {
        var heads = new HeadTable(db);
        long size = heads.lockedSize();
        var entries = new EntryTable(db);
        List<Recorded<?>> taken = List.of();
        LedgerState.Head takenHead = null;
        if (size < current.frontier().size()) {
            throw new LedgerFault(
                    "the database has %d entries where it had %d: a rollback of a ledger"
                            .formatted(size, current.frontier().size()));
        }
        if (size > current.frontier().size()) {
            var row = new HeadTable.Row(size, heads.checkpoint().orElseThrow());
            taken = current.catchUp(entries, row);
            takenHead = current.head(row.checkpoint());
        }
        return append(db, current, pending, taken, takenHead);
    }

    private Batch append(
            Handle db,
            Replay current,
            List<Pending> pending,
            List<Recorded<?>> taken,
            LedgerState.@Nullable Head takenHead) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Instant at = now.isBefore(current.last()) ? current.last() : now;
        var outcomes = new LinkedHashMap<Pending, Outcome>();
        var added = new ArrayList<Recorded<?>>();
        var rows = new ArrayList<EntryTable.Row>();
        for (Pending one : pending) {
            var statement = one.statement();
            var outcome =
                    switch (current.register().judge(statement.id(), statement.statement(), at)) {
                        case Judgement.Refused(Refusal refusal) -> new Outcome.Refused(refusal);
                        case Judgement.Duplicate(long index) ->
                                new Outcome.Admitted(
                                        current.register().statement(index).orElseThrow(), false);
                        case Judgement.Admissible _ -> {
                            long index = current.register().size();
                            var entry =
                                    new Recorded<Statement>(
                                            index, statement.id(), statement.statement(), at);
                            current.append(entry);
                            added.add(entry);
                            rows.add(row(entry, statement.envelope().bytes()));
                            yield new Outcome.Admitted(entry, true);
                        }
                    };
            outcomes.put(one, outcome);
        }
        if (rows.isEmpty()) {
            return new Batch(taken, takenHead, added, null, null, outcomes);
        }
        long before = current.frontier().size();
        var growth = current.grow(rows.stream().map(EntryTable.Row::leaf).toList());
        var checkpoint = current.sign(charter.origin(), key);
        new EntryTable(db).add(rows);
        new TileTable(db).add(growth);
        project(db, added);
        new HeadTable(db).move(before, growth.after().size(), checkpoint);
        return new Batch(taken, takenHead, added, growth, current.head(checkpoint), outcomes);
    }

    private static EntryTable.Row row(Recorded<?> entry, byte[] envelope) {
        byte[] bytes = LedgerEntry.of(entry.admittedAt(), envelope).bytes();
        return new EntryTable.Row(
                entry.index(),
                entry.id(),
                entry.statement().kind().wire(),
                entry.admittedAt(),
                Hash.ofLeaf(bytes),
                bytes);
    }

    private static void project(Handle db, List<Recorded<?>> added) {
        var images = new ArrayList<Recorded<Endorsement>>();
        var attachments = new LinkedHashSet<Sha256>();
        for (var entry : added) {
            DocumentCheck.document(entry.statement()).ifPresent(attachments::add);
            if (entry.statement() instanceof Endorsement endorsement) {
                images.add(
                        new Recorded<>(entry.index(), entry.id(), endorsement, entry.admittedAt()));
                attachments.add(endorsement.inspection().report());
                attachments.add(endorsement.inspection().sbom());
                var generation = endorsement.details().generation();
                if (generation != null && generation.provenance() != null) {
                    attachments.add(generation.provenance().document());
                }
            }
        }
        if (!images.isEmpty()) {
            new ImageTable(db).add(images);
        }
        if (!attachments.isEmpty()) {
            new AttachmentTable(db).reference(attachments);
        }
    }

    /** Ends after the batch in hand; who still waits is told so. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(Duration.ofSeconds(30));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
