package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.BundleVerifier;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Role;
import org.imprimatur.register.Statement;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.imprimatur.trust.TrustAnchors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that are revoked, and renewed, while a node and a site that follows it run. */
class RevokedCertificateIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void whatWasSignedBeforeARevocationStaysAndARenewedCertificateGoesOn(@TempDir Path directory)
            throws Exception {
        var trial = new Trial(directory, "catalogue.example/crl");
        var old = trial.endorser;
        try (var node = start(trial)) {
            trial.prepare(node);
            var before = trial.endorsement(old, "before");
            var id = posted(trial, node, before, old).path("id").asText();

            // Revocation lists tell whole seconds.
            Thread.sleep(1_100);
            trial.authority.revoke(old.certificate(), Instant.now());
            trial.authority.writeAnchors(directory.resolve("anchors"));

            awaitRefusal(trial, node, old, "revoked");
            // Nobody has to be appointed or accept anything again.
            var renewed = trial.authority.issue("Erin Endorser", KeyKind.EC_P384);
            assertThat(renewed.person()).isEqualTo(old.person());
            var after = trial.endorsement(renewed, "after");
            var next = posted(trial, node, after, renewed).path("id").asText();

            // A site that comes only now judges the old statements by the new list, at their time.
            var charter = node.charter();
            var site = new SiteTrial(trial, Trial.uri(node, "/"), charter, "1s");
            try (var follower = site.start()) {
                awaitFresh(site, follower, 4);
            }
            var anchors = TrustAnchors.directory(directory.resolve("anchors"), CrlMode.REQUIRE);
            for (var one : new String[] {id, next}) {
                var bundle =
                        expect(200, trial.get(node, "/api/v1/statements/" + one + "/bundle"))
                                .body();
                assertThat(
                                new BundleVerifier(charter, anchors)
                                        .verify(
                                                Bundle.read(
                                                        bundle.getBytes(StandardCharsets.UTF_8))))
                        .isInstanceOf(BundleVerifier.Outcome.Verified.class);
            }
            // The renewed key takes back what the old one has endorsed.
            posted(
                    trial,
                    node,
                    trial.revocation(
                            renewed, before, org.imprimatur.register.StatementId.parse(id)),
                    renewed);
        }
        // A start replays what was admitted, and judges no certificate again.
        try (var again = start(trial)) {
            assertThat(expect(200, trial.get(again, "/checkpoint")).body()).contains("\n5\n");
        }
    }

    /** A list that dates a revocation back, and readers from before and after it. */
    @Test
    void whatARevocationIsDatedBackBeforeCountsNoMoreForWhoComesLaterAndHarmsNothingElse(
            @TempDir Path directory) throws Exception {
        var trial = new Trial(directory, "catalogue.example/dated-back");
        var nora = trial.authority.issue("Nora Endorser", KeyKind.EC_P256);
        try (var node = start(trial)) {
            trial.prepare(node);
            posted(
                    trial,
                    node,
                    trial.appointment(trial.appointer, Role.ENDORSER, nora.person()),
                    trial.appointer);
            posted(trial, node, trial.acceptance(nora), nora);
            Thread.sleep(1_100);
            var dated = Instant.now();
            Thread.sleep(1_100);
            var erins = trial.endorsement(trial.endorser, "by Erin");
            var noras = trial.endorsement(nora, "by Nora");
            posted(trial, node, erins, trial.endorser);
            posted(trial, node, noras, nora);
            var site = new SiteTrial(trial, Trial.uri(node, "/"), node.charter(), "200ms");
            try (var early = site.start()) {
                awaitFresh(site, early, 6);
                trial.authority.revoke(trial.endorser.certificate(), dated);
                trial.authority.writeAnchors(directory.resolve("anchors"));

                for (int starts = 0; starts < 2; starts++) {
                    // The second start takes up what the first has stored.
                    try (var late = start(trial, late(site))) {
                        awaitFresh(site, late, 6);
                        assertThat(site.source(late).path("disputed").asInt()).isEqualTo(1);
                        assertThat(permits(site, late, erins)).isFalse();
                        assertThat(permits(site, late, noras)).isTrue();
                        var alarms = trial.get(late, "/api/v1/alarms").body();
                        assertThat(JSON.readTree(alarms).path("alarms")).hasSize(1);
                        assertThat(alarms)
                                .contains(
                                        "disputed-entry",
                                        "CN=Erin Endorser",
                                        "does not count here");
                        assertThat(trial.get(late, "/api/v1/site/images?state=withdrawn").body())
                                .contains(erins.image().toString(), "revoked by then");
                    }
                }
                assertThat(permits(site, early, erins)).isTrue();
                assertThat(site.source(early).has("disputed")).isFalse();
            }
        }
    }

    private static String late(SiteTrial site) throws IOException {
        Files.writeString(
                site.trial.directory.resolve("late-site.yaml"),
                site.siteYaml().replace("store: store", "store: late-store"));
        return site.yaml()
                .replace("data: site-data", "data: late-data")
                .replace("site: site.yaml", "site: late-site.yaml");
    }

    private static boolean permits(SiteTrial site, Node node, Statement.Endorsement of) {
        return site.decide(node, of.image(), "trusted-payload").get("decision").asBoolean();
    }

    @Test
    void theSameSubjectUnderAnotherAuthorityIsAnotherPerson(@TempDir Path directory)
            throws Exception {
        var trial = new Trial(directory, "catalogue.example/successor");
        var successor =
                org.imprimatur.trust.TrialAuthority.create(
                        "Successor CA",
                        KeyKind.EC_P256,
                        InstantSource.system(),
                        new java.security.SecureRandom());
        successor.writeAnchors(directory.resolve("anchors"));
        var erin = successor.issue("Erin Endorser", KeyKind.EC_P256);
        assertThat(erin.person().subject()).isEqualTo(trial.endorser.person().subject());
        try (var node = start(trial)) {
            trial.prepare(node);

            var refused = trial.post(node, trial.sign(trial.endorsement(erin, "too early"), erin));
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("not-an-endorser");

            posted(
                    trial,
                    node,
                    trial.appointment(trial.appointer, Role.ENDORSER, erin.person()),
                    trial.appointer);
            posted(trial, node, trial.acceptance(erin), erin);
            posted(trial, node, trial.endorsement(erin, "under the new name"), erin);
        }
    }

    private static void awaitFresh(SiteTrial site, Node follower, long size) throws Exception {
        for (int tries = 0; tries < 300; tries++) {
            var source = site.source(follower);
            assertThat(source.has("fault")).as(source.toString()).isFalse();
            if (source.path("size").asLong() == size
                    && source.path("state").asText().equals("fresh")) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("not in time: " + site.source(follower));
    }

    private static Node start(Trial trial) {
        return start(trial, trial.yaml() + "anchors-every: 100ms\ncrls: require\n");
    }

    private static Node start(Trial trial, String yaml) {
        return Node.start(
                NodeConfig.of(
                        YamlMember.parse(trial.directory.resolve("node.yaml").toString(), yaml)),
                InstantSource.system());
    }

    private static JsonNode posted(Trial trial, Node node, Statement statement, SigningKey key)
            throws Exception {
        return JSON.readTree(expect(201, trial.post(node, trial.sign(statement, key))).body());
    }

    private static void awaitRefusal(Trial trial, Node node, SigningKey key, String code)
            throws Exception {
        for (int tries = 0; tries < 100; tries++) {
            // Until then it is refused as well, as a duplicate: no try leaves a trace.
            var answer = trial.post(node, trial.sign(trial.acceptance(key), key));
            if (answer.body().contains("/problem/" + code)) {
                assertThat(answer.statusCode()).isEqualTo(403);
                return;
            }
            assertThat(answer.body()).contains("already-accepted");
            Thread.sleep(100);
        }
        throw new AssertionError("the new revocation list was never read");
    }
}
