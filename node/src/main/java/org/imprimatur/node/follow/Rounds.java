package org.imprimatur.node.follow;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.imprimatur.node.fetch.Retry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one source again and again, in a thread of its own: after a while, or when a bell rings;
 * sooner, and then less and less often, while the looks fail.
 */
public final class Rounds implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

    private final Duration poll;
    private final Retry retry;
    private final Bell wake;
    private final RandomGenerator random;
    private final BooleanSupplier look;
    private final ReentrantLock storing = new ReentrantLock();
    private final Thread thread;
    private volatile boolean closing;

    /**
     * Rounds that have not begun.
     *
     * @param name of the thread
     * @param first how long it waits after a first failure; it never waits longer than {@code poll}
     * @param look says whether all was as it should be; what it throws is a failure
     */
    public Rounds(
            String name,
            Duration first,
            Duration poll,
            Bell wake,
            RandomGenerator random,
            BooleanSupplier look) {
        this.poll = poll;
        this.retry = new Retry(first, poll);
        this.wake = wake;
        this.random = random;
        this.look = look;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    }

    /** Begins, once whoever looks is whole. */
    public void begin() {
        thread.start();
    }

    private void run() {
        int failures = 0;
        try {
            while (!closing) {
                failures = lookSafely() ? 0 : failures + 1;
                wake.await(failures == 0 ? poll : retry.after(failures, random));
            }
        } catch (InterruptedException _) {
            LOG.debug("{} ends", thread.getName());
        }
    }

    /** A look that fails in a way that nobody thought of must not be the last one. */
    private boolean lookSafely() {
        try {
            return look.getAsBoolean();
        } catch (RuntimeException e) {
            if (!closing) {
                LOG.error("{} failed", thread.getName(), e);
            }
            return false;
        }
    }

    /** Whether it was closed, and nothing more is stored. */
    public boolean closed() {
        return closing;
    }

    /**
     * Stores something, which closing waits for.
     *
     * @return false when it was closed before, and nothing was done
     */
    public boolean store(Runnable work) {
        storing.lock();
        try {
            if (closing) {
                return false;
            }
            work.run();
            return true;
        } finally {
            storing.unlock();
        }
    }

    @Override
    public void close() {
        closing = true;
        // An interrupt would break a transaction off: it waits for the one that runs, and no other
        // begins.
        storing.lock();
        try {
            thread.interrupt();
        } finally {
            storing.unlock();
        }
        try {
            thread.join(Duration.ofSeconds(30));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
