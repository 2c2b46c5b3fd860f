package org.imprimatur.node.approval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.imprimatur.node.catalogue.ImageJson;
import org.imprimatur.node.follow.Follows;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Request;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.Decisions;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement.Approval;
import org.imprimatur.register.UseClass;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/site/queue}: the images that wait for an approver (WLCG-3). Those are the ones
 * to which an approval is all that is missing in some class, and of which the site has said
 * nothing.
 */
public final class QueueRoute {

    private static final int MOST = 1000;

    private final SiteView view;
    private final Follows follows;
    private final InstantSource clock;

    /** The queue of one site. */
    public QueueRoute(SiteView view, Follows follows, InstantSource clock) {
        this.view = view;
        this.follows = follows;
        this.clock = clock;
    }

    /** An approval that the site has given to an earlier candidate with the same GUID. */
    private record Earlier(Candidate candidate, Recorded<?> word) {}

    /**
     * An image that waits.
     *
     * @param classes in which an approval is all that it lacks
     * @param newerThan what was approved of the image before; null for nothing
     * @param later what became of its endorsement; null for an image of a list
     */
    private record Waiting(
            Candidate candidate,
            List<UseClass> classes,
            @Nullable Earlier newerThan,
            ImageJson.@Nullable Later later) {}

    /** Who has waited longest comes first; at most 1000, and how many there are. */
    public Answer list(Request request) {
        request.checkQuery();
        Instant now = clock.instant();
        var all = view.ask((standing, policy) -> waiting(standing, policy, now));
        all.sort(
                Comparator.comparing((Waiting one) -> one.candidate().since())
                        .thenComparing(one -> one.candidate().id().hex()));
        var json = Json.object().put("waiting", all.size());
        var list = json.putArray("queue");
        all.stream().limit(MOST).forEach(one -> write(list.addObject(), one));
        return Answer.json(200, json);
    }

    private static List<Waiting> waiting(Standing standing, SitePolicy policy, Instant now) {
        var waiting = new ArrayList<Waiting>();
        standing.candidates()
                .filter(
                        one ->
                                standing.own()
                                        .word(policy.site(), one.catalogue(), one.id())
                                        .isEmpty())
                .filter(one -> standing.counts(policy.site(), one, now))
                .forEach(
                        one -> {
                            var classes =
                                    Decisions.prospects(standing, policy, one, now)
                                            .entrySet()
                                            .stream()
                                            .filter(of -> of.getValue().awaitsApproval())
                                            .map(Map.Entry::getKey)
                                            .toList();
                            if (!classes.isEmpty()) {
                                waiting.add(
                                        new Waiting(
                                                one,
                                                classes,
                                                earlier(standing, policy, one),
                                                SiteRoutes.later(standing, one, now)));
                            }
                        });
        return waiting;
    }

    private static @Nullable Earlier earlier(
            Standing standing, SitePolicy policy, Candidate candidate) {
        for (var other : standing.before(candidate).reversed()) {
            var word =
                    standing.own()
                            .word(policy.site(), other.catalogue(), other.id())
                            .filter(found -> found.statement() instanceof Approval)
                            .orElse(null);
            if (word != null) {
                return new Earlier(other, word);
            }
        }
        return null;
    }

    private void write(ObjectNode json, Waiting one) {
        var candidate = one.candidate();
        SiteRoutes.describe(json, candidate, one.later());
        var classes = json.putArray("classes");
        one.classes().forEach(useClass -> classes.add(useClass.wire()));
        if (candidate instanceof Candidate.Endorsed endorsed) {
            inspection(json.putObject("inspection"), endorsed);
        }
        var earlier = one.newerThan();
        if (earlier != null) {
            json.putObject("newerThan")
                    .put("endorsement", earlier.candidate().id().hex())
                    .put("version", earlier.candidate().version().text())
                    .put("approval", earlier.word().id().hex())
                    .put("approvedAt", earlier.word().admittedAt().toString())
                    .put(
                            "sameEndorser",
                            earlier.candidate().introducer().equals(candidate.introducer()));
        }
    }

    private void inspection(ObjectNode json, Candidate.Endorsed endorsed) {
        var statement = endorsed.entry().statement();
        var inspection = statement.inspection();
        json.put("tool", inspection.tool())
                .put("profile", inspection.profile())
                .put("completeness", inspection.completeness().name())
                .put("waivers", statement.waivers().size());
        var blocking = json.putArray("blocking");
        inspection.blocking().forEach(finding -> blocking.add(finding.toString()));
        json.put("report", attachment(endorsed.catalogue(), inspection.report()))
                .put("sbom", attachment(endorsed.catalogue(), inspection.sbom()));
    }

    /** Where the catalogue has it; the site's own by its path alone. */
    private String attachment(Origin catalogue, Sha256 digest) {
        var path = "/api/v1/attachments/sha256:" + digest.hex();
        return follows.source(catalogue).map(source -> source.url() + path).orElse(path);
    }
}
