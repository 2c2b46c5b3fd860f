package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Eventually.await;
import static org.imprimatur.node.SiteTrial.json;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.node.TrialFeeds.Flaw;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A site that watches advisories for images of a catalogue that it follows. */
class FollowedAdvisoriesIT {

    @TempDir private Path directory;
    private Trial trial;
    private SiteTrial at;
    private TrialFeeds feeds;
    private Node catalogue;
    private Node site;

    @BeforeEach
    void start() {
        trial = new Trial(directory, "catalogue.example/trial");
        catalogue = trial.start();
        trial.prepare(catalogue);
        feeds = new TrialFeeds(directory.resolve("advisories"));
        feeds.put(new Flaw("CVE-2026-0001", "openssl", "high", "3.0.2-1"));
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "1s");
        at.advisories = feeds.yaml();
        site = at.start();
    }

    @AfterEach
    void stop() {
        site.close();
        catalogue.close();
    }

    private Endorsed endorse(byte[] sbom) {
        return AdvisoryTrial.endorse(trial, catalogue, "an image", sbom);
    }

    private JsonNode advisories() {
        return json(expect(200, trial.get(site, "/api/v1/advisories")));
    }

    @Test
    void theBillOfMaterialsIsFetchedOnceAndKept() {
        var sbom = TrialFeeds.sbom("openssl=3.0.1-1");
        AdvisoryTrial.upload(trial, catalogue, sbom);
        var image = endorse(sbom);

        var known = await(this::advisories, seen -> seen.path("open").asInt() == 1);
        assertThat(known.at("/images/0/endorsement").asText()).isEqualTo(image.id().hex());
        assertThat(known.at("/images/0/ledger").asText()).isEqualTo("catalogue.example/trial");

        catalogue.close();
        feeds.put();
        await(this::advisories, seen -> seen.path("open").asInt() == 0);
        assertThat(advisories().path("unseen").asInt()).isZero();
        assertThat(trial.get(site, "/api/v1/attachments/" + Sha256.of(sbom)).body())
                .isEqualTo(new String(sbom, UTF_8));
    }

    @Test
    void oneThatCannotBeFetchedDisturbsNoOther() {
        endorse("never uploaded".getBytes(UTF_8));
        var sbom = TrialFeeds.sbom("openssl=3.0.1-1");
        AdvisoryTrial.upload(trial, catalogue, sbom);
        endorse(sbom);

        var known =
                await(
                        this::advisories,
                        seen -> seen.path("open").asInt() == 1 && seen.path("unseen").asInt() == 1);
        assertThat(known.at("/notLookedAt/0/obstacle").asText())
                .contains("/api/v1/attachments/sha256:", "answered 404");
    }
}
