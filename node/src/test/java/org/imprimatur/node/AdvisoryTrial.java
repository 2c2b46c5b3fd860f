package org.imprimatur.node;

import static org.imprimatur.node.SiteTrial.json;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.imprimatur.register.InspectionSummary;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement.Endorsement;

/** Images with bills of materials, as the advisory watch sees them. */
public final class AdvisoryTrial {

    private AdvisoryTrial() {}

    /** The same endorsement of an image with this bill of materials. */
    public static Endorsement naming(Endorsement plain, byte[] sbom) {
        var inspection = plain.inspection();
        return new Endorsement(
                plain.header(),
                plain.fileName(),
                plain.image(),
                plain.owner(),
                plain.guid(),
                plain.version(),
                plain.tag(),
                plain.title(),
                plain.generatedAt(),
                plain.disk(),
                plain.system(),
                plain.policy(),
                new InspectionSummary(
                        inspection.tool(),
                        inspection.profile(),
                        inspection.completeness(),
                        inspection.report(),
                        Sha256.of(sbom),
                        inspection.blocking()),
                plain.waivers(),
                plain.declaration(),
                plain.locations(),
                plain.details());
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
