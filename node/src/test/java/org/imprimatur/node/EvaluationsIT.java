package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Version;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several questions at once, and images by each of their names. */
class EvaluationsIT {

    private static Trial trial;
    private static SiteTrial at;
    private static Node catalogue;
    private static Node site;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        Files.createDirectory(directory.resolve("pool"));
        trial = new Trial(directory, "catalogue.example/evaluations");
        catalogue = trial.start();
        trial.prepare(catalogue);
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
        at.drivers =
                """
                drivers:
                  - {name: pool, kind: directory, path: pool}
                """;
        site = at.start();
        at.prepare(site);
    }

    @AfterAll
    static void stop() {
        site.close();
        catalogue.close();
    }

    private static Endorsed eligible(String content) {
        var endorsed = at.endorse(catalogue, content.getBytes(UTF_8));
        at.await(site, endorsed, "eligible"::equals);
        return endorsed;
    }

    private static JsonNode ask(String resource) {
        return SiteTrial.json(
                expect(
                        200,
                        at.evaluate(
                                site,
                                """
                                {"subject": {"type": "operator", "id": "CN=Olga"},
                                 "action": {"name": "instantiate"},
                                 "resource": {"type": "image", "id": "%s"},
                                 "context": {"class": "trusted-payload"}}
                                """
                                        .formatted(resource))));
    }

    private static JsonNode batch(String semantic, Object... resources) {
        var items = new ArrayList<String>();
        for (var resource : resources) {
            items.add("{\"resource\": {\"type\": \"image\", \"id\": \"%s\"}}".formatted(resource));
        }
        return SiteTrial.json(
                expect(
                        200,
                        at.ask(
                                site,
                                "/access/v1/evaluations",
                                """
                                {"subject": {"type": "operator", "id": "CN=Olga"},
                                 "action": {"name": "instantiate"},
                                 "context": {"class": "trusted-payload"},
                                 "evaluations": [%s]%s}
                                """
                                        .formatted(
                                                String.join(", ", items),
                                                semantic.isEmpty()
                                                        ? ""
                                                        : ", \"options\": {\"evaluations_semantic\": \"%s\"}"
                                                                .formatted(semantic)))));
    }

    private static List<Boolean> decisions(JsonNode answer) {
        var list = new ArrayList<Boolean>();
        answer.get("evaluations").forEach(one -> list.add(one.get("decision").asBoolean()));
        return list;
    }

    private static String recorded(JsonNode answer) {
        return expect(
                        200,
                        trial.get(
                                site,
                                "/api/v1/site/decisions/"
                                        + answer.get("context").get("id").asText()))
                .body();
    }

    @Test
    @Clause("END-2.operator")
    void aBatchAnswersEachQuestionInItsPlaceAndEndsWhereItIsTold() {
        var good = eligible("batch").statement().image();
        var unknown = Sha512.of("nobody knows it".getBytes(UTF_8));

        assertThat(decisions(batch("", good, unknown, good))).containsExactly(true, false, true);
        assertThat(decisions(batch("execute_all", unknown, good))).containsExactly(false, true);
        assertThat(decisions(batch("deny_on_first_deny", good, unknown, good)))
                .containsExactly(true, false);
        assertThat(decisions(batch("permit_on_first_permit", unknown, good, unknown)))
                .containsExactly(false, true);
        for (var one : batch("", good, unknown).get("evaluations")) {
            assertThat(recorded(one)).contains("\"operator\"");
        }
    }

    @Test
    void aBatchWithoutQuestionsIsOneQuestion() {
        var image = eligible("single").statement().image();

        var answer =
                SiteTrial.json(
                        expect(
                                200,
                                at.ask(
                                        site,
                                        "/access/v1/evaluations",
                                        """
                                        {"subject": {"type": "operator", "id": "CN=Olga"},
                                         "action": {"name": "instantiate"},
                                         "resource": {"type": "image", "id": "%s"},
                                         "context": {"class": "trusted-payload"}, "evaluations": []}
                                        """
                                                .formatted(image))));

        assertThat(answer.get("decision").asBoolean()).isTrue();
    }

    @Test
    void aBatchWithAMalformedQuestionDecidesNothing() {
        var image = Sha512.of("x".getBytes(UTF_8));
        var answer =
                at.ask(
                        site,
                        "/access/v1/evaluations",
                        """
                        {"subject": {"type": "operator", "id": "CN=Olga"},
                         "action": {"name": "instantiate"},
                         "context": {"class": "trusted-payload"},
                         "evaluations": [{"resource": {"type": "image", "id": "%s"}},
                                         {"resource": {"type": "image", "id": "latest"}}]}
                        """
                                .formatted(image));
        var many =
                at.ask(
                        site,
                        "/access/v1/evaluations",
                        "{\"evaluations\": [" + "{},".repeat(1000) + "{}]}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("evaluations[1].resource.id");
        assertThat(many.statusCode()).isEqualTo(400);
        assertThat(many.body()).contains("at most 1000 items");
    }

    @Test
    @Clause("END-2.guid")
    void aGuidIsTheOneImageThatIsEndorsedUnderItAndIsNeverGuessed() {
        var first = eligible("version 1");
        var guid = first.statement().guid();
        var alone = ask(guid.toString());
        var second = release(first.statement(), "2.0", "version 2");
        at.await(site, second, "eligible"::equals);

        var two = ask(guid.toString());
        var version = ask(guid + "@2.0");
        var missing = ask(guid + "@3.0");

        assertThat(alone.get("decision").asBoolean()).as(alone.toString()).isTrue();
        assertThat(alone.get("context").get("image").asText())
                .isEqualTo(first.statement().image().toString());
        assertThat(SiteTrial.codes(two)).containsExactly("image-unknown");
        assertThat(two.toString()).contains("1.0, 2.0").contains("name the digest or the version");
        assertThat(two.get("context").has("image")).isFalse();
        assertThat(recorded(two)).contains("\"id\":\"" + guid + "\"");
        assertThat(version.get("decision").asBoolean()).isTrue();
        assertThat(version.get("context").get("image").asText())
                .isEqualTo(second.statement().image().toString());
        assertThat(SiteTrial.codes(missing)).containsExactly("image-unknown");
    }

    private static Endorsed release(Endorsement of, String version, String content) {
        var next =
                new Endorsement(
                        trial.header(trial.endorser),
                        of.fileName(),
                        Sha512.of(content.getBytes(UTF_8)),
                        of.owner(),
                        of.guid(),
                        new Version(version),
                        of.tag(),
                        of.title(),
                        of.generatedAt(),
                        of.disk(),
                        of.system(),
                        of.policy(),
                        of.inspection(),
                        of.waivers(),
                        of.declaration(),
                        of.locations());
        var answer = expect(201, trial.post(catalogue, trial.sign(next, trial.endorser)));
        return new Endorsed(next, StatementId.parse(SiteTrial.json(answer).get("id").asText()));
    }

    @Test
    @Clause("END-2.operator")
    void aDriversOwnIdIsTheImageThatWasPublishedUnderIt() throws IOException {
        byte[] content = "published".repeat(1000).getBytes(UTF_8);
        Files.write(trial.directory.resolve("files").resolve("published"), content);
        var endorsed =
                at.endorse(catalogue, content, Trial.uri(catalogue, "/files/published").toString());
        at.approve(site, endorsed);
        var id = published();

        var known = ask("driver:pool/" + id);
        var elsewhere = ask("driver:other/" + id);
        var unknown = ask("driver:pool/nothing");

        assertThat(known.get("decision").asBoolean()).as(known.toString()).isTrue();
        assertThat(known.get("context").get("image").asText())
                .isEqualTo(endorsed.statement().image().toString());
        assertThat(SiteTrial.codes(elsewhere)).containsExactly("image-unknown");
        assertThat(SiteTrial.codes(unknown)).containsExactly("image-unknown");
    }

    private static String published() {
        for (int i = 0; i < 6000; i++) {
            for (var one :
                    SiteTrial.json(trial.get(site, "/api/v1/site/publications"))
                            .get("publications")) {
                if (one.get("state").asText().equals("published")) {
                    return one.get("id").asText();
                }
            }
            SiteTrial.pause();
        }
        throw new AssertionError("not in time");
    }
}
