package org.imprimatur.node.catalogue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;

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

    /** A size, and the signed checkpoint of that size. */
    public record Head(long size, SignedNote checkpoint) {}

    LedgerState(Charter charter, Head head) {
        this.register = new Register(charter);
        this.head = head;
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
        long end = System.nanoTime() + atMost.toNanos();
        synchronized (grown) {
            while (head.size() <= size) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    break;
                }
                grown.wait(left);
            }
        }
        return head.size();
    }

    void advance(List<? extends Recorded<?>> entries, Head next) {
        lock.writeLock().lock();
        try {
            for (var entry : entries) {
                register.apply(entry.index(), entry.id(), entry.statement(), entry.admittedAt());
            }
            head = next;
        } finally {
            lock.writeLock().unlock();
        }
        synchronized (grown) {
            grown.notifyAll();
        }
    }
}
