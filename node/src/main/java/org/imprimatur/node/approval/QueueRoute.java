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
import org.imprimatur.node.transfer.Approved;
import org.imprimatur.register.Decisions;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement.Approval;
import org.imprimatur.register.Statement.Endorsement;
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

    /** An approval that the site has given to an earlier endorsement of the same GUID. */
    private record Earlier(Recorded<Endorsement> endorsement, Recorded<?> word) {}

    /**
     * An image that waits.
     *
     * @param classes in which an approval is all that it lacks
     * @param newerThan what was approved of the image before; null for nothing
     */
    private record Waiting(
            Origin catalogue,
            Recorded<Endorsement> endorsement,
            List<UseClass> classes,
            @Nullable Earlier newerThan,
            ImageJson.Later later) {}

    /** Who has waited longest comes first; at most 1000, and how many there are. */
    public Answer list(Request request) {
        request.checkQuery();
        Instant now = clock.instant();
        var all = view.ask((standing, policy) -> waiting(standing, policy, now));
        all.sort(
                Comparator.comparing((Waiting one) -> one.endorsement().admittedAt())
                        .thenComparing(one -> one.endorsement().id().hex()));
        var json = Json.object().put("waiting", all.size());
        var list = json.putArray("queue");
        all.stream().limit(MOST).forEach(one -> write(list.addObject(), one));
        return Answer.json(200, json);
    }

    private static List<Waiting> waiting(Standing standing, SitePolicy policy, Instant now) {
        var waiting = new ArrayList<Waiting>();
        for (var register : Approved.registers(standing)) {
            var origin = register.charter().origin();
            for (var entry : register.endorsements()) {
                if (standing.own().word(policy.site(), origin, entry.id()).isPresent()
                        || !register.counts(entry.id(), now)) {
                    continue;
                }
                var classes =
                        Decisions.prospects(standing, policy, register, entry, now)
                                .entrySet()
                                .stream()
                                .filter(one -> one.getValue().awaitsApproval())
                                .map(Map.Entry::getKey)
                                .toList();
                if (!classes.isEmpty()) {
                    waiting.add(
                            new Waiting(
                                    origin,
                                    entry,
                                    classes,
                                    earlier(standing, policy, register, entry),
                                    ImageJson.Later.of(register, entry, now)));
                }
            }
        }
        return waiting;
    }

    private static @Nullable Earlier earlier(
            Standing standing, SitePolicy policy, Register register, Recorded<Endorsement> entry) {
        for (var other : register.endorsements(entry.statement().guid()).reversed()) {
            if (other.index() >= entry.index()) {
                continue;
            }
            var word =
                    standing.own()
                            .word(policy.site(), register.charter().origin(), other.id())
                            .filter(found -> found.statement() instanceof Approval)
                            .orElse(null);
            if (word != null) {
                return new Earlier(other, word);
            }
        }
        return null;
    }

    private void write(ObjectNode json, Waiting one) {
        SiteRoutes.describe(json, one.catalogue(), one.endorsement());
        var statement = one.endorsement().statement();
        ImageJson.write(json, statement, one.later());
        var classes = json.putArray("classes");
        one.classes().forEach(useClass -> classes.add(useClass.wire()));
        var inspection = statement.inspection();
        var findings =
                json.putObject("inspection")
                        .put("tool", inspection.tool())
                        .put("profile", inspection.profile())
                        .put("completeness", inspection.completeness().name())
                        .put("waivers", statement.waivers().size());
        var blocking = findings.putArray("blocking");
        inspection.blocking().forEach(finding -> blocking.add(finding.toString()));
        findings.put("report", attachment(one.catalogue(), inspection.report()))
                .put("sbom", attachment(one.catalogue(), inspection.sbom()));
        var earlier = one.newerThan();
        if (earlier != null) {
            json.putObject("newerThan")
                    .put("endorsement", earlier.endorsement().id().hex())
                    .put("version", earlier.endorsement().statement().version().text())
                    .put("approval", earlier.word().id().hex())
                    .put("approvedAt", earlier.word().admittedAt().toString())
                    .put(
                            "sameEndorser",
                            earlier.endorsement().statement().signer().equals(statement.signer()));
        }
    }

    /** Where the catalogue has it; the site's own by its path alone. */
    private String attachment(Origin catalogue, Sha256 digest) {
        var path = "/api/v1/attachments/sha256:" + digest.hex();
        return follows.source(catalogue).map(source -> source.url() + path).orElse(path);
    }
}
