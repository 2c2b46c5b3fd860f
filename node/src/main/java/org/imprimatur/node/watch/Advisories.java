package org.imprimatur.node.watch;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.imprimatur.inspect.advisories.Urgency;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Version;
import org.jspecify.annotations.Nullable;

/** What is shown of the advisory watch. */
public final class Advisories {

    /** So long an answer about all images is given again. */
    private static final Duration SAME = Duration.ofSeconds(1);

    private final Duration staleAfter;
    private final Live live;
    private final OpenFlaws flaws;
    private final InstantSource clock;
    private volatile @Nullable Survey last;

    /** Shows what this node knows, as metrics too. */
    public Advisories(
            WatchSettings settings,
            Live live,
            OpenFlaws flaws,
            InstantSource clock,
            Metrics metrics) {
        this.staleAfter = settings.staleAfter();
        this.live = live;
        this.flaws = flaws;
        this.clock = clock;
        measure(metrics);
    }

    private void measure(Metrics metrics) {
        GaugeWithCallback.builder()
                .name("imprimatur_open_flaws")
                .help("Known flaws of images whose endorsements count, by urgency.")
                .labelNames("urgency")
                .callback(
                        gauge -> {
                            var count = survey().count();
                            for (var urgency : Urgency.values()) {
                                gauge.call(count.getOrDefault(urgency, 0), urgency.label());
                            }
                        })
                .register(metrics.registry());
        metrics.gauge(
                "imprimatur_images_unseen",
                "Images whose endorsements count and whose packages could not be looked at.",
                () -> survey().unseen().size());
        GaugeWithCallback.builder()
                .name("imprimatur_advisory_feed_age_seconds")
                .help("How old the content of each feed of advisories is.")
                .labelNames("feed")
                .callback(
                        gauge ->
                                flaws.now()
                                        .feeds()
                                        .forEach(
                                                feed ->
                                                        gauge.call(
                                                                feed.age(clock.instant())
                                                                        .toSeconds(),
                                                                feed.name())))
                .register(metrics.registry());
        metrics.gauge(
                "imprimatur_advisories_faulty",
                "1 while the feeds of advisories cannot be read at all.",
                () -> flaws.now().fault().isEmpty() ? 0 : 1);
    }

    /** What is known of all images that count; some seconds old at most. */
    public Survey survey() {
        var now = clock.instant();
        var view = flaws.now();
        var known = last;
        if (known != null
                && known.view().revision() == view.revision()
                && Duration.between(known.at(), now).abs().compareTo(SAME) < 0) {
            return known;
        }
        var next = Survey.of(live.counting(now), view, staleAfter, now);
        last = next;
        return next;
    }

    /** What is known of one version of an image. */
    public Survey of(Guid guid, Version version) {
        var now = clock.instant();
        return Survey.of(live.of(guid, version, now), flaws.now(), staleAfter, now);
    }

    /** Every flaw of one image, the gravest first. */
    public List<OpenFlaw> flaws(Survey survey, Survey.Row row) {
        return flaws.all(row.image().sbom(), survey.view().revision());
    }

    /** When the packages of these were last looked at. */
    Map<Sha256, Instant> lookedAt(List<Survey.Row> rows) {
        return flaws.lookedAt(rows.stream().map(row -> row.image().sbom()).distinct().toList());
    }
}
