package org.imprimatur.node.driver;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.imprimatur.node.driver.Publication.State;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.jspecify.annotations.Nullable;

/** All of a site's drivers, each kept on its own: that one does not answer harms no other. */
public final class Publications implements AutoCloseable {

    private static final int MOST = 1000;

    private final Database database;
    private final List<PublicationLoop> loops = new ArrayList<>();

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
        this.database = database;
        for (var one : settings) {
            loops.add(
                    new PublicationLoop(
                            one.open(wiring),
                            one.common(),
                            stock,
                            conversions,
                            database,
                            clock,
                            random));
        }
        conversions.whenDamaged(this::ring);
        GaugeWithCallback.builder()
                .name("imprimatur_publications")
                .help("Verified images at the site's drivers, by driver and state.")
                .labelNames("driver", "state")
                .callback(
                        gauge ->
                                loops.forEach(
                                        loop ->
                                                loop.counts()
                                                        .forEach(
                                                                (state, count) ->
                                                                        gauge.call(
                                                                                count,
                                                                                loop.driver()
                                                                                        .name(),
                                                                                state.wire()))))
                .register(metrics.registry());
        GaugeWithCallback.builder()
                .name("imprimatur_driver_silent")
                .help("Whether a driver could not be asked what it has, the last time: 1 or 0.")
                .labelNames("driver")
                .callback(
                        gauge ->
                                loops.forEach(
                                        loop ->
                                                gauge.call(
                                                        loop.problem().isPresent() ? 1 : 0,
                                                        loop.driver().name())))
                .register(metrics.registry());
    }

    /** The stock may have changed. */
    public void ring() {
        loops.forEach(PublicationLoop::ring);
    }

    /** Ends a machine by way of a driver. */
    public void terminate(String driver, String instance) throws DriverException {
        var loop =
                loops.stream()
                        .filter(one -> one.driver().name().equals(driver))
                        .findFirst()
                        .orElseThrow(() -> new DriverException("there is no driver " + driver));
        loop.driver().terminate(instance);
    }

    /** The newest publications, of one driver or state where these are given. */
    List<Publication> newest(@Nullable String driver, @Nullable State state) {
        return database.read(
                db ->
                        new PublicationTable(db)
                                .newest(driver, state == null ? null : state.wire(), MOST));
    }

    /** The drivers by name, with why they could not be asked the last time. */
    Map<String, Optional<String>> drivers() {
        var all = new LinkedHashMap<String, Optional<String>>();
        loops.forEach(loop -> all.put(loop.driver().name(), loop.problem()));
        return all;
    }

    @Override
    public void close() {
        // Together, since each waits for what it has under way.
        var threads = loops.stream().map(loop -> Thread.ofVirtual().start(loop::close)).toList();
        for (var thread : threads) {
            try {
                thread.join(Duration.ofSeconds(30));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
