package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Eventually.await;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Person;
import org.imprimatur.register.Statement.Reinstatement;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.Urgency;
import org.imprimatur.trust.SigningKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs is asked for again, condemned, pardoned, and ended by a program of the site's own. */
class WatchIT {

    /** Notes each machine that it is told to end; fails while a file {@code refuse} is there. */
    private static final String PROGRAM =
            """
            #!/bin/sh
            cd "$(dirname "$0")" || exit 1
            case $IMPRIMATUR_OPERATION in
                list) echo '{"images": []}' ;;
                terminate)
                    echo "$IMPRIMATUR_INSTANCE" >> asked
                    [ ! -e hang ] || exec sleep 60
                    [ ! -e refuse ] || { echo "not now" >&2; exit 1; }
                    echo "$IMPRIMATUR_INSTANCE" >> ended ;;
                *) exit 1 ;;
            esac
            """;

    @TempDir private Path directory;
    private Trial trial;
    private SiteTrial at;
    private Node catalogue;
    private Node site;
    private URI address;
    private SigningKey officer;
    private Endorsed endorsed;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws IOException {
        trial = new Trial(directory, "catalogue.example/watch");
        catalogue = trial.start();
        trial.prepare(catalogue);
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "1s");
        var program = directory.resolve("cloud");
        Files.writeString(program, PROGRAM);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        at.drivers =
                """
                drivers:
                  - {name: cloud, kind: exec, program: ["%s"]}
                instances:
                  operators: any
                  terminate: {after: 10m, classes: [infrastructure], driver: cloud}
                """
                        .formatted(program);
        site = at.start();
        address = Trial.uri(site, "");
        at.prepare(site);
        officer = at.officer(site);
        endorsed = at.endorse(catalogue, "a disk".getBytes(UTF_8));
        at.approve(site, endorsed);
    }

    @AfterEach
    void stop() {
        http.close();
        site.close();
        catalogue.close();
    }

    private String submit(org.imprimatur.register.Statement statement) {
        return SiteTrial.json(expect(201, trial.post(site, trial.sign(statement, officer))))
                .get("id")
                .asText();
    }

    // ---- Instances ----------------------------------------------------------------------------

    private JsonNode ask(String path) {
        return SiteTrial.json(
                expect(200, trial.send(HttpRequest.newBuilder(address.resolve(path)).build())));
    }

    private JsonNode post(String path, String body) {
        var answer =
                trial.send(
                        HttpRequest.newBuilder(address.resolve(path))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build());
        assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
        return SiteTrial.json(answer);
    }

    private UUID runs(String machine, String operator, String useClass) {
        var decision =
                post(
                        "/access/v1/evaluation",
                        """
                        {"subject": {"type": "operator", "id": "%s"},
                         "action": {"name": "instantiate"},
                         "resource": {"type": "image", "id": "%s"},
                         "context": {"class": "%s", "host": "wn1"}}
                        """
                                .formatted(operator, endorsed.statement().image(), useClass));
        var id = UUID.randomUUID();
        post(
                "/api/v1/site/instances",
                """
                {"id": "%s", "decision": "%s", "host": "wn1", "machine": "%s"}
                """
                        .formatted(id, decision.get("context").get("id").asText(), machine));
        return id;
    }

    private JsonNode show(UUID id) {
        return ask("/api/v1/site/instances/" + id);
    }

    private List<String> condemned() {
        return ask("/api/v1/site/instances?state=condemned")
                .get("instances")
                .findValuesAsText("machine");
    }

    private List<String> lines(String file) {
        try {
            var path = directory.resolve(file);
            return Files.exists(path) ? Files.readAllLines(path) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- Promises -----------------------------------------------------------------------------

    @Test
    void aRevocationAtTheCatalogueCondemnsWhatRuns() {
        var id = runs("m-1", "CN=Olga", "trusted-payload");
        var ended = runs("m-2", "CN=Olga", "trusted-payload");
        post("/api/v1/site/instances/" + ended + "/stopped", "");
        assertThat(condemned()).isEmpty();

        at.revoke(catalogue, endorsed);
        await(() -> condemned().equals(List.of("m-1")));

        var shown = show(id);
        assertThat(shown.get("state").asText()).isEqualTo("running");
        assertThat(shown.get("condemned").get("reasons").get(0).get("code").asText())
                .isEqualTo("image-revoked");
        assertThat(shown.get("condemned").get("reasons").get(0).get("clauses").toString())
                .contains("END-4.6");
        assertThat(show(ended).has("condemned")).isFalse();
        assertThat(trial.get(site, "/metrics").body())
                .contains("imprimatur_instances_condemned 1.0");

        // Somebody endorses the same file again, and so it passes.
        at.approve(site, at.endorse(catalogue, "a disk".getBytes(UTF_8)));
        await(() -> condemned().isEmpty());
        assertThat(show(id).has("condemned")).isFalse();
        at.clock.forward(Duration.ofMinutes(11));
        assertThat(lines("asked")).isEmpty();
    }

    @Test
    void aViewThatIsMerelyStaleCondemnsNothing() throws InterruptedException {
        runs("m-1", "CN=Olga", "infrastructure");
        catalogue.close();
        at.clock.forward(Duration.ofDays(2));
        // Something changes, so that all is looked at.
        submit(suspension("CN=Somebody"));
        Thread.sleep(1000);

        assertThat(condemned()).isEmpty();
        assertThat(at.decide(site, endorsed.statement().image(), "infrastructure").toString())
                .contains("view-stale");
        catalogue = trial.start();
    }

    private Suspension suspension(String subject) {
        return new Suspension(
                at.header(officer),
                SiteTrial.ALPHA,
                new Person(subject, "CN=Some CA"),
                List.of(),
                Suspension.Reason.SECURITY,
                Urgency.CRITICAL,
                "a key is at large");
    }

    @Test
    void whatIsPardonedInTimeGoesOnAndTheOthersAreEndedAfterTheGraceTimeAtAPace()
            throws IOException {
        runs("olgas", "CN=Olga", "infrastructure");
        runs("payload", "CN=Nils", "trusted-payload");
        var nils = runs("nils", "CN=Nils", "infrastructure");
        runs("carls", "CN=Carl", "infrastructure");
        var olga = suspension("CN=Olga");
        var id = submit(olga);
        submit(suspension("CN=Nils"));
        await(() -> condemned().equals(List.of("nils", "payload", "olgas")));

        submit(reinstatement(olga, id));
        await(() -> condemned().equals(List.of("nils", "payload")));
        assertThat(lines("asked")).isEmpty();
        var refuse = Files.createFile(directory.resolve("refuse"));
        at.clock.forward(Duration.ofMinutes(11));
        await(() -> show(nils).get("condemned").has("failure"));

        assertThat(lines("asked")).containsExactly("nils");
        assertThat(show(nils).get("condemned").get("failure").asText()).contains("not now");
        assertThat(show(nils).get("state").asText()).isEqualTo("running");
        Files.delete(refuse);
        at.clock.forward(Duration.ofSeconds(11));
        await(() -> show(nils).get("state").asText().equals("stopped"));

        assertThat(lines("asked")).containsExactly("nils", "nils");
        assertThat(lines("ended")).containsExactly("nils");
        assertThat(show(nils).get("condemned").get("attempts").asInt()).isEqualTo(2);
        assertThat(show(nils).get("condemned").has("terminatedAt")).isTrue();
        assertThat(condemned()).containsExactly("payload");
    }

    @Test
    void whoeverListensIsToldThatOthersAreCondemnedAndNothingTwice() throws Exception {
        runs("m-1", "CN=Olga", "trusted-payload");
        runs("m-2", "CN=Olga", "payload");
        try (var lines = events("-1")) {
            at.revoke(catalogue, endorsed);
            assertThat(event(lines, "instances")).isEqualTo("{\"condemned\":2}");
            assertThat(condemned()).containsExactly("m-2", "m-1");

            at.approve(site, at.endorse(catalogue, "a disk".getBytes(UTF_8)));
            // The endorsement alone may pardon one, before the approval pardons the other.
            await(() -> event(lines, "instances"), "{\"condemned\":0}"::equals);
            assertThat(condemned()).isEmpty();
        }

        try (var lines = events("-1")) {
            submit(suspension("CN=Nobody"));
            var told = new ArrayList<String>();
            do {
                told.add(lines.readLine());
            } while (!told.getLast().equals("event: suspension"));
            assertThat(told).contains("event: approval").doesNotContain("event: instances");
        }
    }

    private BufferedReader events(String last) {
        try {
            var answer =
                    http.send(
                            trial.request(site, "/api/v1/events", "Last-Event-ID", last).build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            return new BufferedReader(new InputStreamReader(answer.body(), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The data of the next event of that kind. */
    private static String event(BufferedReader lines, String kind) {
        try {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals("event: " + kind)) {
                    return lines.readLine().substring("data: ".length());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("the events end");
    }

    @Test
    void aHoleThatIsKnownForLongerThanTheLimitCondemnsThoughTheFileIsStillEndorsed() {
        limitAdvisoriesTo("1d");
        var id = runs("m-1", "CN=Olga", "trusted-payload");
        revokeForAHole();
        assertThat(condemned()).isEmpty();
        var asked = at.decide(site, endorsed.statement().image(), "trusted-payload");
        assertThat(asked.get("decision").asBoolean()).isTrue();

        at.clock.forward(Duration.ofHours(25));
        await(() -> condemned().equals(List.of("m-1")));
        assertThatItIsForTheHole(id);
    }

    @Test
    void aHoleThatBecomesKnownCondemnsAtOnceWhereNoTimeIsGiven() {
        limitAdvisoriesTo("0d");
        var id = runs("m-1", "CN=Olga", "trusted-payload");

        revokeForAHole();
        await(() -> condemned().equals(List.of("m-1")));
        assertThatItIsForTheHole(id);
    }

    /** From now on, and the file is endorsed twice. */
    private void limitAdvisoriesTo(String time) {
        var before = ask("/api/v1/site/policy").get("sitePolicy");
        at.writeSite(
                at.siteYaml()
                        .replace(
                                "approval: none,",
                                "approval: none, limits: {advisory: %s},".formatted(time)));
        await(() -> !ask("/api/v1/site/policy").get("sitePolicy").equals(before));
        at.await(site, at.endorse(catalogue, "a disk".getBytes(UTF_8)), _ -> true);
    }

    /** Takes one of the two endorsements back, until the site knows. */
    private void revokeForAHole() {
        var revocation =
                new Revocation(
                        trial.header(trial.endorser),
                        endorsed.statement().image(),
                        endorsed.id(),
                        Revocation.Reason.VULNERABLE,
                        "a hole was found",
                        List.of("CVE-2026-0001"));
        expect(201, trial.post(catalogue, trial.sign(revocation, trial.endorser)));
        at.await(site, endorsed, "revoked"::equals);
    }

    private void assertThatItIsForTheHole(UUID id) {
        var reasons = show(id).get("condemned").get("reasons");
        assertThat(reasons.findValuesAsText("code")).contains("advisory-open");
        assertThat(reasons.findValuesAsText("text"))
                .anyMatch(text -> text.contains("(CVE-2026-0001), and may run for"));
    }

    private Reinstatement reinstatement(Suspension suspension, String id) {
        return new Reinstatement(
                at.header(officer),
                SiteTrial.ALPHA,
                suspension.person(),
                org.imprimatur.register.StatementId.parse(id),
                "the key is found");
    }

    @Test
    void aNodeThatIsKilledWhileItEndsAMachineGoesOnAfterwards() throws Exception {
        var id = runs("m-1", "CN=Olga", "infrastructure");
        at.revoke(catalogue, endorsed);
        await(() -> condemned().equals(List.of("m-1")));
        site.close();
        at.drivers = at.drivers.replace("after: 10m", "after: 1s");
        at.config();
        Files.writeString(directory.resolve("site-node.yaml"), at.yaml());
        var hang = Files.createFile(directory.resolve("hang"));

        var first = SiteKillIT.process(directory);
        await(() -> lines("asked").equals(List.of("m-1")));
        first.destroyForcibly().waitFor();
        Files.delete(hang);
        var second = SiteKillIT.process(directory);
        try {
            await(() -> lines("ended").equals(List.of("m-1")));
            address =
                    URI.create(
                            "http://127.0.0.1:"
                                    + lines("site.log").stream()
                                            .filter(line -> line.startsWith("PORT "))
                                            .findFirst()
                                            .orElseThrow()
                                            .substring(5));
            await(() -> show(id).get("state").asText().equals("stopped"));
            assertThat(show(id).get("condemned").get("attempts").asInt()).isEqualTo(2);
        } finally {
            second.destroyForcibly().waitFor();
        }
        site = at.start();
    }
}
