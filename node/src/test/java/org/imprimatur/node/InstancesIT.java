package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.Urgency;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines are registered on permits, run, and end, at a site with its own database. */
class InstancesIT {

    private static final String CONTEXT = Sha256.of("a medium".getBytes(UTF_8)).toString();
    private static Trial trial;
    private static SiteTrial at;
    private static Node catalogue;
    private static Node site;
    private static SigningKey operator;
    private static SigningKey newcomer;
    private static Endorsed endorsed;

    @BeforeAll
    static void start(@TempDir Path directory) {
        trial = new Trial(directory, "catalogue.example/trial");
        catalogue = trial.start();
        trial.prepare(catalogue);
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
        site = at.start();
        at.prepare(site);
        operator = trial.authority.issue("Olga Operator", KeyKind.EC_P256);
        newcomer = trial.authority.issue("Nils Newcomer", KeyKind.EC_P256);
        at.appoint(site, operator, Role.VM_OPERATOR);
        at.accept(site, operator);
        at.appoint(site, newcomer, Role.VM_OPERATOR);
        endorsed = at.endorse(catalogue, "a disk".getBytes(UTF_8));
        at.approve(site, endorsed);
    }

    @AfterAll
    static void stop() {
        site.close();
        catalogue.close();
    }

    private static JsonNode decision(String who, String host) {
        return decision(who, "instantiate", endorsed.statement().image().toString(), host);
    }

    private static JsonNode decision(String who, String action, String image, String host) {
        return SiteTrial.json(
                expect(
                        200,
                        at.evaluate(
                                site,
                                """
                                {"subject": {"type": "operator", "id": "%s"},
                                 "action": {"name": "%s"},
                                 "resource": {"type": "image", "id": "%s"},
                                 "context": {"class": "infrastructure", "host": "%s"}}
                                """
                                        .formatted(who, action, image, host))));
    }

    private static String permit(String who) {
        var decision = decision(who, "wn1");
        assertThat(decision.get("decision").asBoolean()).as(decision.toString()).isTrue();
        return decision.get("context").get("id").asText();
    }

    private static String permit() {
        return permit(operator.person().subject());
    }

    private static JsonNode shown(UUID id) {
        return SiteTrial.json(trial.get(site, "/api/v1/site/instances/" + id));
    }

    private static String report(UUID id, String decision, String machine, String... consumers) {
        return """
               {"id": "%s", "decision": "%s", "host": "wn1", "machine": "%s",
                "contextualisation": "%s", "consumers": [%s]}
               """
                .formatted(
                        id,
                        decision,
                        machine,
                        CONTEXT,
                        List.of(consumers).stream()
                                .map(consumer -> "\"" + consumer + "\"")
                                .reduce((a, b) -> a + ", " + b)
                                .orElse(""));
    }

