package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.AdvisoryTrial.upload;
import static org.imprimatur.node.Eventually.await;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.node.TrialFeeds.Flaw;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Sha512;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a site decides while flaws become known, and are known no longer, in what is endorsed. */
class KnownFlawsIT {

    private static final String CLASSES =
            """
            classes:
              infrastructure:
                trust: ["vo:biomed"]
                approval: {mode: automatic, limits: {advisory: {after: 0d, urgency: low}}}
              trusted-payload:
                {trust: ["vo:biomed"], approval: none, limits: {advisory: 1d}}
              payload: {approval: required, limits: {advisory: 0d}}
            """;

    @TempDir private Path directory;
    private Trial trial;
    private TrialFeeds feeds;
    private SiteTrial at;
    private Node catalogue;
    private Node site;
    private final List<String> decisions = new ArrayList<>();

    @BeforeEach
    void start() {
        trial = new Trial(directory, "catalogue.example/flaws");
        catalogue = trial.start();
        trial.prepare(catalogue);
        feeds = new TrialFeeds(directory.resolve("feeds"));
        feeds.put();
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "1s");
        at.advisories = feeds.yaml();
        at.drivers = "instances: {operators: any}\n";
        site = open();
        at.prepare(site);
    }

    @AfterEach
    void stop() {
        site.close();
        catalogue.close();
    }

    private Node open() {
        var config = at.config();
        at.writeSite(at.siteYaml().replaceFirst("(?s)classes:.*", CLASSES));
        return at.start(config);
    }

    // ---- Feeds and images -----------------------------------------------------------------------

    private static Flaw openssl(String id, String urgency) {
        return new Flaw(id, "openssl", urgency, "3.0.13-1");
    }

    /** With an old openssl; each further package is another list. */
    private static byte[] sbom(String further) {
        return TrialFeeds.sbom("openssl=3.0.11-1", further + "=1");
    }

    private Endorsed endorse(String image, byte[] sbom, boolean uploaded) {
        if (uploaded) {
            expect(201, upload(trial, catalogue, sbom));
        }
        var endorsed = AdvisoryTrial.endorse(trial, catalogue, image, sbom);
        at.await(site, endorsed, _ -> true);
        return endorsed;
    }

    // ---- Questions ------------------------------------------------------------------------------

    private JsonNode decide(Endorsed image, String useClass, String action) {
        var decision = at.decide(site, image.statement().image(), useClass, action);
        decisions.add(decision.get("context").get("id").asText());
        return decision;
    }

    private List<String> codes(Endorsed image, String useClass, String action) {
        return SiteTrial.codes(decide(image, useClass, action));
    }

    private void awaitCodes(Endorsed image, String useClass, String... codes) {
        await(
                () -> SiteTrial.codes(at.decide(site, image.statement().image(), useClass)),
                List.of(codes)::equals);
        decide(image, useClass, "instantiate");
    }

    private JsonNode ask(String path) {
        return SiteTrial.json(expect(200, trial.get(site, path)));
    }

    private void runs(Sha512 image, String machine) {
        var decision = at.decide(site, image, "trusted-payload");
        expect(
                201,
                at.ask(
                        site,
                        "/api/v1/site/instances",
                        """
                        {"id": "%s", "decision": "%s", "host": "wn1", "machine": "%s"}
                        """
                                .formatted(
                                        UUID.randomUUID(),
                                        decision.get("context").get("id").asText(),
                                        machine)));
    }

    private List<String> condemned() {
        return ask("/api/v1/site/instances?state=condemned")
                .get("instances")
                .findValuesAsText("machine");
    }

    /** In which classes the images wait for an approver. */
    private List<String> queued() {
        return ask("/api/v1/site/queue").get("queue").findValues("classes").stream()
                .map(JsonNode::toString)
                .toList();
    }

    private void replayAll() {
        for (var id : decisions) {
            var replay = ask("/api/v1/site/decisions/" + id + "/replay");
            assertThat(replay.get("same").asBoolean()).as(replay.toPrettyString()).isTrue();
        }
    }

    // ---- Promises -------------------------------------------------------------------------------

    @Test
    @Clause({"TVM-3.7.2", "END-4.2.b"})
    void aFlawThatIsKnownForTooLongStopsStartsAndCondemnsUntilItIsKnownNoMore() {
        var image = endorse("a disk", sbom("bash"), true);
        awaitCodes(image, "trusted-payload", "endorsed-and-approved");
        awaitCodes(image, "infrastructure", "endorsed-and-approved");
        runs(image.statement().image(), "m-1");
        assertThat(queued()).containsExactly("[\"payload\"]");

        feeds.put(openssl("CVE-2026-1", "high"));
        // Where no time is given, at once; and no rule approves it any more.
        awaitCodes(image, "payload", "advisory-open", "not-approved");
        assertThat(codes(image, "infrastructure", "instantiate")).containsExactly("not-approved");
        assertThat(codes(image, "trusted-payload", "instantiate"))
                .containsExactly("endorsed-and-approved");
        assertThat(condemned()).isEmpty();
        // What no rule approves any more, somebody may; the limit of a class nobody passes.
        assertThat(queued()).containsExactly("[\"infrastructure\"]");

        at.clock.forward(Duration.ofHours(25));
        feeds.put(at.clock.instant(), openssl("CVE-2026-1", "high"));
        awaitCodes(image, "trusted-payload", "advisory-open");
        var denied = decide(image, "trusted-payload", "continue").get("context").get("reasons");
        assertThat(denied.get(0).get("text").asText())
                .contains("openssl 3.0.11-1", "CVE-2026-1 (high)", "3.0.13-1", "1 days");
        assertThat(denied.get(0).get("clauses").toString()).contains("END-4.2.b", "TVM-3.8");
        var known = decisions.getLast();
        await(() -> condemned().equals(List.of("m-1")));

        // The same packages in another file, or another list of them, get no time of their own.
        var again = endorse("a disk made again", sbom("dash"), true);
        awaitCodes(again, "trusted-payload", "advisory-open");

        feeds.put(at.clock.instant());
        awaitCodes(image, "trusted-payload", "endorsed-and-approved");
        awaitCodes(image, "infrastructure", "endorsed-and-approved");
        await(() -> condemned().isEmpty());

        replayAll();
        var replayed = ask("/api/v1/site/decisions/" + known + "/replay");
        assertThat(replayed.get("gone").findValuesAsText("code")).containsExactly("advisory-open");
        assertThat(replayed.get("why").toString()).contains("what is known of flaws was in state");
        site.close();
        site = open();
        replayAll();
        awaitCodes(image, "trusted-payload", "endorsed-and-approved");
    }

    @Test
    void theUrgencyOfTheLimitSaysWhichFlawsCount() {
        var image = endorse("a disk", sbom("bash"), true);
        awaitCodes(image, "infrastructure", "endorsed-and-approved");
        feeds.put(openssl("CVE-2026-2", "not yet assigned"));
        awaitCodes(image, "infrastructure", "not-approved");
        assertThat(codes(image, "payload", "instantiate")).containsExactly("not-approved");
        replayAll();
    }

    @Test
    void whatCannotBeToldStopsStartsAndNothingThatRuns() {
        var image = endorse("a disk", sbom("bash"), true);
        awaitCodes(image, "trusted-payload", "endorsed-and-approved");
        runs(image.statement().image(), "m-1");
        var unseen = endorse("a disk without a list", sbom("dash"), false);
        awaitCodes(unseen, "trusted-payload", "advisories-unknown");
        assertThat(codes(unseen, "infrastructure", "instantiate")).containsExactly("not-approved");
        assertThat(codes(unseen, "trusted-payload", "continue"))
                .containsExactly("endorsed-and-approved");

        assertThat(queued()).containsExactly("[\"payload\"]", "[\"payload\"]");

        await(
                () -> AdvisoryTrial.advisories(trial, site, unseen),
                seen -> seen.at("/endorsements/0/obstacle").asText().contains("answered 404"));
        expect(201, upload(trial, catalogue, sbom("dash")));
        at.clock.forward(Duration.ofMinutes(3));
        awaitCodes(unseen, "trusted-payload", "endorsed-and-approved");

        at.clock.forward(Duration.ofDays(8));
        awaitCodes(image, "trusted-payload", "advisories-unknown");
        var stale = decide(image, "trusted-payload", "instantiate").get("context").get("reasons");
        assertThat(stale.get(0).get("text").asText()).contains("may be 7 days old");
        assertThat(codes(image, "trusted-payload", "continue"))
                .containsExactly("endorsed-and-approved");
        assertThat(condemned()).isEmpty();

        feeds.put(at.clock.instant());
        awaitCodes(image, "trusted-payload", "endorsed-and-approved");
        replayAll();
    }
}
