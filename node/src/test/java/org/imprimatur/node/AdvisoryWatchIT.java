package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Eventually.await;
import static org.imprimatur.node.SiteTrial.json;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.imprimatur.node.TrialFeeds.Flaw;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A catalogue that watches advisories for the images endorsed there. */
class AdvisoryWatchIT {

    /** After this a second message may be sent. */
    private static final Duration LATER = Duration.ofMinutes(11);

    @TempDir private Path directory;
    private final MovableClock clock = new MovableClock();
    private Trial trial;
    private TrialFeeds feeds;
    private Node node;

    @BeforeEach
    void start() {
        trial = new Trial(directory, "catalogue.example/trial");
        feeds = new TrialFeeds(directory.resolve("advisories"));
        feeds.put();
        node = open();
        trial.prepare(node);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Node open() {
        return open("");
    }

    private Node open(String more) {
        return Node.start(
                NodeConfig.of(
                        YamlMember.parse(
                                directory.resolve("node.yaml").toString(),
                                trial.yaml() + feeds.yaml() + more)),
                clock);
    }

    private SiteTrial.Endorsed endorse(byte[] sbom) {
        return AdvisoryTrial.endorse(trial, node, UUID.randomUUID().toString(), sbom);
    }

    private void upload(byte[] sbom) {
        AdvisoryTrial.upload(trial, node, sbom);
    }

    private SiteTrial.Endorsed endorsed(byte[] sbom) {
        upload(sbom);
        return endorse(sbom);
    }

    private JsonNode all(String query) {
        return json(expect(200, trial.get(node, "/api/v1/advisories" + query)));
    }

    private JsonNode advisories(SiteTrial.Endorsed endorsed) {
        return AdvisoryTrial.advisories(trial, node, endorsed);
    }

    private static List<String> ids(JsonNode advisories) {
        return advisories.at("/endorsements/0/flaws").findValuesAsText("id");
    }

    @Test
    @Clause({"TVM-3.8", "END-4.8", "EGI-5.9"})
    void flawsThatAreFoundAfterAnEndorsementAreKnownUntilNoFeedSpeaksOfThemAnyMore() {
        var image = endorsed(TrialFeeds.sbom("openssl=3.0.1-1", "bash=5.2-1"));
        await(() -> advisories(image), seen -> !seen.at("/endorsements/0").has("obstacle"));
        assertThat(ids(advisories(image))).isEmpty();

        var before = Instant.now();
        feeds.put(new Flaw("CVE-2026-0001", "openssl", "high", ""));
        var open = await(() -> advisories(image), seen -> ids(seen).size() == 1);

        var flaw = open.at("/endorsements/0/flaws/0");
        assertThat(flaw.path("id").asText()).isEqualTo("CVE-2026-0001");
        assertThat(flaw.path("package").asText()).isEqualTo("openssl");
        assertThat(flaw.path("installed").asText()).isEqualTo("3.0.1-1");
        assertThat(flaw.path("fixed").isNull()).isTrue();
        assertThat(flaw.path("urgency").asText()).isEqualTo("high");
        assertThat(flaw.path("patchSince").isNull()).isTrue();
        var since = Instant.parse(flaw.path("since").asText());
        assertThat(since).isBetween(before, Instant.now());

        feeds.put(new Flaw("CVE-2026-0001", "openssl", "high", "3.0.2-1"));
        var patched =
                await(
                                () -> advisories(image),
                                seen -> seen.at("/endorsements/0/flaws/0/fixed").isTextual())
                        .at("/endorsements/0/flaws/0");
        assertThat(patched.path("fixed").asText()).isEqualTo("3.0.2-1");
        assertThat(patched.path("since").asText()).isEqualTo(since.toString());
        assertThat(Instant.parse(patched.path("patchSince").asText())).isAfter(since);

        feeds.put(new Flaw("CVE-2026-0001", "openssl", "high", "3.0.0-1"));
        await(() -> advisories(image), seen -> ids(seen).isEmpty());
    }

    @Test
    void theWorstImagesComeFirstAndNarrowByOwnerAndUrgency() {
        feeds.put(
                new Flaw("CVE-2026-0001", "openssl", "high", "3.0.2-1"),
                new Flaw("CVE-2026-0002", "bash", "low", ""));
        var low = endorsed(TrialFeeds.sbom("bash=5.2-1"));
        var high = endorsed(TrialFeeds.sbom("bash=5.2-1", "openssl=3.0.1-1"));
        var none = endorsed(TrialFeeds.sbom("sed=4.9-1"));
        await(() -> advisories(none), seen -> !seen.at("/endorsements/0").has("obstacle"));

        var all =
                await(
                        () -> all(""),
                        seen -> seen.path("open").asInt() == 2 && seen.path("unseen").asInt() == 0);
        assertThat(all.path("images").findValuesAsText("endorsement"))
                .containsExactly(high.id().hex(), low.id().hex());
        assertThat(all.at("/images/0/count/high").asInt()).isEqualTo(1);
        assertThat(all.at("/images/0/count/low").asInt()).isEqualTo(1);
        assertThat(all.at("/images/0/oldestPatchable/id").asText()).isEqualTo("CVE-2026-0001");
        assertThat(all.at("/images/1/oldestPatchable").isMissingNode()).isTrue();
        assertThat(all("?urgency=high").path("images").findValuesAsText("endorsement"))
                .containsExactly(high.id().hex());
        assertThat(all("?owner=vo:biomed").path("open").asInt()).isEqualTo(2);
        assertThat(all("?owner=vo:other").path("open").asInt()).isZero();
        expect(400, trial.get(node, "/api/v1/advisories?urgency=soon"));
    }

    @Test
    void aRevokedImageIsNotWatchedAnyMore() {
        feeds.put(new Flaw("CVE-2026-0001", "openssl", "high", "3.0.2-1"));
        var image = endorsed(TrialFeeds.sbom("openssl=3.0.1-1"));
        await(() -> all(""), seen -> seen.path("open").asInt() == 1);

        var revocation = trial.revocation(trial.endorser, image.statement(), image.id());
        expect(201, trial.post(node, trial.sign(revocation, trial.endorser)));

        await(() -> all(""), seen -> seen.path("open").asInt() == 0);
    }

    @Test
    void whatCannotBeLookedAtIsToldAndNeverEmpty() {
        var missing = endorse(TrialFeeds.sbom("openssl=3.0.1-1"));
        var damaged = endorsed("no bill of materials".getBytes(UTF_8));
        var foreign = endorsed(TrialFeeds.sbomOf("plan9", "4", "openssl=3.0.1-1"));
        var good = endorsed(TrialFeeds.sbom("openssl=3.0.1-2"));
        feeds.put(new Flaw("CVE-2026-0001", "openssl", "high", "3.0.2-1"));

        await(() -> advisories(good), seen -> ids(seen).size() == 1);
        assertThat(obstacle(missing)).contains("was not uploaded here");
        assertThat(obstacle(damaged)).contains("cannot be read: it is no JSON");
        assertThat(obstacle(foreign)).contains("no feed speaks of its operating system, plan9 4");
        assertThat(all("").path("notLookedAt").findValuesAsText("endorsement"))
                .containsExactlyInAnyOrder(
                        missing.id().hex(), damaged.id().hex(), foreign.id().hex());
        assertThat(all("").path("warnings").get(0).asText())
                .isEqualTo("3 images could not be looked at");
    }

    private String obstacle(SiteTrial.Endorsed endorsed) {
        return await(
                        () -> advisories(endorsed),
                        seen ->
                                seen.at("/endorsements/0/obstacle").isTextual()
                                        && !seen.at("/endorsements/0/obstacle")
                                                .asText()
                                                .contains("yet"))
                .at("/endorsements/0/obstacle")
                .asText();
    }

    @Test
    void damagedFeedsEndNothingThatIsKnown() throws IOException {
        feeds.put(new Flaw("CVE-2026-0001", "openssl", "high", "3.0.2-1"));
        var image = endorsed(TrialFeeds.sbom("openssl=3.0.1-1"));
        await(() -> advisories(image), seen -> ids(seen).size() == 1);

        var state = feeds.directory.resolve("debian-tracker/feed.json");
        Files.writeString(state, Files.readString(state).replace("\"sha256\" : \"", "$0 0"));
        var faulty = await(() -> all(""), seen -> seen.has("fault"));
        assertThat(faulty.path("fault").asText()).contains("the feeds cannot be read");
        assertThat(faulty.path("open").asInt()).isEqualTo(1);

        Files.delete(state);
        await(() -> all(""), seen -> seen.path("fault").asText().contains("there are no feeds"));
        assertThat(ids(advisories(image))).hasSize(1);

        feeds.put();
        await(() -> advisories(image), seen -> ids(seen).isEmpty() && !seen.has("fault"));
    }

    @Test
    void aDamagedTableIsAnObstacleForWhatItSpeaksOf() throws IOException {
        feeds.put(new Flaw("CVE-2026-0001", "openssl", "high", "3.0.2-1"));
        var image = endorsed(TrialFeeds.sbom("openssl=3.0.1-1"));
        await(() -> advisories(image), seen -> ids(seen).size() == 1);

        var table = feeds.directory.resolve("debian-tracker/Debian%3A12.tsv.gz");
        Files.write(table, new byte[] {1, 2, 3});
        var other = endorsed(TrialFeeds.sbom("openssl=3.0.1-2"));

        assertThat(obstacle(other)).contains("is damaged: update this feed again");
        assertThat(ids(advisories(other))).isEmpty();
        assertThat(ids(advisories(image))).hasSize(1);

        feeds.put(new Flaw("CVE-2026-0001", "openssl", "critical", "3.0.2-1"));
        var seen = await(() -> advisories(other), now -> ids(now).size() == 1);
        assertThat(seen.at("/endorsements/0").has("obstacle")).isFalse();
    }

    @Test
    void aBillOfMaterialsThatIsDamagedOnDiskIsNotBelieved() throws IOException {
        var sbom = TrialFeeds.sbom("openssl=3.0.1-1");
        upload(sbom);
        var hex = Sha256.of(sbom).hex();
        Files.write(
                directory.resolve("data/attachments/%s/%s".formatted(hex.substring(0, 2), hex)),
                TrialFeeds.sbom("openssl=9.0.1-1"));

        assertThat(obstacle(endorse(sbom))).contains("is damaged on disk");
    }

    @Test
    void oldFeedsAreTold() {
        feeds.put(Instant.now().minus(Duration.ofDays(9)));
        var old = await(() -> all(""), seen -> seen.at("/feeds/0/stale").asBoolean());

        assertThat(old.path("warnings").get(0).asText())
                .isEqualTo(
                        "the feed debian-tracker is 9 days old: what was published since is not known here");
    }

    @Test
    void whatIsKnownOutlivesTheNode() {
        feeds.put(new Flaw("CVE-2026-0001", "openssl", "high", "3.0.2-1"));
        var image = endorsed(TrialFeeds.sbom("openssl=3.0.1-1"));
        var before = await(() -> advisories(image), seen -> ids(seen).size() == 1);

        node.close();
        node = open();

        assertThat(advisories(image).at("/endorsements/0/flaws/0/since"))
                .isEqualTo(before.at("/endorsements/0/flaws/0/since"));
    }

    @Test
    @Clause({"END-4.8", "PROC-contact"})
    void endorsersAreToldOnceOfGraveFlawsThatBecomeKnown() {
        var old = new Flaw("CVE-2026-0001", "openssl", "high", "3.0.2-1");
        var grave = new Flaw("CVE-2026-0002", "bash", "high", "5.3-1");
        var low = new Flaw("CVE-2026-0003", "sed", "low", "");
        feeds.put(old);
        var image = endorsed(TrialFeeds.sbom("openssl=3.0.1-1", "bash=5.2-1", "sed=4.9-1"));
        await(() -> advisories(image), seen -> ids(seen).size() == 1);

        feeds.put(old, grave, low);

        assertThat(trial.message(1, "Subject: 1 open advisories"))
                .contains("To: security@example.org", "CVE-2026-0002", "fixed in 5.3-1")
                .contains(image.statement().guid().toString())
                .doesNotContain("CVE-2026-0001", "CVE-2026-0003");

        clock.forward(LATER);
        feeds.put(
                old,
                new Flaw("CVE-2026-0002", "bash", "high", "5.4-1"),
                new Flaw("CVE-2026-0004", "sed", "high", ""));

        assertThat(trial.message(2, "CVE-2026-0004")).doesNotContain("CVE-2026-0002");
    }

    @Test
    @Clause("END-4.8")
    void aFlawThatTurnsGraverIsToldAgainAndOneThatTurnsLighterIsNot() {
        var image = endorsed(TrialFeeds.sbom("openssl=3.0.1-1", "bash=5.2-1"));
        await(() -> advisories(image), seen -> !seen.at("/endorsements/0").has("obstacle"));
        feeds.put(
                new Flaw("CVE-2026-0001", "openssl", "high", ""),
                new Flaw("CVE-2026-0002", "bash", "critical", ""));
        trial.message(1, "Subject: 2 open advisories");

        clock.forward(LATER);
        feeds.put(
                new Flaw("CVE-2026-0001", "openssl", "critical", ""),
                new Flaw("CVE-2026-0002", "bash", "high", ""));

        assertThat(trial.message(2, "Subject: 1 open advisories"))
                .contains("CVE-2026-0001, critical: openssl")
                .doesNotContain("CVE-2026-0002");
    }

    @Test
    void anAdvisoryThatComesBackIsNotToldAgainWhileTheImageIsEndorsedHoweverLongAgoItWasTold() {
        node.close();
        node = open("notify: {keep: 90d}\n");
        var image = endorsed(TrialFeeds.sbom("openssl=3.0.1-1", "bash=5.2-1"));
        await(() -> advisories(image), seen -> !seen.at("/endorsements/0").has("obstacle"));
        var flaw = new Flaw("CVE-2026-0001", "openssl", "high", "");
        feeds.put(flaw);
        trial.message(1, "CVE-2026-0001");

        clock.forward(Duration.ofDays(91));
        feeds.put(new Flaw("CVE-2026-0002", "bash", "high", ""));
        trial.message(2, "CVE-2026-0002"); // what may be forgotten is forgotten by now
        clock.forward(LATER);
        feeds.put(flaw);
        await(() -> advisories(image), seen -> ids(seen).equals(List.of("CVE-2026-0001")));
        feeds.put(new Flaw("CVE-2026-0003", "bash", "critical", ""));

        assertThat(trial.message(3, "CVE-2026-0003")).doesNotContain("CVE-2026-0001");
    }

    @Test
    void pagesTellWhatIsKnown() {
        feeds.put(new Flaw("CVE-2026-0001", "openssl", "high", "3.0.2-1"));
        var image = endorsed(TrialFeeds.sbom("openssl=3.0.1-1"));
        var missing = endorse(TrialFeeds.sbom("missing=1-1"));
        await(() -> advisories(image), seen -> ids(seen).size() == 1);
        assertThat(obstacle(missing)).contains("was not uploaded here");
        await(() -> all(""), seen -> seen.path("warnings").toString().contains("one image could"));

        assertThat(expect(200, trial.get(node, "/")).body())
                .contains(
                        "1 of 2 images have known flaws, 1 of them critical or high ones; 1 could not be looked at.");
        assertThat(expect(200, trial.get(node, "/advisories")).body())
                .contains("debian-tracker", "1 high", "CVE-2026-0001 in openssl")
                .contains("was not uploaded here");
        assertThat(
                        expect(
                                        200,
                                        trial.get(
                                                node,
                                                "/advisories/%s/1.0"
                                                        .formatted(image.statement().guid())))
                                .body())
                .contains("CVE-2026-0001", "3.0.1-1", "3.0.2-1");
        expect(404, trial.get(node, "/advisories/%s/1.0".formatted(UUID.randomUUID())));
        assertThat(expect(200, trial.get(node, "/metrics")).body())
                .contains("imprimatur_open_flaws{urgency=\"high\"} 1.0")
                .contains("imprimatur_images_unseen 1.0")
                .contains("imprimatur_advisory_feed_age_seconds{feed=\"debian-tracker\"}");
    }

    @Test
    void aNodeThatDoesNotWatchSaysSo() {
        node.close();
        node = trial.start();

        var answer = expect(404, trial.get(node, "/api/v1/advisories"));
        assertThat(answer.body()).contains("watches no advisories");
    }
}
