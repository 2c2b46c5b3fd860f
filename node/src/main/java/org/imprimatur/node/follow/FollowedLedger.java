package org.imprimatur.node.follow;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.imprimatur.exchange.StatusMap;
import org.imprimatur.exchange.StatusRoot;
import org.imprimatur.ledger.VerifiedCheckpoint;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Standing;
import org.jspecify.annotations.Nullable;

/** What is verified of one followed ledger, for everyone who asks. Only its follower moves it. */
final class FollowedLedger {

    /** How many sizes the status map is kept of; they share nearly all of it. */
    private static final int STATUS_SIZES = 1024;

    private final Source source;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    // All guarded by lock.
    private final Register register;
    private @Nullable Instant verifiedAt;
    private @Nullable String fault;
    private @Nullable String problem;
    private @Nullable Instant since;
    private @Nullable VerifiedCheckpoint latest;
    private final Deque<StatusMap> statuses = new ArrayDeque<>();
    private final Condition moved = lock.writeLock().newCondition();

    /**
     * @param status that goes with the register
     * @param latest the newest checkpoint of which every entry is applied; null for none
     */
    FollowedLedger(
            Source source,
            Register register,
            StatusMap status,
            @Nullable Instant verifiedAt,
            @Nullable VerifiedCheckpoint latest) {
        this.source = source;
        this.register = register;
        this.verifiedAt = verifiedAt;
        this.latest = latest;
        keep(status);
    }

    Source source() {
        return source;
    }

    Lock reading() {
        return lock.readLock();
    }

    /** For whoever holds {@link #reading}. */
    Standing.Followed followed() {
        return new Standing.Followed(register, verifiedAt, fault);
    }

    /**
     * What is told of a source.
     *
     * @param since how long the fault or the problem lasts; null where there is none
     */
    record Status(
            Source source,
            long size,
            int disputed,
            @Nullable Instant verifiedAt,
            @Nullable String fault,
            @Nullable String problem,
            @Nullable Instant since) {}

    Status status() {
        lock.readLock().lock();
        try {
            return new Status(
                    source,
                    register.size(),
                    register.disputed(),
                    verifiedAt,
                    fault,
                    problem,
                    since);
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * An entry whose signature was verified.
     *
     * @param dispute why it is not relied on here; null for nothing
     */
    record Verified(Recorded<?> entry, @Nullable String dispute) {}

    /**
     * Applies entries in order, up to the first that the register does not admit.
     *
     * @return why that one was not admitted; null when all were
     */
    @Nullable String apply(List<Verified> verified) {
        lock.writeLock().lock();
        try {
            for (var one : verified) {
                var entry = one.entry();
                register.apply(entry.index(), entry.id(), entry.statement(), entry.admittedAt());
                if (one.dispute() != null) {
                    register.dispute(entry.index());
                }
                keep(statuses.getLast().with(entry));
            }
            return null;
        } catch (IllegalStateException | IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void keep(StatusMap status) {
        statuses.addLast(status);
        if (statuses.size() > STATUS_SIZES) {
            statuses.removeFirst();
        }
    }

    /** What a checkpoint of this size must say; empty where that is too long ago, or to come. */
    Optional<StatusRoot> statusRoot(long size) {
        StatusMap map;
        lock.readLock().lock();
        try {
            map =
                    statuses.stream()
                            .dropWhile(one -> one.size() < size)
                            .limit(1)
                            .filter(one -> one.size() == size)
                            .findFirst()
                            .orElse(null);
        } finally {
            lock.readLock().unlock();
        }
        return Optional.ofNullable(map).map(StatusMap::root);
    }

    long size() {
        lock.readLock().lock();
        try {
            return register.size();
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Waits until a checkpoint of at least this size is verified whole, or there is a fault, or the
     * time is over.
     *
     * @return the newest such checkpoint; null for none
     */
    @Nullable VerifiedCheckpoint awaitVerified(long size, Duration atMost)
            throws InterruptedException {
        lock.writeLock().lockInterruptibly();
        try {
            long left = atMost.toNanos();
            while (left > 0 && fault == null && (latest == null || latest.size() < size)) {
                left = moved.awaitNanos(left);
            }
            return latest;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** The whole of this checkpoint was verified; what was wrong before is over. */
    void verified(VerifiedCheckpoint checkpoint, Instant at) {
        lock.writeLock().lock();
        try {
            latest = checkpoint;
            verifiedAt = at;
            fault = null;
            problem = null;
            since = null;
            moved.signalAll();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** What it served must not be believed. */
    void faulty(String explanation, Instant at) {
        lock.writeLock().lock();
        try {
            since = fault == null ? at : since;
            fault = explanation;
            problem = null;
            moved.signalAll();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Nothing could be had: no fault, but the view grows stale. */
    void unreachable(String explanation, Instant at) {
        lock.writeLock().lock();
        try {
            since = since == null ? at : since;
            problem = explanation;
        } finally {
            lock.writeLock().unlock();
        }
    }
}
