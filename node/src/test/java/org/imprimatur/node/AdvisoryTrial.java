package org.imprimatur.node;

import static org.imprimatur.node.SiteTrial.json;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.imprimatur.register.InspectionSummary;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.StatementId;
import org.imprimatur.trust.SigningKey;

/** Images with bills of materials, as the advisory watch sees them. */
public final class AdvisoryTrial {

    private AdvisoryTrial() {}

    /** The same endorsement of an image with this bill of materials. */
    public static Endorsement naming(Endorsement plain, byte[] sbom) {
        var inspection = plain.inspection();
        return Trial.with(
                plain,
                new InspectionSummary(
                        inspection.tool(),
                        inspection.profile(),
                        inspection.completeness(),
                        inspection.report(),
                        Sha256.of(sbom),
                        inspection.blocking()),
                plain.details());
    }

    /** Endorses an image with this bill of materials, which is not uploaded. */
    public static SiteTrial.Endorsed endorse(Trial trial, Node node, String image, byte[] sbom) {
        return endorse(trial, node, trial.endorser, image, sbom);
    }

    /** As above, by somebody else. */
    public static SiteTrial.Endorsed endorse(
            Trial trial, Node node, SigningKey endorser, String image, byte[] sbom) {
        var endorsement = naming(trial.endorsement(endorser, image), sbom);
        var answer = expect(201, trial.post(node, trial.sign(endorsement, endorser)));
        return new SiteTrial.Endorsed(
                endorsement, StatementId.parse(json(answer).get("id").asText()));
    }

    /** Uploads a bill of materials. */
    public static HttpResponse<String> upload(Trial trial, Node node, byte[] sbom) {
        return trial.send(
                trial.request(node, "/api/v1/attachments/" + Sha256.of(sbom))
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(sbom))
                        .build());
    }

    /** What a node knows of the flaws of one image that it sees. */
    public static JsonNode advisories(Trial trial, Node node, SiteTrial.Endorsed endorsed) {
        return json(
                expect(
                        200,
                        trial.get(
                                node,
                                "/api/v1/images/%s/versions/%s/advisories"
                                        .formatted(
                                                endorsed.statement().guid(),
                                                endorsed.statement().version().text()))));
    }
}
