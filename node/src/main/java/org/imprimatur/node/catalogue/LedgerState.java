package org.imprimatur.node.catalogue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.imprimatur.exchange.StatusMap;
import org.imprimatur.exchange.StatusProof;
import org.imprimatur.exchange.StatusRoot;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.StatusBook;
import org.imprimatur.register.StatusKey;
import org.jspecify.annotations.Nullable;

/**
 * What is committed, for everyone who reads: the register and the checkpoint that covers it. A
 * reader never sees what a transaction may still undo. Only the sequencer moves it.
 */
public final class LedgerState {

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    // Guarded by lock.
    private final Register register;

    // Guarded by lock for writing; readers of the two together take the lock.
    private volatile Head head;

    // Waiters for a larger ledger wait on this.
    private final Object grown = new Object();

    /** How many of the newest sizes can be asked for. */
    private static final int KEPT = 64;

    // Guarded by lock: the newest heads that have a status root, oldest first.
    private final Deque<Head> kept = new ArrayDeque<>();

    // Guarded by lock.
    private final StatusBook statuses = new StatusBook();

    /** A size, the signed checkpoint of that size, and the status map that goes with it. */
    public record Head(long size, SignedNote checkpoint, StatusMap status) {}

    LedgerState(Charter charter, Head head) {
        this.register = new Register(charter);
        this.head = head;
        keep(head);
    }

    /** The newest committed checkpoint. */
    public Head head() {
        return head;
    }

    /** Asks the register. The function is short, and keeps only what the register returned. */
    public <T> T ask(Function<Register, T> question) {
        lock.readLock().lock();
        try {
            return question.apply(register);
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Waits until the ledger has more than {@code size} entries, or the time is over.
     *
     * @return the ledger's size then
     */
    public long awaitMoreThan(long size, Duration atMost) throws InterruptedException {
        return awaitMoreThan(size, () -> false, atMost);
    }

    /**
     * Waits as {@link #awaitMoreThan(long, Duration)} does, or until something else is so too.
     *
     * @param other looked at again after each {@link #wake}; short
     */
    long awaitMoreThan(long size, BooleanSupplier other, Duration atMost)
            throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        synchronized (grown) {
            while (head.size() <= size && !other.getAsBoolean()) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    break;
                }
                grown.wait(left);
            }
        }
        return head.size();
    }

    /** Lets all who wait look again. */
    void wake() {
        synchronized (grown) {
            grown.notifyAll();
        }
    }

    /**
     * Answers how images stand, with the proof that nothing was left out.
     *
     * @param size of the ledger then; null for the newest that there is
     * @return empty when there is no checkpoint of that size with a status root any more
     */
    public Optional<StatusProof> status(List<StatusKey> asked, @Nullable Long size) {
        lock.readLock().lock();
        try {
            return kept.reversed().stream()
                    .filter(one -> size == null || one.size() == size)
                    .findFirst()
                    .map(
                            one ->
                                    StatusProof.of(
                                            asked,
                                            one.checkpoint(),
                                            one.status(),
                                            key -> statuses.lines(key, one.size())));
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The sizes that {@link #status} answers for, rising. */
    public List<Long> statusSizes() {
        lock.readLock().lock();
        try {
            return kept.stream().map(Head::size).toList();
        } finally {
            lock.readLock().unlock();
        }
    }

    private void keep(Head next) {
        if (StatusRoot.of(Checkpoint.parse(next.checkpoint().text())).isEmpty()) {
            return;
        }
        if (!kept.isEmpty() && kept.getLast().size() == next.size()) {
            kept.removeLast();
        }
        kept.addLast(next);
        if (kept.size() > KEPT) {
            kept.removeFirst();
        }
    }

    void advance(List<? extends Recorded<?>> entries, Head next) {
        lock.writeLock().lock();
        try {
            for (var entry : entries) {
                register.apply(entry.index(), entry.id(), entry.statement(), entry.admittedAt());
                statuses.add(entry);
            }
            head = next;
            keep(next);
        } finally {
            lock.writeLock().unlock();
        }
        wake();
    }
}
