package org.imprimatur.node.instance;

import io.prometheus.metrics.core.metrics.Counter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.imprimatur.node.driver.DriverException;
import org.imprimatur.node.fetch.Retry;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.instance.CondemnationTable.Due;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends condemned instances by way of a driver, where the site wants that: after the grace time, one
 * after the other, each asked for once more just before. An attempt is noted before it is made, so
 * that after a crash it is made again, at its pace; ending what has ended does nothing.
 */
public final class Terminations implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Terminations.class);
    private static final Retry RETRY = new Retry(Duration.ofSeconds(10), Duration.ofHours(1));
    private static final Duration WAKE_AT_LEAST = Duration.ofMinutes(1);
    private static final int LONGEST_FAILURE = 1000;

    /** How a machine is ended. */
    public interface Driver {

        /**
         * Ends a machine of a driver.
         *
         * @param host where it runs
         * @throws DriverException when it is not ended; it is tried again later
         */
        void terminate(String driver, String machine, String host) throws DriverException;
    }

    private final Supplier<InstanceSettings> settings;
    private final Reevaluation reevaluation;
    private final SiteView view;
    private final Driver driver;
    private final Database database;
    private final InstantSource clock;
    private final Supplier<Instant> inForceSince;
    private final Counter ends;
    private final Bell bell = new Bell();
    private final Thread thread;
    private volatile boolean closing;

    /**
     * Begins; nothing is done until it is rung for.
     *
     * @param settings the ones in force, asked whenever they matter
     * @param inForceSince since when they are
     */
    public Terminations(
            Supplier<InstanceSettings> settings,
            Supplier<Instant> inForceSince,
            Reevaluation reevaluation,
            SiteView view,
            Driver driver,
            Database database,
            InstantSource clock,
            Metrics metrics) {
        this.settings = settings;
        this.reevaluation = reevaluation;
        this.view = view;
        this.driver = driver;
        this.database = database;
        this.clock = clock;
        this.inForceSince = inForceSince;
        ends =
                Counter.builder()
                        .name("imprimatur_terminations_total")
                        .help("Attempts to end condemned instances, by outcome.")
                        .labelNames("outcome")
                        .register(metrics.registry());
        thread = Thread.ofVirtual().name("terminations").start(this::run);
    }

    /** What runs was looked at: something may be due. */
    void ring() {
        bell.ring();
    }

    private void run() {
        try {
            while (!closing) {
                if (bell.await(WAKE_AT_LEAST)) {
                    endSafely();
                }
            }
        } catch (InterruptedException _) {
            LOG.debug("no instance is ended any more");
        }
    }

    private void endSafely() {
        try {
            while (!closing && endOne()) {
                LOG.debug("there may be more to end");
            }
        } catch (RuntimeException e) {
            if (!closing) {
                LOG.error("condemned instances cannot be ended now", e);
            }
        }
    }

    private boolean endOne() {
        var wanted = settings.get().termination();
        return wanted.isPresent() && inView(wanted.get()) && endOne(wanted.get());
    }

    /**
     * After a start, and after a change of the site's file, nothing is ended before all ledgers and
     * lists were verified again, in which a pardon may stand; one that stays out of reach holds the
     * ends up for the grace time.
     */
    private boolean inView(InstanceSettings.Termination wanted) {
        var since = inForceSince.get();
        return !clock.instant().isBefore(since.plus(wanted.after()))
                || view.ask(
                        standing ->
                                standing.followed().stream()
                                                .allMatch(one -> verified(one.verifiedAt(), since))
                                        && standing.lists().stream()
                                                .allMatch(
                                                        one -> verified(one.verifiedAt(), since)));
    }

    private static boolean verified(@Nullable Instant verifiedAt, Instant since) {
        return verifiedAt != null && !verifiedAt.isBefore(since);
    }

    /** Ends the next one that is due; false where none is. */
    private boolean endOne(InstanceSettings.Termination wanted) {
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Due due;
        Instance instance;
        synchronized (this) {
            if (closing) {
                return false;
            }
            var next =
                    database.read(
                            db ->
                                    new CondemnationTable(db)
                                            .due(
                                                    wanted.classes(),
                                                    now.minus(wanted.after()),
                                                    now,
                                                    now.plus(RETRY.longest())));
            if (next.isEmpty()) {
                return false;
            }
            due = next.get();
            var id = due.id();
            instance = database.read(db -> new InstanceTable(db).find(id)).orElseThrow();
            var begun = due;
            boolean ours =
                    database.write(
                            db ->
                                    new CondemnationTable(db)
                                            .begin(
                                                    begun,
                                                    now.plus(RETRY.after(begun.attempts() + 1))));
            if (!ours || !(reevaluation.one(instance, now) instanceof Verdict.Fails)) {
                return true; // somebody else does it, or it was pardoned just now
            }
        }
        end(wanted, due, instance);
        return true;
    }

    private void end(InstanceSettings.Termination wanted, Due due, Instance instance) {
        var machine = instance.report().machine();
        try {
            driver.terminate(wanted.driver(), machine, instance.report().host());
            synchronized (this) {
                if (closing) {
                    return;
                }
                var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
                database.change(
                        db -> {
                            new CondemnationTable(db).terminated(due, now);
                            new InstanceTable(db).stopped(due.id(), now);
                        });
            }
            ends.labelValues("ended").inc();
            LOG.warn(
                    "the condemned instance {} (machine {} on {}) was ended at {}",
                    due.id(),
                    machine,
                    instance.report().host(),
                    wanted.driver());
        } catch (DriverException | RuntimeException e) {
            var why = String.valueOf(e.getMessage());
            synchronized (this) {
                if (closing) {
                    return;
                }
                database.change(
                        db ->
                                new CondemnationTable(db)
                                        .failed(
                                                due,
                                                why.substring(
                                                        0,
                                                        Math.min(why.length(), LONGEST_FAILURE))));
            }
            ends.labelValues("failed").inc();
            LOG.error("the condemned instance {} cannot be ended: {}", due.id(), why);
        }
    }

    @Override
    public void close() {
        // An interrupt would break a transaction off; there is none while this is held.
        synchronized (this) {
            closing = true;
            thread.interrupt();
        }
        try {
            thread.join(Duration.ofSeconds(30));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
