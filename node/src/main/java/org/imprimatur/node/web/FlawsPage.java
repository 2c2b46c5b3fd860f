package org.imprimatur.node.web;

import java.util.List;
import java.util.Optional;
import org.imprimatur.node.watch.Advisories;
import org.imprimatur.node.watch.OpenFlaw;
import org.imprimatur.node.watch.Survey;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Version;

/** The known flaws of one version of an image; every member is plain text. */
public record FlawsPage(
        String origin, String title, List<String> warnings, List<Body> endorsements) {

    private static final int MOST = 2000;

    /** Copies the lists. */
    public FlawsPage {
        warnings = List.copyOf(warnings);
        endorsements = List.copyOf(endorsements);
    }

    /**
     * An endorsement of it.
     *
     * @param obstacle why it could not be looked at; empty for nothing
     * @param counts how many flaws there are by urgency; empty for none
     */
    public record Body(
            String ledger,
            String endorsement,
            String obstacle,
            String feeds,
            String counts,
            List<FlawRow> flaws) {

        /** Copies the list. */
        public Body {
            flaws = List.copyOf(flaws);
        }
    }

    /** A flaw. */
    public record FlawRow(
            String id,
            String name,
            String installed,
            String fixed,
            String urgency,
            String since,
            String patchSince) {}

    /** Empty where no endorsement counts. */
    static Optional<FlawsPage> of(
            String origin, Advisories advisories, Guid guid, Version version) {
        var survey = advisories.of(guid, version);
        if (survey.rows().isEmpty()) {
            return Optional.empty();
        }
        var first = survey.rows().getFirst().image().entry().statement();
        return Optional.of(
                new FlawsPage(
                        origin,
                        first.title() + ", " + version.text(),
                        survey.warnings(),
                        survey.rows().stream().map(row -> body(advisories, survey, row)).toList()));
    }

    private static Body body(Advisories advisories, Survey survey, Survey.Row row) {
        return new Body(
                row.image().ledger().text(),
                row.image().entry().id().hex(),
                row.known().obstacle(),
                String.join(", ", row.known().feeds()),
                AdvisoriesPage.counts(row),
                advisories.flaws(survey, row).stream().limit(MOST).map(FlawsPage::row).toList());
    }

    private static FlawRow row(OpenFlaw flaw) {
        return new FlawRow(
                flaw.id(),
                flaw.name(),
                flaw.installed(),
                flaw.fixed(),
                flaw.urgency().label(),
                Words.when(flaw.since()),
                Words.when(flaw.patchSince()));
    }
}
