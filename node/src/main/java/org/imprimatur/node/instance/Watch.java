package org.imprimatur.node.instance;

import io.prometheus.metrics.core.metrics.Histogram;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.instance.CondemnationTable.Summary;
import org.imprimatur.node.instance.Reevaluation.Found;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.imprimatur.node.store.Lease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after what runs: whenever a register or the policy has changed, and each minute, since time
 * alone ends endorsements too. One node of those that share a database does it, so that they do not
 * condemn and pardon by turns when one of them lags behind.
 */
public final class Watch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final Duration LOOK_AT_LEAST = Duration.ofMinutes(1);
    private static final Duration WAKE_AT_LEAST = Duration.ofSeconds(5);
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final Duration SHORTEST_REST = Duration.ofMillis(20);
    private static final Duration LONGEST_REST = Duration.ofSeconds(1);

    private final Reevaluation reevaluation;
    private final Terminations terminations;
    private final Database database;
    private final InstantSource clock;
    private final Bell changed;
    private final IntConsumer condemned;
    private final Lease lease = new Lease("instances", UUID.randomUUID(), LEASE);
    private final Histogram durations;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile Found found = new Found(0, 0, 0);

    // Owned by the thread.
    private boolean asked = true;
    private Instant lastLook = Instant.EPOCH;
    private Summary told = new Summary(0, BigDecimal.ZERO, null);

    /**
     * Begins.
     *
     * @param changed rings for this watch alone when a register or the policy has changed
     * @param condemned is told, at each of several nodes, how many instances are condemned whenever
     *     they are others than before
     */
    public Watch(
            Reevaluation reevaluation,
            Terminations terminations,
            Database database,
            InstantSource clock,
            Metrics metrics,
            Bell changed,
            IntConsumer condemned) {
        this.reevaluation = reevaluation;
        this.terminations = terminations;
        this.database = database;
        this.clock = clock;
        this.changed = changed;
        this.condemned = condemned;
        durations =
                Histogram.builder()
                        .name("imprimatur_reevaluation_seconds")
                        .help("How long it took to ask of all that runs whether it may go on.")
                        .classicOnly()
                        .classicUpperBounds(1e-3, 1e-2, 0.1, 0.25, 0.5, 1, 2.5, 10)
                        .register(metrics.registry());
        metrics.gauge(
                "imprimatur_instances_running",
                "Instances that run, at the last look of this node.",
                () -> found.running());
        metrics.gauge(
                "imprimatur_instances_condemned",
                "Instances that run and no longer pass, at the last look of this node.",
                () -> found.condemned());
        thread = Thread.ofPlatform().daemon().name("watch").start(this::run);
    }

    private void run() {
        try {
            while (closed.getCount() > 0) {
                long start = System.nanoTime();
                lookSafely();
                // A ledger that grows takes a fifth of a core, and no change waits long.
                long busy = System.nanoTime() - start;
                long rest = Math.clamp(4 * busy, SHORTEST_REST.toNanos(), LONGEST_REST.toNanos());
                closed.await(rest, TimeUnit.NANOSECONDS);
                asked |= changed.await(WAKE_AT_LEAST);
            }
            database.change(lease::release);
        } catch (InterruptedException | RuntimeException e) {
            LOG.debug("the watch ends", e);
        }
    }

    private void lookSafely() {
        try {
            look();
            tell();
        } catch (RuntimeException e) {
            asked = true;
            if (closed.getCount() > 0) {
                LOG.error("what runs cannot be looked after", e);
            }
        }
    }

    private void look() {
        var held = database.write(lease::hold);
        asked |= held != Lease.Held.STILL; // whatever another node has seen is asked for again
        if (held == Lease.Held.BY_ANOTHER) {
            return;
        }
        var now = clock.instant();
        // Also when the clock was set: what has ended by it is no longer permitted.
        if (asked || Duration.between(lastLook, now).abs().compareTo(LOOK_AT_LEAST) >= 0) {
            asked = false;
            long start = System.nanoTime();
            var all = reevaluation.all(now, lease);
            if (all.isEmpty()) {
                asked = true;
                return;
            }
            found = all.get();
            lastLook = now;
            durations.observe((System.nanoTime() - start) / 1e9);
        }
        terminations.ring();
    }

    private void tell() {
        var condemnations = database.read(db -> new CondemnationTable(db).summary());
        if (!condemnations.equals(told)) {
            told = condemnations;
            condemned.accept(condemnations.count());
        }
    }

    @Override
    public void close() {
        closed.countDown();
        changed.ring();
        try {
            thread.join(Duration.ofSeconds(30));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
