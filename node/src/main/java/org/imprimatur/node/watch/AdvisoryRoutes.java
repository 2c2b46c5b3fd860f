package org.imprimatur.node.watch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.inspect.advisories.Urgency;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Version;

/** {@code /api/v1/advisories}, and the advisories of one image. */
public final class AdvisoryRoutes {

    private static final int MOST = 1000;

    private final Advisories advisories;

    /** Routes to what is known. */
    public AdvisoryRoutes(Advisories advisories) {
        this.advisories = advisories;
    }

    /** The images with open flaws, the worst first, and those that could not be looked at. */
    public Answer list(Request request) {
        request.checkQuery("owner", "urgency");
        var owner = request.query("owner", Owner::parse);
        var urgency = request.query("urgency", Urgency::parse).orElse(Urgency.UNKNOWN);
        var survey = advisories.survey();
        var open = of(owner, survey.open(urgency));
        var unseen = of(owner, survey.unseen());
        var json = known(survey);
        json.put("open", open.size()).put("unseen", unseen.size());
        write(json.putArray("images"), survey, open);
        write(json.putArray("notLookedAt"), survey, unseen);
        return Answer.json(200, json);
    }

    private static List<Survey.Row> of(Optional<Owner> owner, List<Survey.Row> rows) {
        return rows.stream()
                .filter(
                        row ->
                                owner.filter(
                                                one ->
                                                        !one.equals(
                                                                row.image()
                                                                        .entry()
                                                                        .statement()
                                                                        .owner()))
                                        .isEmpty())
                .toList();
    }

    private void write(ArrayNode list, Survey survey, List<Survey.Row> rows) {
        var shown = rows.stream().limit(MOST).toList();
        var lookedAt = advisories.lookedAt(shown);
        shown.forEach(row -> write(list.addObject(), survey, row, lookedAt));
    }

    /** Every flaw of one version of an image. */
    public Answer show(Request request) {
        request.checkQuery();
        var guid = request.parameter("guid", Guid::parse);
        var version = request.parameter("version", Version::new);
        var survey = advisories.of(guid, version);
        if (survey.rows().isEmpty()) {
            throw new ProblemException(
                    Problem.notFound(
                            "no endorsement of the image %s in version %s counts"
                                    .formatted(guid, version.text())));
        }
        var json = known(survey);
        var lookedAt = advisories.lookedAt(survey.rows());
        var list = json.putArray("endorsements");
        for (var row : survey.rows()) {
            var item = list.addObject();
            write(item, survey, row, lookedAt);
            var flaws = item.putArray("flaws");
            advisories
                    .flaws(survey, row)
                    .forEach(flaw -> write(flaws.addObject(), flaw, survey.at()));
        }
        return Answer.json(200, json);
    }

    /** What is known at all. */
    private static ObjectNode known(Survey survey) {
        var json =
                Json.object()
                        .put("at", survey.at().toString())
                        .put("revision", survey.view().revision());
        if (!survey.view().fault().isEmpty()) {
            json.put("fault", survey.view().fault());
        }
        var warnings = json.putArray("warnings");
        survey.warnings().forEach(warnings::add);
        var feeds = json.putArray("feeds");
        for (var feed : survey.view().feeds()) {
            feeds.addObject()
                    .put("name", feed.name())
                    .put("url", feed.url())
                    .put("digest", feed.sha256().toString())
                    .put("fetchedAt", feed.fetched().toString())
                    .put("publishedAt", feed.published().toString())
                    .put("stale", survey.stale().contains(feed));
        }
        return json;
    }

    private static void write(
            ObjectNode json, Survey survey, Survey.Row row, Map<Sha256, Instant> lookedAt) {
        var endorsement = row.image().entry().statement();
        var tag = endorsement.tag();
        json.put("guid", endorsement.guid().toString())
                .put("version", endorsement.version().text())
                .put("tag", tag == null ? null : tag.text())
                .put("title", endorsement.title())
                .put("owner", endorsement.owner().toString())
                .put("digest", endorsement.image().toString())
                .put("ledger", row.image().ledger().text())
                .put("endorsement", row.image().entry().id().hex());
        json.putObject("endorser")
                .put("subject", endorsement.signer().subject())
                .put("issuer", endorsement.signer().issuer());
        json.put("sbom", row.image().sbom().toString());
        var looked = lookedAt.get(row.image().sbom());
        json.put("lookedAt", looked == null ? null : looked.toString());
        if (!row.known().obstacle().isEmpty()) {
            json.put("obstacle", row.known().obstacle());
        }
        var feeds = json.putArray("feeds");
        row.known().feeds().forEach(feeds::add);
        var count = json.putObject("count");
        for (var urgency : Urgency.values()) {
            count.put(urgency.label(), row.known().open().getOrDefault(urgency, 0));
        }
        row.known()
                .oldestPatchable(Urgency.UNKNOWN)
                .ifPresent(flaw -> write(json.putObject("oldestPatchable"), flaw, survey.at()));
    }

    private static void write(ObjectNode json, OpenFlaw flaw, Instant at) {
        var patchSince = flaw.patchSince();
        json.put("id", flaw.id())
                .put("package", flaw.name())
                .put("installed", flaw.installed())
                .put("fixed", flaw.fixed().isEmpty() ? null : flaw.fixed())
                .put("urgency", flaw.urgency().label())
                .put("since", flaw.since().toString())
                .put("patchSince", patchSince == null ? null : patchSince.toString())
                .put("days", Math.max(0, Duration.between(flaw.since(), at).toDays()));
    }
}
