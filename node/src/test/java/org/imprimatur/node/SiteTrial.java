package org.imprimatur.node;

import static org.imprimatur.node.Eventually.await;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Charter;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Header;
import org.imprimatur.register.Nonce;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Approval;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Refusal;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Version;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TrialAuthority.KeyKind;

/** A site that follows the catalogue of a {@link Trial}, with its approver and a clock to move. */
public final class SiteTrial {

    public static final Owner ALPHA = Owner.parse("site:alpha");
    public static final Origin ORIGIN = new Origin("site.example/alpha");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ObjectMapper JSON = new ObjectMapper();

    public final Trial trial;
    public final SigningKey approver;
    public final MovableClock clock = new MovableClock();
    public final Path store;
    private final String follow;

    /** The member {@code drivers} of the site; empty for none. */
    public String drivers = "";

    /** The member {@code proxy} of the node; empty for none. */
    public String proxy = "";

    /** The member {@code advisories} of the node; empty for none. */
    public String advisories = "";

    /** A site that follows the ledger of that charter at that address, and asks it so often. */
    public SiteTrial(Trial trial, URI catalogue, Charter charter, String poll) {
        this.trial = trial;
        this.approver = trial.authority.issue("Abel Approver", KeyKind.EC_P256);
        this.store = trial.directory.resolve("store");
        try {
            Files.write(trial.directory.resolve("charter.json"), CharterJson.write(charter));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        follow =
                """
                follow:
                  - {url: "%s", charter: charter.json, poll: %s}
                """
                        .formatted(catalogue, poll);
        writeSite(siteYaml());
    }

    /** The site's file. */
    public String siteYaml() {
        return """
               owner: "site:alpha"
               %smax-staleness: 15m
               store: store
               transfer: {stall-after: 1s}
               %s\
               classes:
                 infrastructure: {trust: ["vo:biomed"], approval: required}
                 trusted-payload: {trust: ["vo:biomed"], approval: none, obligations: [traceability]}
                 payload: {approval: required}
               """
                .formatted(follow, drivers);
    }

    /** Puts another file in place of the site's. */
    public void writeSite(String yaml) {
        try {
            Files.writeString(trial.directory.resolve("site.yaml"), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts another file in place of the site's, and waits until it is in force; its digest. */
    public String exchange(Node site, String yaml) {
        var before = inForce(site);
        writeSite(yaml);
        return Eventually.await(() -> inForce(site), digest -> !digest.equals(before));
    }

    private String inForce(Node site) {
        return json(expect(200, trial.get(site, "/api/v1/site/policy"))).get("sitePolicy").asText();
    }

    /** The configuration of the node that is the site. */
    public String yaml() {
        return """
               name: %s
               listen: 127.0.0.1:0
               data: site-data
               programs: %s
               anchors: anchors
               policy: {name: trial-policy, version: 1, file: policy.txt}
               owners:
                 "site:alpha":
                   appointers:
                     - {subject: "%s", issuer: "%s"}
               site: site.yaml
               %s"""
                .formatted(
                        ORIGIN,
                        Trial.PROGRAMS,
                        trial.appointer.person().subject(),
                        trial.appointer.person().issuer(),
                        proxy + advisories);
    }

    /** Writes the site's file, and says what the node is told. */
    public NodeConfig config() {
        writeSite(siteYaml());
        return NodeConfig.of(
                YamlMember.parse(trial.directory.resolve("site-node.yaml").toString(), yaml()));
    }

    public Node start() {
        return start(config());
    }

    /** Starts a site that sees soon when another file is put in place of its own. */
    Node start(NodeConfig config) {
        return Node.start(config, clock, Duration.ofMillis(100));
    }

    /** Appoints the approver and lets him accept the policy. */
    public void prepare(Node site) {
        appoint(site, approver, Role.SITE_APPROVER);
        accept(site, approver);
    }

    /** Somebody whom the site appoints security officer, and who accepts the policy. */
    public SigningKey officer(Node site) {
        var officer = trial.authority.issue("Oskar Officer", KeyKind.EC_P256);
        appoint(site, officer, Role.SECURITY_OFFICER);
        accept(site, officer);
        return officer;
    }

    public void appoint(Node site, SigningKey who, Role role) {
        var appointment =
                new Appointment(
                        header(trial.appointer),
                        ALPHA,
                        role,
                        who.person(),
                        "A Person",
                        "security@example.org",
                        "what alpha runs");
        expect(201, trial.post(site, trial.sign(appointment, trial.appointer)));
    }

    public void accept(Node site, SigningKey who) {
        expect(201, trial.post(site, trial.sign(new Acceptance(header(who), trial.policy), who)));
    }

    public Header header(SigningKey signer) {
        return new Header(ORIGIN, signer.person(), Instant.now(), Nonce.random(RANDOM));
    }

    /** Submits an endorsement of an image to the catalogue. */
    public Endorsed endorse(Node catalogue, byte[] image, String... locations) {
        var template = trial.endorsement(trial.endorser, "an image");
        return endorse(
                catalogue,
                image,
                new Guid(UUID.randomUUID()),
                template.version().text(),
                template.disk().contentRoot(),
                locations);
    }

    /** Submits an endorsement of a version of an image to the catalogue. */
    public Endorsed endorse(
            Node catalogue,
            byte[] image,
            Guid guid,
            String version,
            Sha256 contentRoot,
            String... locations) {
        var template = trial.endorsement(trial.endorser, "an image");
        var endorsement =
                new Endorsement(
                        template.header(),
                        template.fileName(),
                        Sha512.of(image),
                        template.owner(),
                        guid,
                        new Version(version),
                        null,
                        template.title(),
                        template.generatedAt(),
                        new DiskFacts("raw", image.length, image.length, contentRoot),
                        template.system(),
                        template.policy(),
                        template.inspection(),
                        List.of(),
                        template.declaration(),
                        List.of(locations));
        var answer = expect(201, trial.post(catalogue, trial.sign(endorsement, trial.endorser)));
        return new Endorsed(endorsement, StatementId.parse(json(answer).get("id").asText()));
    }

    /** Takes an endorsement back at the catalogue. */
    public void revoke(Node catalogue, Endorsed endorsed) {
        var revocation = trial.revocation(trial.endorser, endorsed.statement(), endorsed.id());
        expect(201, trial.post(catalogue, trial.sign(revocation, trial.endorser)));
    }

    public record Endorsed(Endorsement statement, StatementId id) {}

    public Approval approval(Endorsed endorsed, Origin catalogue) {
        return new Approval(
                header(approver), endorsed.statement().image(), ALPHA, catalogue, endorsed.id());
    }

    public Refusal refusal(Endorsed endorsed, Origin catalogue) {
        return new Refusal(
                header(approver),
                endorsed.statement().image(),
                ALPHA,
                catalogue,
                endorsed.id(),
                "it does not boot here");
    }

    public HttpResponse<String> submit(Node site, Statement statement) {
        return trial.post(site, trial.sign(statement, approver));
    }

    /** Approves, once the site has seen the endorsement. */
    public void approve(Node site, Endorsed endorsed) {
        await(site, endorsed, state -> true);
        expect(201, submit(site, approval(endorsed, trial.origin)));
    }

    // ---- Questions ----------------------------------------------------------------------------

    public JsonNode decide(Node site, Sha512 image, String useClass) {
        return decide(site, image, useClass, "instantiate");
    }

    /** As somebody asks who knows the image by another name than its digest. */
    public JsonNode decide(Node site, String name, String useClass) {
        return decided(site, name, useClass, "instantiate");
    }

    public JsonNode decide(Node site, Sha512 image, String useClass, String action) {
        return decided(site, image.toString(), useClass, action);
    }

    private JsonNode decided(Node site, String name, String useClass, String action) {
        return json(expect(200, evaluate(site, question(name, useClass, action))));
    }

    /** Whether an operator may do that with the image of that name. */
    static String question(String name, String useClass, String action) {
        return """
               {"subject": {"type": "operator", "id": "CN=Olga"},
                "action": {"name": "%s"},
                "resource": {"type": "image", "id": "%s"},
                "context": {"class": "%s", "host": "wn1"}}
               """
                .formatted(action, name, useClass);
    }

    public HttpResponse<String> evaluate(Node site, String body) {
        return ask(site, "/access/v1/evaluation", body);
    }

    public HttpResponse<String> ask(Node site, String path, String body) {
        return trial.send(
                trial.request(site, path, "Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    public static List<String> codes(JsonNode decision) {
        return decision.get("context").get("reasons").findValuesAsText("code");
    }

    /** The site's line on an endorsement, once it is as wanted. */
    public JsonNode await(Node site, Endorsed endorsed, Predicate<String> state) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        JsonNode last = null;
        while (System.nanoTime() < end) {
            var list = json(trial.get(site, "/api/v1/site/images")).get("images");
            for (var image : list) {
                if (image.get("endorsement").asText().equals(endorsed.id().hex())) {
                    last = image;
                    if (state.test(image.get("state").asText())) {
                        return image;
                    }
                }
            }
            pause();
        }
        throw new AssertionError(
                "not in time: " + last + " " + trial.get(site, "/api/v1/site/sources").body());
    }

    /** The newest publication of an image at a driver, once it is in that state. */
    public JsonNode awaitPublication(Node site, String driver, Endorsed endorsed, String state) {
        var all =
                Eventually.await(
                        () -> publications(site),
                        seen ->
                                newest(seen, driver, endorsed)
                                        .path("state")
                                        .asText()
                                        .equals(state));
        return newest(all, driver, endorsed);
    }

    private static JsonNode newest(JsonNode publications, String driver, Endorsed endorsed) {
        for (var one : publications.get("publications")) {
            if (one.get("driver").asText().equals(driver)
                    && one.get("endorsement").asText().equals(endorsed.id().hex())) {
                return one;
            }
        }
        return MissingNode.getInstance();
    }

    public JsonNode publications(Node site) {
        return json(expect(200, trial.get(site, "/api/v1/site/publications")));
    }

    public JsonNode source(Node site) {
        return json(trial.get(site, "/api/v1/site/sources")).get("sources").get(0);
    }

    public static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
