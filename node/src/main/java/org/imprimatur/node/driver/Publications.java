package org.imprimatur.node.driver;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.imprimatur.node.driver.Publication.State;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All of a site's drivers, each kept on its own: that one does not answer harms no other. */
public final class Publications implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Publications.class);
    private static final int MOST = 1000;

    private final Database database;
    private final DriverSettings.Wiring wiring;
    private final Stock stock;
    private final Conversions conversions;
    private final InstantSource clock;
    private final RandomGenerator random;
    private volatile List<Kept> kept = List.of();

    /** A driver that is kept, and its settings when that began. */
    private record Kept(DriverSettings settings, PublicationLoop loop) {

        String name() {
            return settings.common().name();
        }
    }

    /** Begins to keep the drivers. */
    public Publications(
            List<DriverSettings> settings,
            DriverSettings.Wiring wiring,
            Stock stock,
            Conversions conversions,
            Database database,
            InstantSource clock,
            RandomGenerator random,
            Metrics metrics) {
        this.wiring = wiring;
        this.stock = stock;
        this.database = database;
        this.conversions = conversions;
        this.clock = clock;
        this.random = random;
        try (var first = next(settings)) {
            first.put();
        }
        tellOfOthers();
        conversions.whenDamaged(this::ring);
        GaugeWithCallback.builder()
                .name("imprimatur_publications")
                .help("Verified images at the site's drivers, by driver and state.")
                .labelNames("driver", "state")
                .callback(this::count)
                .register(metrics.registry());
        GaugeWithCallback.builder()
                .name("imprimatur_driver_silent")
                .help("Whether a driver could not be asked what it has, the last time: 1 or 0.")
                .labelNames("driver")
                .callback(
                        gauge ->
                                drivers()
                                        .forEach(
                                                one ->
                                                        gauge.call(
                                                                one.problem().isPresent() ? 1 : 0,
                                                                one.name())))
                .register(metrics.registry());
    }

    private void count(GaugeWithCallback.Callback gauge) {
        for (var loop : loops()) {
            loop.counts()
                    .forEach(
                            (state, count) ->
                                    gauge.call(count, loop.driver().name(), state.wire()));
        }
    }

    /** Of a driver that is not ours any more nobody knows what it offers. */
    private void tellOfOthers() {
        var ours = kept.stream().map(Kept::name).toList();
        database.read(db -> new PublicationTable(db).offered())
                .forEach(
                        (driver, count) -> {
                            if (!ours.contains(driver)) {
                                LOG.warn(
                                        "{} images may still be offered by {}, which is no driver of this site any more; name it again to have them withdrawn",
                                        count,
                                        driver);
                            }
                        });
    }

    /**
     * Opens the drivers that are new or have other settings. Nothing is done with them yet.
     *
     * @throws org.imprimatur.node.config.BadConfiguration when one cannot be opened; then all is as
     *     before
     */
    public Next next(List<DriverSettings> settings) {
        var next = new Next(settings);
        try {
            for (var one : settings) {
                if (unchanged(one).isEmpty()) {
                    next.opened.put(one, one.open(wiring));
                }
            }
            return next;
        } catch (RuntimeException e) {
            next.close();
            throw e;
        }
    }

    private Optional<Kept> unchanged(DriverSettings settings) {
        return kept.stream()
                .filter(one -> one.settings().equals(settings) && !one.loop().leaving())
                .findFirst();
    }

    /** The drivers that are to come. Closing ends those of them that were not put in place. */
    public final class Next implements AutoCloseable {

        private final List<DriverSettings> settings;
        private final Map<DriverSettings, Driver> opened = new HashMap<>();

        private Next(List<DriverSettings> settings) {
            this.settings = List.copyOf(settings);
        }

        /**
         * Puts them in place. A driver with other settings goes on by these. One that is not named
         * any more withdraws all that it offers; that is seen to until the node ends.
         */
        public void put() {
            var names = settings.stream().map(one -> one.common().name()).toList();
            // Who comes begins when who went by that name has ended.
            Publications.close(
                    kept.stream()
                            .filter(one -> names.contains(one.name()) && !goesOn(one))
                            .toList());
            var now = new ArrayList<Kept>();
            settings.forEach(one -> now.add(unchanged(one).orElseGet(() -> begin(one))));
            for (var one : kept) {
                if (!names.contains(one.name())) {
                    one.loop().leave();
                    now.add(one);
                }
            }
            kept = List.copyOf(now);
        }

        private boolean goesOn(Kept one) {
            return settings.contains(one.settings()) && !one.loop().leaving();
        }

        private Kept begin(DriverSettings one) {
            var driver = Objects.requireNonNull(opened.remove(one));
            return new Kept(
                    one,
                    new PublicationLoop(
                            driver, one.common(), stock, conversions, database, clock, random));
        }

        @Override
        public void close() {
            opened.values().forEach(Driver::close);
        }
    }

    private List<PublicationLoop> loops() {
        return kept.stream().map(Kept::loop).toList();
    }

    /** The stock may have changed. */
    public void ring() {
        loops().forEach(PublicationLoop::ring);
    }

    /** Ends a machine by way of a driver. */
    public void terminate(String driver, String instance, String host) throws DriverException {
        var loop =
                loops().stream()
                        .filter(one -> one.driver().name().equals(driver))
                        .findFirst()
                        .orElseThrow(() -> new DriverException("there is no driver " + driver));
        loop.driver().terminate(instance, host);
    }

    /** The newest publications, of one driver or state where these are given. */
    List<Publication> newest(@Nullable String driver, @Nullable State state) {
        return database.read(
                db ->
                        new PublicationTable(db)
                                .newest(driver, state == null ? null : state.wire(), MOST));
    }

    /**
     * How it stands with a driver.
     *
     * @param leaving whether it is no longer named, and withdraws what it offers
     * @param problem why it could not be asked the last time; empty when it could
     */
    record Standing(String name, boolean leaving, Optional<String> problem) {}

    /** How it stands with each driver. */
    List<Standing> drivers() {
        return loops().stream()
                .map(loop -> new Standing(loop.driver().name(), loop.leaving(), loop.problem()))
                .toList();
    }

    @Override
    public void close() {
        close(kept);
    }

    /** Together, since each waits for what it has under way. */
    private static void close(List<Kept> some) {
        var threads =
                some.stream().map(one -> Thread.ofVirtual().start(one.loop()::close)).toList();
        for (var thread : threads) {
            try {
                thread.join(Duration.ofSeconds(30));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
