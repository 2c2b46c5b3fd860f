package org.imprimatur.node.web;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.imprimatur.inspect.advisories.Urgency;
import org.imprimatur.node.watch.Advisories;
import org.imprimatur.node.watch.OpenFlaw;
import org.imprimatur.node.watch.Survey;

/** Which images have known flaws; every member is plain text that the template escapes. */
public record AdvisoriesPage(
        String origin,
        boolean watching,
        String summary,
        List<String> warnings,
        List<FeedRow> feeds,
        List<ImageRow> images,
        List<UnseenRow> unseen) {

    private static final int MOST = 500;

    /** Copies the lists. */
    public AdvisoriesPage {
        warnings = List.copyOf(warnings);
        feeds = List.copyOf(feeds);
        images = List.copyOf(images);
        unseen = List.copyOf(unseen);
    }

    /** A feed. */
    public record FeedRow(String name, String published, String fetched, String state) {}

    /**
     * An image with known flaws.
     *
     * @param flaws how many, by urgency
     * @param oldest the one whose patch is known longest; empty where there is no patch
     */
    public record ImageRow(
            String title,
            String guid,
            String version,
            String owner,
            String ledger,
            String worst,
            String flaws,
            String oldest) {}

    /** An image that could not be looked at. */
    public record UnseenRow(String title, String guid, String version, String owner, String why) {}

    static AdvisoriesPage of(String origin, Optional<Advisories> advisories) {
        if (advisories.isEmpty()) {
            return new AdvisoriesPage(
                    origin, false, "", List.of(), List.of(), List.of(), List.of());
        }
        var survey = advisories.get().survey();
        return new AdvisoriesPage(
                origin,
                true,
                summary(survey),
                survey.warnings(),
                survey.view().feeds().stream()
                        .map(
                                feed ->
                                        new FeedRow(
                                                feed.name(),
                                                Words.when(feed.published()),
                                                Words.when(feed.fetched()),
                                                survey.stale().contains(feed) ? "stale" : "fresh"))
                        .toList(),
                survey.open(Urgency.UNKNOWN).stream()
                        .limit(MOST)
                        .map(AdvisoriesPage::image)
                        .toList(),
                survey.unseen().stream().limit(MOST).map(AdvisoriesPage::unseen).toList());
    }

    /** How many there are, in one sentence. */
    static String summary(Survey survey) {
        int all = survey.open(Urgency.UNKNOWN).size();
        int grave = survey.open(Urgency.HIGH).size();
        int unseen = survey.unseen().size();
        return "%d of %d images have known flaws, %d of them critical or high ones"
                        .formatted(all, survey.rows().size(), grave)
                + (unseen == 0 ? "." : "; %d could not be looked at.".formatted(unseen));
    }

    private static ImageRow image(Survey.Row row) {
        var endorsement = row.image().entry().statement();
        return new ImageRow(
                endorsement.title(),
                endorsement.guid().toString(),
                endorsement.version().text(),
                endorsement.owner().toString(),
                row.image().ledger().text(),
                row.worst().map(Urgency::label).orElse(""),
                counts(row),
                row.known()
                        .oldestPatchable(Urgency.UNKNOWN)
                        .map(AdvisoriesPage::oldest)
                        .orElse(""));
    }

    static String counts(Survey.Row row) {
        return row.known().open().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(one -> one.getValue() + " " + one.getKey().label())
                .collect(Collectors.joining(", "));
    }

    private static String oldest(OpenFlaw flaw) {
        return "%s in %s, patch known since %s"
                .formatted(flaw.id(), flaw.name(), Words.when(flaw.patchSince()));
    }

    private static UnseenRow unseen(Survey.Row row) {
        var endorsement = row.image().entry().statement();
        return new UnseenRow(
                endorsement.title(),
                endorsement.guid().toString(),
                endorsement.version().text(),
                endorsement.owner().toString(),
                row.known().obstacle());
    }
}
