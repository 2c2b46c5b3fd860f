package org.imprimatur.node.retention;

import io.prometheus.metrics.core.metrics.Counter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes decisions, with what was in view for them, and instances off the record when the site keeps
 * them no longer. It looks once an hour; nodes that share a database do so side by side.
 */
public final class Expiry implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);
    private static final Duration EVERY = Duration.ofHours(1);
    private static final int AT_ONCE = 10_000;

    private final Supplier<Retention> retention;
    private final Database database;
    private final InstantSource clock;
    private final Counter expired;
    private final ScheduledExecutorService upkeep;

    /**
     * Begins to look, a minute from now.
     *
     * @param retention the one in force, asked at each look
     */
    public Expiry(
            Supplier<Retention> retention,
            Database database,
            InstantSource clock,
            Metrics metrics) {
        this.retention = retention;
        this.database = database;
        this.clock = clock;
        expired =
                Counter.builder()
                        .name("imprimatur_expired_total")
                        .help("Records that were kept long enough and are gone, by kind.")
                        .labelNames("kind")
                        .register(metrics.registry());
        upkeep =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofVirtual().name("expiry").factory());
        upkeep.scheduleWithFixedDelay(this::lookSafely, 60, EVERY.toSeconds(), TimeUnit.SECONDS);
    }

    private void lookSafely() {
        try {
            look();
        } catch (RuntimeException e) {
            if (!upkeep.isShutdown()) {
                LOG.error("old records cannot be taken away yet", e);
            }
        }
    }

    /** Takes the oldest records of one kind, and says how many. */
    private interface Taking {
        int take(RetentionTable table, Instant before, int most);
    }

    /** Instances first: decisions stay while one rests on them, and views while a decision does. */
    void look() {
        var settings = retention.get();
        var now = clock.instant();
        settings.instances()
                .ifPresent(
                        kept -> take("instance", now.minus(kept), RetentionTable::takeInstances));
        settings.decisions()
                .ifPresent(
                        kept -> {
                            take("decision", now.minus(kept), RetentionTable::takeDecisions);
                            take("view", now.minus(kept), RetentionTable::takeViews);
                            take("flaw", now.minus(kept), RetentionTable::takeFlaws);
                        });
    }

    /** A part in each transaction, so that nobody waits for long. */
    private void take(String kind, Instant before, Taking some) {
        int all = 0;
        int gone;
        do {
            gone = database.write(db -> some.take(new RetentionTable(db), before, AT_ONCE));
            expired.labelValues(kind).inc(gone);
            all += gone;
        } while (gone == AT_ONCE && !upkeep.isShutdown());
        if (all > 0) {
            LOG.info("{} records of the kind {} from before {} are gone", all, kind, before);
        }
    }

    @Override
    public void close() {
        upkeep.shutdown();
        try {
            if (!upkeep.awaitTermination(10, TimeUnit.SECONDS)) {
                upkeep.shutdownNow();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
