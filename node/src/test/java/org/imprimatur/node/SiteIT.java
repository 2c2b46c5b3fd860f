package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Trial.expect;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A catalogue and a site that follows it, in one process with a database each. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SiteIT {

    private static final Map<String, byte[]> FILES = new ConcurrentHashMap<>();
    private static Trial trial;
    private static SiteTrial at;
    private static Node catalogue;
    private static Node site;
    private static HttpServer files;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        trial = new Trial(directory, "catalogue.example/trial");
        catalogue = trial.start();
        trial.prepare(catalogue);
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
        site = at.start();
        at.prepare(site);
        files =
                Loopback.http(
                        "/",
                        exchange -> {
                            byte[] bytes = FILES.get(exchange.getRequestURI().getPath());
                            exchange.sendResponseHeaders(
                                    bytes == null ? 404 : 200, bytes == null ? -1 : bytes.length);
                            try (var out = exchange.getResponseBody()) {
                                if (bytes != null) {
                                    out.write(bytes);
                                }
                            }
                        });
    }

    @AfterAll
    static void stop() {
        files.stop(0);
        site.close();
        catalogue.close();
    }

    private static byte[] image(String name) {
        byte[] bytes = ("the disk of " + name + "\n").repeat(1000).getBytes(UTF_8);
        FILES.put("/" + name, bytes);
        return bytes;
    }

    private static String location(String name) {
        return "http://127.0.0.1:" + files.getAddress().getPort() + "/" + name;
    }

    private static Endorsed available(String name) {
        var endorsed = at.endorse(catalogue, image(name), location(name));
        at.approve(site, endorsed);
        at.await(site, endorsed, "available"::equals);
        return endorsed;
    }

    @Test
    @Clause({"WLCG-3", "WLCG-5", "END-2.operator"})
    void anApprovedImageIsTransferredAndMayRun() throws IOException {
        var endorsed = at.endorse(catalogue, image("one"), location("one"));
        at.await(site, endorsed, "eligible"::equals);
        var before = at.decide(site, endorsed.statement().image(), "infrastructure");

        at.approve(site, endorsed);
        var line = at.await(site, endorsed, "available"::equals);
        var after = at.decide(site, endorsed.statement().image(), "infrastructure");

        assertThat(before.get("decision").asBoolean()).isFalse();
        assertThat(SiteTrial.codes(before)).containsExactly("not-approved");
        assertThat(after.get("decision").asBoolean()).as(after.toString()).isTrue();
        assertThat(SiteTrial.codes(after)).containsExactly("endorsed-and-approved");
        assertThat(Path.of(line.get("path").asText())).hasBinaryContent(FILES.get("/one"));
        assertThat(Path.of(line.get("path").asText()).getFileName())
                .hasToString(endorsed.statement().guid() + "-1.0.raw");
    }

    @Test
    @Clause("WLCG-4")
    void anImageWithAnotherDigestIsUnknown() {
        available("two");
        var patched = at.decide(site, Sha512.of("two, patched".getBytes(UTF_8)), "infrastructure");

        assertThat(patched.get("decision").asBoolean()).isFalse();
        assertThat(SiteTrial.codes(patched)).containsExactly("image-unknown");
    }

    @Test
    @Clause({"WLCG-10", "EGI-3.2"})
    void whereNoApprovalIsAskedForATrustedEndorserIsEnough() {
        var endorsed = at.endorse(catalogue, image("three"));
        at.await(site, endorsed, "eligible"::equals);

        var decision = at.decide(site, endorsed.statement().image(), "trusted-payload");

        assertThat(decision.get("decision").asBoolean()).isTrue();
        assertThat(decision.get("context").get("obligations").findValuesAsText("")).isEmpty();
        assertThat(decision.get("context").get("obligations").toString())
                .isEqualTo("[\"traceability\"]");
    }

    @Test
    @Clause("EGI-3.3")
    void aPayloadOfThirdPartiesCarriesItsObligations() {
        var endorsed = available("four");

        var decision = at.decide(site, endorsed.statement().image(), "payload");

        assertThat(decision.get("decision").asBoolean()).isTrue();
        assertThat(decision.get("context").get("obligations").toString())
                .isEqualTo("[\"network-profile:restricted\",\"no-site-storage\",\"traceability\"]");
    }

    @Test
    @Clause({"END-4.6", "WLCG-2"})
    void aRevocationAtTheCatalogueDeniesAndWithdraws() {
        var endorsed = available("five");
        var path = Path.of(at.await(site, endorsed, "available"::equals).get("path").asText());
        var image = endorsed.statement().image();
        byte[] revocation =
                trial.sign(
                        trial.revocation(trial.endorser, endorsed.statement(), endorsed.id()),
                        trial.endorser);

        long start = System.nanoTime();
        expect(201, trial.post(catalogue, revocation));
        long admitted = System.nanoTime();
        var decision =
                Eventually.await(
                        () -> at.decide(site, image, "infrastructure"),
                        answer -> !answer.get("decision").asBoolean());
        long denied = System.nanoTime();
        Eventually.await(() -> !Files.exists(path));
        long withdrawn = System.nanoTime();

        System.out.printf(
                "revocation: admitted after %d ms, denied %d ms and withdrawn %d ms later%n",
                (admitted - start) / 1_000_000,
                (denied - admitted) / 1_000_000,
                (withdrawn - admitted) / 1_000_000);
        assertThat(SiteTrial.codes(decision)).contains("image-revoked");
        assertThat(at.await(site, endorsed, "revoked"::equals).get("why").asText())
                .contains("a hole was found");
    }

    @Test
    @Clause("END-4.9")
    void aBlockTakesTheImageAwayAndItsEndBringsItBack() {
        var officer = trial.authority.issue("Olaf Officer");
        expect(
                201,
                trial.post(
                        catalogue,
                        trial.sign(
                                trial.appointment(
                                        trial.appointer, Role.SECURITY_OFFICER, officer.person()),
                                trial.appointer)));
        expect(201, trial.post(catalogue, trial.sign(trial.acceptance(officer), officer)));
        var endorsed = available("blocked");
        var path = Path.of(at.await(site, endorsed, "available"::equals).get("path").asText());
        var image = endorsed.statement().image();

        var block =
                SiteTrial.json(
                        expect(
                                201,
                                trial.post(
                                        catalogue,
                                        trial.sign(
                                                new Statement.Block(
                                                        trial.header(officer),
                                                        image,
                                                        Trial.BIOMED,
                                                        "it attacks others"),
                                                officer))));
        at.await(site, endorsed, "blocked"::equals);
        var blocked = at.decide(site, image, "infrastructure");
        while (Files.exists(path)) {
            SiteTrial.pause();
        }
        expect(
                201,
                trial.post(
                        catalogue,
                        trial.sign(
                                new Statement.Unblock(
                                        trial.header(officer),
                                        image,
                                        Trial.BIOMED,
                                        StatementId.parse(block.get("id").asText()),
                                        "it was another one"),
                                officer)));
        at.await(site, endorsed, "available"::equals);

        assertThat(SiteTrial.codes(blocked)).containsExactly("image-blocked");
        assertThat(path).hasBinaryContent(FILES.get("/blocked"));
        assertThat(at.decide(site, image, "infrastructure").get("decision").asBoolean()).isTrue();
    }

    @Test
    @Clause("WLCG-3")
    void theSiteTakesItsApprovalBack() {
        var endorsed = available("six");
        var path = Path.of(at.await(site, endorsed, "available"::equals).get("path").asText());

        expect(
                201,
                at.submit(
                        site,
                        new org.imprimatur.register.Statement.Refusal(
                                at.header(at.approver),
                                endorsed.statement().image(),
                                SiteTrial.ALPHA,
                                trial.origin,
                                endorsed.id(),
                                "it does not boot here")));
        var line = at.await(site, endorsed, "refused"::equals);
        var decision = at.decide(site, endorsed.statement().image(), "infrastructure");
        Eventually.await(() -> !Files.exists(path));

        assertThat(line.get("why").asText()).contains("it does not boot here");
        assertThat(SiteTrial.codes(decision)).containsExactly("refused-by-site");
    }

    @Test
    void anApprovalOfWhatTheCatalogueDoesNotHaveIsRefused() {
        var endorsed = at.endorse(catalogue, image("seven"));
        at.await(site, endorsed, "eligible"::equals);
        var other = Sha512.of("something else".getBytes(UTF_8));
        var good = at.approval(endorsed, trial.origin);

        var wrongDigest =
                at.submit(
                        site,
                        new org.imprimatur.register.Statement.Approval(
                                good.header(),
                                other,
                                good.site(),
                                good.catalogue(),
                                good.endorsement()));
        var wrongCatalogue =
                at.submit(
                        site,
                        at.approval(
                                endorsed, new org.imprimatur.register.Origin("elsewhere.example")));

        assertThat(wrongDigest.statusCode()).isEqualTo(422);
        assertThat(wrongDigest.body()).contains("problem/unknown-endorsement");
        assertThat(wrongCatalogue.statusCode()).isEqualTo(422);
        assertThat(wrongCatalogue.body()).contains("elsewhere.example");
    }

    @Test
    void anApprovalOfARevokedEndorsementIsRefused() {
        var endorsed = at.endorse(catalogue, image("eight"));
        at.await(site, endorsed, "eligible"::equals);
        at.revoke(catalogue, endorsed);
        at.await(site, endorsed, "revoked"::equals);

        var answer = at.submit(site, at.approval(endorsed, trial.origin));

        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).contains("problem/endorsement-not-in-force");
    }

    @Test
    void aMalformedQuestionIsAProblemThatSaysWhere() {
        var noClass =
                at.evaluate(
                        site,
                        """
                        {"subject": {"type": "operator", "id": "x"}, "action": {"name": "instantiate"},
                         "resource": {"type": "image", "id": "%s"}, "context": {}}
                        """
                                .formatted(Sha512.of(new byte[0])));
        var large = at.evaluate(site, " ".repeat(70_000));

        assertThat(noClass.statusCode()).isEqualTo(400);
        assertThat(noClass.body()).contains("context.class");
        assertThat(large.statusCode()).isEqualTo(413);
    }

    @Test
    void aNodeThatIsNoSiteSaysSo() {
        var answer = at.evaluate(catalogue, "{}");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("this node is no site");
    }

    @Test
    @Order(Integer.MAX_VALUE)
    @Clause({"END-2.operator", "TVM-3.3"})
    void aViewThatIsTooOldDeniesNewStartsAndSaysSo() {
        var endorsed = available("nine");
        var image = endorsed.statement().image();
        catalogue.close();
        var soon = at.decide(site, image, "infrastructure");
        site.close();
        site = at.start(); // nothing can be fetched: what it knows comes from its own store
        var restarted = at.decide(site, image, "infrastructure");

        at.clock.forward(Duration.ofMinutes(20));
        var late = at.decide(site, image, "infrastructure");
        var going = at.decide(site, image, "infrastructure", "continue");

        assertThat(soon.get("decision").asBoolean()).isTrue();
        assertThat(restarted.get("decision").asBoolean()).as(restarted.toString()).isTrue();
        assertThat(late.get("decision").asBoolean()).isFalse();
        assertThat(SiteTrial.codes(late)).containsExactly("view-stale");
        assertThat(going.get("decision").asBoolean()).isTrue();
        assertThat(at.source(site).get("state").asText()).isEqualTo("stale");
        assertThat(at.await(site, endorsed, "available"::equals).get("path").asText())
                .satisfies(path -> assertThat(Path.of(path)).exists());
        assertThat(URI.create(at.source(site).get("url").asText()).getHost())
                .isEqualTo("127.0.0.1");
    }
}
