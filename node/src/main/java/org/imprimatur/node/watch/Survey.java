package org.imprimatur.node.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.inspect.advisories.Urgency;

/**
 * What is known of the flaws of all images whose endorsements count, at one moment.
 *
 * @param stale feeds whose content is older than it should be
 */
public record Survey(Instant at, OpenFlaws.View view, List<WatchedFeed> stale, List<Row> rows) {

    /** An image with what is known of it. */
    public record Row(Live.Image image, Known known) {

        /** How grave the gravest flaw is; empty where none is known. */
        public Optional<Urgency> worst() {
            return known.open().keySet().stream().min(Comparator.naturalOrder());
        }
    }

    private static final Comparator<Row> WORST_FIRST =
            Comparator.comparing((Row row) -> row.worst().map(Urgency::ordinal).orElse(99))
                    .thenComparing(
                            row -> row.worst().map(row.known()::open).orElse(0),
                            Comparator.reverseOrder())
                    .thenComparing(row -> row.image().entry().id().hex());

    /** Copies the lists. */
    public Survey {
        stale = List.copyOf(stale);
        rows = List.copyOf(rows);
    }

    static Survey of(
            Collection<Live.Image> images, OpenFlaws.View view, Duration staleAfter, Instant at) {
        return new Survey(
                at,
                view,
                view.feeds().stream()
                        .filter(feed -> feed.age(at).compareTo(staleAfter) > 0)
                        .toList(),
                images.stream()
                        .map(image -> new Row(image, view.of(image.sbom())))
                        .sorted(WORST_FIRST)
                        .toList());
    }

    /** The images with flaws that are at least so urgent, the worst first. */
    public List<Row> open(Urgency atLeast) {
        return rows.stream().filter(row -> row.known().open(atLeast) > 0).toList();
    }

    /** The images that could not be looked at, so that what is known of them may not be all. */
    public List<Row> unseen() {
        return rows.stream().filter(row -> !row.known().obstacle().isEmpty()).toList();
    }

    /** How many flaws there are by urgency: each as often as images have it. */
    public Map<Urgency, Integer> count() {
        var count = new EnumMap<Urgency, Integer>(Urgency.class);
        rows.forEach(
                row ->
                        row.known()
                                .open()
                                .forEach(
                                        (urgency, open) ->
                                                count.merge(urgency, open, Integer::sum)));
        return count;
    }

    /** What is wrong with all that is known, for people: one line each. */
    public List<String> warnings() {
        var warnings = new ArrayList<String>();
        if (!view.fault().isEmpty()) {
            warnings.add("advisories cannot be looked at: " + view.fault());
        }
        for (var feed : stale) {
            warnings.add(
                    "the feed %s is %d days old: what was published since is not known here"
                            .formatted(feed.name(), feed.age(at).toDays()));
        }
        int unseen = unseen().size();
        if (unseen > 0) {
            warnings.add(
                    unseen == 1
                            ? "one image could not be looked at"
                            : unseen + " images could not be looked at");
        }
        return warnings;
    }
}