    private static HttpResponse<String> post(String path, String body) {
        return trial.send(
                trial.request(site, path, "Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    private static HttpResponse<String> register(String body) {
        return post("/api/v1/site/instances", body);
    }

    private static HttpResponse<String> note(UUID id, String what, String body) {
        return post("/api/v1/site/instances/" + id + "/" + what, body);
    }

    private static JsonNode list(String query) {
        return SiteTrial.json(expect(200, trial.get(site, "/api/v1/site/instances?" + query)));
    }

    @Test
    @Clause({"EGI-2.operator", "EGI-4.4", "EGI-4.5"})
    void anInstanceHasTheImageAndTheOperatorOfThePermitAndItsOwnContextualisation() {
        var id = UUID.randomUUID();
        var decision = permit();

        var registered = SiteTrial.json(expect(201, register(report(id, decision, "m-1"))));
        var running = SiteTrial.json(expect(200, note(id, "started", "")));
        var stopped = SiteTrial.json(expect(200, note(id, "stopped", "{}")));

        assertThat(registered.get("operator").asText()).isEqualTo(operator.person().subject());
        assertThat(registered.get("image").asText())
                .isEqualTo(endorsed.statement().image().toString());
        assertThat(registered.get("contextualisation").asText()).isEqualTo(CONTEXT);
        assertThat(registered.get("class").asText()).isEqualTo("infrastructure");
        assertThat(registered.get("state").asText()).isEqualTo("running");
        assertThat(registered.has("startedAt")).isFalse();
        assertThat(running.has("startedAt")).isTrue();
        assertThat(stopped.get("state").asText()).isEqualTo("stopped");
        assertThat(stopped.has("stoppedAt")).isTrue();
    }

    @Test
    @Clause("EGI-2.operator")
    void nothingIsRegisteredWithoutAPermitForOneOperator() {
        var unknown = register(report(UUID.randomUUID(), UUID.randomUUID().toString(), "m"));
        var denial = decision("x", "instantiate", "sha512:" + "0".repeat(128), "wn1");
        var denied =
                register(report(UUID.randomUUID(), denial.get("context").get("id").asText(), "m"));
        var elsewhere =
                register(report(UUID.randomUUID(), permit(), "m").replace("\"wn1\"", "\"wn2\""));

        assertThat(unknown.statusCode()).isEqualTo(422);
        assertThat(unknown.body()).contains("problem/unknown-decision", "EGI-2.operator");
        assertThat(denied.statusCode()).isEqualTo(422);
        assertThat(denied.body()).contains("problem/decision-denies");
        assertThat(elsewhere.statusCode()).isEqualTo(422);
        assertThat(elsewhere.body()).contains("problem/decision-for-another-host");
    }

    @Test
    void whatIsFoundRunningIsOnRecordAlsoWhereItMayNotGoOnAndIsCondemnedAtOnce() {
        var subject = operator.person().subject();
        var denial = decision(subject, "continue", "sha512:" + "1".repeat(128), "wn1");
        assertThat(denial.get("decision").asBoolean()).isFalse();
        var id = UUID.randomUUID();

        expect(201, register(report(id, denial.get("context").get("id").asText(), "found-1")));

        Eventually.await(() -> shown(id).has("condemned"));
        var shown = shown(id);
        assertThat(shown.get("state").asText()).isEqualTo("running");
        assertThat(shown.get("condemned").get("reasons").get(0).get("code").asText())
                .isEqualTo("image-unknown");
    }

    @Test
    void aPermitIsForOneInstanceAndForAShortTime() {
        var decision = permit();
        expect(201, register(report(UUID.randomUUID(), decision, "m-2")));
        var again = register(report(UUID.randomUUID(), decision, "m-3"));
        var old = permit();
        at.clock.forward(Duration.ofMinutes(11));
        var late = register(report(UUID.randomUUID(), old, "m-4"));

        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(again.body()).contains("problem/decision-used");
        assertThat(late.statusCode()).isEqualTo(422);
        assertThat(late.body()).contains("problem/decision-too-old");
    }

    @Test
    void whoGotNoAnswerAsksAgainAndChangesNothing() {
        var id = UUID.randomUUID();
        var body = report(id, permit(), "m-5");
        var first = SiteTrial.json(expect(201, register(body)));
        expect(200, note(id, "stopped", ""));

        var second = SiteTrial.json(expect(200, register(body)));
        var other = register(body.replace("m-5", "m-6"));
        expect(200, note(id, "stopped", "{\"at\": \"2020-01-01T00:00:00Z\"}"));
        var last = shown(id);

        assertThat(second.get("registeredAt")).isEqualTo(first.get("registeredAt"));
        assertThat(second.get("state").asText()).isEqualTo("stopped");
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(other.body()).contains("problem/instance-differs");
        assertThat(last).isEqualTo(second);
    }

    @Test
    void whatTheCallersClockSaysStaysWithinWhatIsPossible() {
        var id = UUID.randomUUID();
        var registered = SiteTrial.json(expect(201, register(report(id, permit(), "m-7"))));

        var early = SiteTrial.json(note(id, "started", "{\"at\": \"2020-01-01T00:00:00Z\"}"));
        var late = SiteTrial.json(note(id, "stopped", "{\"at\": \"2120-01-01T00:00:00Z\"}"));

        assertThat(early.get("startedAt")).isEqualTo(registered.get("registeredAt"));
        assertThat(Instant.parse(late.get("stoppedAt").asText()))
                .isBefore(Instant.parse("2120-01-01T00:00:00Z"));
    }

    @Test
    @Clause("EGI-4.6")
    void anOperatorWhoHasNotAcceptedThePolicyGetsNoInstance() {
        var body = report(UUID.randomUUID(), permit(newcomer.person().subject()), "m-8");
        var before = register(body);
        at.accept(site, newcomer);
        var after = register(body);

        assertThat(before.statusCode()).isEqualTo(422);
        assertThat(before.body()).contains("problem/operator-policy-not-accepted", "EGI-4.6");
        assertThat(after.statusCode()).isEqualTo(201);
    }

    @Test
    @Clause("EGI-2.consumer")
    void consumersAreNamedAndMayBeSuspended() {
        var officer = at.officer(site);
        var named = report(UUID.randomUUID(), permit(), "m-9", "CN=Carl", "CN=Cleo");
        var registered = SiteTrial.json(expect(201, register(named)));
        var cleo = new org.imprimatur.register.Person("CN=Cleo", "CN=Some CA");
        expect(
                201,
                trial.post(
                        site,
                        trial.sign(
                                new Suspension(
                                        at.header(officer),
                                        SiteTrial.ALPHA,
                                        cleo,
                                        List.of(),
                                        Suspension.Reason.SECURITY,
                                        Urgency.CRITICAL,
                                        "her key is at large"),
                                officer)));

        var suspended = register(report(UUID.randomUUID(), permit(), "m-10", "CN=Carl", "CN=Cleo"));
        var without = register(report(UUID.randomUUID(), permit(), "m-11", "CN=Carl"));

        assertThat(registered.get("consumers").toString()).isEqualTo("[\"CN=Carl\",\"CN=Cleo\"]");
        assertThat(suspended.statusCode()).isEqualTo(422);
        assertThat(suspended.body())
                .contains("problem/consumer-suspended", "EGI-2.consumer", "at large");
        assertThat(without.statusCode()).isEqualTo(201);
    }

    @Test
    void instancesAreFoundByStateMachineHostOperatorAndImageInPages() {
        var ids = List.of(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
        ids.forEach(id -> expect(201, register(report(id, permit(), "found"))));
        expect(200, note(ids.get(1), "stopped", ""));

        var running = list("machine=found&state=running");
        var stopped = list("machine=found&state=stopped&host=wn1");
        var page = list("machine=found&limit=2");
        var rest = list("machine=found&limit=2&after=" + page.get("next").asText());

        assertThat(running.get("instances").findValuesAsText("id"))
                .containsExactly(ids.get(2).toString(), ids.get(0).toString());
        assertThat(stopped.get("instances").findValuesAsText("id"))
                .containsExactly(ids.get(1).toString());
        assertThat(page.get("instances")).hasSize(2);
        assertThat(rest.get("instances").findValuesAsText("id"))
                .containsExactly(ids.get(0).toString());
        assertThat(rest.get("next").isNull()).isTrue();
        assertThat(list("host=elsewhere").get("instances")).isEmpty();
        assertThat(list("operator=nobody").get("instances")).isEmpty();
        assertThat(list("image=" + endorsed.statement().image()).get("instances")).isNotEmpty();
        assertThat(trial.get(site, "/api/v1/site/instances?state=idle").statusCode())
                .isEqualTo(400);
    }

    @Test
    void whatIsNotOfTheFormIsRefused() {
        var id = UUID.randomUUID();
        assertThat(register("{}").statusCode()).isEqualTo(400);
        assertThat(register(report(id, "none", "m")).body()).contains("decision");
        assertThat(register(report(id, id.toString(), "two\\nlines")).body()).contains("machine");
        assertThat(note(id, "stopped", "").statusCode()).isEqualTo(404);
        assertThat(note(id, "stopped", "{\"since\": 1}").statusCode()).isEqualTo(400);
    }
}
