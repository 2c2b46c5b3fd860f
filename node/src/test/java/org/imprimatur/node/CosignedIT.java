package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.BundleVerifier;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.exchange.LedgerEvidence;
import org.imprimatur.exchange.StatusMap;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.Cosigner;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.VerifiedCheckpoint;
import org.imprimatur.ledger.WitnessRequest;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.follow.Source;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Reason;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A catalogue whose checkpoints are cosigned by two witnesses and by a site, and the site, which
 * believes only what both witnesses have cosigned.
 */
class CosignedIT {

    private static final MovableClock CLOCK = new MovableClock();
    private static Trial trial;
    private static SiteTrial siteTrial;
    private static FakeWitness first;
    private static FakeWitness second;
    private static Node catalogue;
    private static Node site;
    private static Charter charter;

    @BeforeAll
    static void start(@TempDir Path directory) {
        trial = new Trial(directory, "catalogue.example/cosigned");
        first = new FakeWitness("w1.example", CLOCK);
        second = new FakeWitness("w2.example", CLOCK);
        int cataloguePort = Loopback.freePort();
        int sitePort = Loopback.freePort();
        // The keys come first: a node makes its keys when it starts.
        catalogue = node(trial.yaml(), cataloguePort, "");
        charter = catalogue.charter();
        siteTrial =
                new SiteTrial(
                        trial, URI.create("http://127.0.0.1:" + cataloguePort), charter, "200ms");
        first.trust(NoteVerifier.parse(charter.key()));
        second.trust(NoteVerifier.parse(charter.key()));
        siteTrial.writeSite(
                siteTrial
                        .siteYaml()
                        .replace(
                                "poll: 200ms}",
                                "poll: 200ms, witnesses: {threshold: 2, max-age: 10m, keys: [\"%s\", \"%s\"]}}"
                                        .formatted(first.key.verifier(), second.key.verifier())));
        site = node(siteTrial.yaml(), sitePort, "witness: {name: alpha.example}\n");
        var siteKey = json(site, "/api/v1/witness").get("key").asText();
        catalogue.close();
        catalogue =
                node(
                        trial.yaml(),
                        cataloguePort,
                        """
                        witness-threshold: 2
                        witnesses:
                          - {url: "%s", key: "%s"}
                          - {url: "%s", key: "%s"}
                          - {url: "http://127.0.0.1:%d", key: "%s"}
                        """
                                .formatted(
                                        first.url(),
                                        first.key.verifier(),
                                        second.url(),
                                        second.key.verifier(),
                                        sitePort,
                                        siteKey));
        trial.prepare(catalogue);
        siteTrial.prepare(site);
    }

    private static Node node(String yaml, int port, String more) {
        var text = yaml.replace("listen: 127.0.0.1:0", "listen: 127.0.0.1:" + port) + more;
        return Node.start(
                NodeConfig.of(YamlMember.parse(trial.directory.resolve("a.yaml").toString(), text)),
                CLOCK);
    }

    @AfterAll
    static void stop() {
        site.close();
        catalogue.close();
        first.close();
        second.close();
    }

    @BeforeEach
    void bothWork() {
        for (var witness : List.of(first, second)) {
            witness.status(200);
            witness.late(Duration.ZERO);
            witness.signWith(witness.key);
        }
        awaitSource(s -> s.get("state").asText().equals("fresh") && !s.has("problem"));
    }

    // ---- Tools --------------------------------------------------------------------------------

    private static JsonNode json(Node node, String path) {
        return SiteTrial.json(expect(200, trial.get(node, path)));
    }

    private static JsonNode awaitSource(Predicate<JsonNode> wanted) {
        var last = new JsonNode[1];
        await(
                () -> {
                    last[0] = siteTrial.source(site);
                    return wanted.test(last[0]);
                },
                () -> last[0] + " " + json(catalogue, "/api/v1/witnesses"));
        return last[0];
    }

    private static void await(
            BooleanSupplier wanted, java.util.function.Supplier<String> otherwise) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!wanted.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not in time: " + otherwise.get());
            }
            SiteTrial.pause();
        }
    }

    private static SignedNote shown(String path) {
        return SignedNote.parse(expect(200, trial.get(catalogue, path)).body().getBytes(UTF_8));
    }

    private static VerifiedCheckpoint verified(SignedNote note) {
        var alpha = NoteVerifier.parse(json(site, "/api/v1/witness").get("key").asText());
        return ((VerifiedCheckpoint.Check.Good)
                        VerifiedCheckpoint.check(
                                note,
                                NoteVerifier.parse(charter.key()),
                                List.of(first.key.verifier(), second.key.verifier(), alpha)))
                .checkpoint();
    }

    private static long size() {
        return verified(shown("/checkpoint")).size();
    }

    private static Endorsement grow() {
        var endorsement = trial.endorsement(trial.endorser, "image " + System.nanoTime());
        expect(201, trial.post(catalogue, trial.sign(endorsement, trial.endorser)));
        return endorsement;
    }

    // ---- Promises -----------------------------------------------------------------------------

    @Test
    @Clause("EGI-5.5")
    void aCheckpointIsShownWithTheCosignaturesOfAllItsWitnesses() {
        grow();
        await(
                () -> verified(shown("/checkpoint")).signatures().size() == 4,
                () -> json(catalogue, "/api/v1/witnesses").toString());

        var cosigned = verified(shown("/checkpoint?cosignatures=3"));
        assertThat(cosigned.size()).isEqualTo(size());
        assertThat(json(site, "/api/v1/witness").get("ledgers").get(0).get("size").asLong())
                .isEqualTo(size());
        assertThat(trial.get(catalogue, "/checkpoint?cosignatures=4").statusCode()).isEqualTo(404);
        assertThat(trial.get(catalogue, "/checkpoint?cosignatures=0").statusCode()).isEqualTo(400);
        awaitSource(s -> s.get("size").asLong() == size());
    }

    @Test
    @Clause("EGI-5.5")
    void aBundleCarriesTheCosignaturesOfItsCheckpoint() {
        var id = StatementId.of(StatementJson.write(grow()));
        var path = "/api/v1/statements/" + id.hex() + "/bundle";
        await(
                () -> trial.get(catalogue, path + "?cosignatures=3").statusCode() == 200,
                () -> json(catalogue, "/api/v1/witnesses").toString());

        var cosigned = expect(200, trial.get(catalogue, path + "?cosignatures=2"));
        var plain = expect(200, trial.get(catalogue, path));

        for (var response : List.of(cosigned, plain)) {
            var outcome =
                    new BundleVerifier(catalogue.charter(), trial.authority.anchors())
                            .verify(Bundle.read(response.body().getBytes(UTF_8)));
            assertThat(outcome).isInstanceOf(BundleVerifier.Outcome.Verified.class);
            assertThat(outcome.links().get(2).found())
                    .startsWith("2 asked for; cosigned by ")
                    .contains("w1.example at ", "w2.example at ");
        }
        assertThat(trial.get(catalogue, path + "?cosignatures=4").statusCode()).isEqualTo(404);
        assertThat(trial.get(catalogue, path + "?cosignatures=17").statusCode()).isEqualTo(400);
    }

    @Test
    void theCharterSaysHowManyWitnessesToAskFor() {
        var published = json(catalogue, "/api/v1/charter").get("witnesses");

        assertThat(published.get("threshold").asInt()).isEqualTo(2);
        assertThat(published.get("keys").get(1).asText())
                .isEqualTo(second.key.verifier().toString());
        var source = source(catalogue.charter(), "").witnesses().orElseThrow();
        assertThat(source.threshold()).isEqualTo(2);
        assertThat(source.witnesses()).hasSize(3).contains(first.key.verifier());
        // A site may ask for others.
        var own = ", witnesses: {threshold: 1, keys: [\"" + first.key.verifier() + "\"]}";
        assertThat(source(catalogue.charter(), own).witnesses().orElseThrow().witnesses())
                .containsExactly(first.key.verifier());
        assertThat(source(charter, "").witnesses()).isEmpty();
    }

    private static Source source(Charter pinned, String more) {
        try {
            Files.write(trial.directory.resolve("pinned.json"), CharterJson.write(pinned));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var yaml = "[{url: \"http://catalogue.example\", charter: pinned.json%s}]".formatted(more);
        return Source.read(
                        YamlMember.parse(trial.directory.resolve("x.yaml").toString(), yaml),
                        Optional.of(SiteTrial.ORIGIN))
                .getFirst();
    }

    @Test
    @Clause("TVM-3.3")
    void aSiteStaysWhereItIsUntilEnoughWitnessesHaveCosigned() {
        long before = awaitSource(s -> s.get("size").asLong() == size()).get("size").asLong();
        second.status(503);
        grow();

        var waiting =
                awaitSource(
                        s -> s.path("problem").asText().contains("has 1 of the 2 cosignatures"));
        assertThat(waiting.get("problem").asText())
                .contains("w2.example has not cosigned")
                .doesNotContain("w1.example");
        assertThat(waiting.get("size").asLong()).isEqualTo(before);
        assertThat(waiting.has("fault")).isFalse();
        // The submitter had his answer all the same, and the ledger goes on.
        assertThat(size()).isEqualTo(before + 1);

        second.status(200);
        CLOCK.forward(Duration.ofMinutes(6));
        awaitSource(s -> s.get("size").asLong() == before + 1 && !s.has("problem"));
    }

    @Test
    @Clause("TVM-3.3")
    void aViewThatNobodyCosignsAnyMoreGrowsStale() {
        var image = grow().image();
        awaitSource(s -> s.get("size").asLong() == size() && !s.has("problem"));
        assertThat(siteTrial.decide(site, image, "trusted-payload").get("decision").asBoolean())
                .isTrue();
        first.status(503);
        second.status(503);
        CLOCK.forward(Duration.ofMinutes(16));

        var stale = awaitSource(s -> s.get("state").asText().equals("stale"));

        assertThat(stale.has("fault")).isFalse();
        awaitSource(s -> s.has("problem") && s.get("problem").asText().contains("too long ago"));
        assertThat(SiteTrial.codes(siteTrial.decide(site, image, "trusted-payload")))
                .contains(Reason.Code.VIEW_STALE.wire());
        first.status(200);
        second.status(200);
        CLOCK.forward(Duration.ofMinutes(6));
        awaitSource(s -> s.get("state").asText().equals("fresh"));
    }

    @Test
    void aCosignatureOfAnotherKeyOrOfAnotherTimeIsNotTaken() {
        second.signWith(Cosigner.generate("w2.example", new SecureRandom()));
        grow();
        await(
                () -> problem(1).contains("without a cosignature of w2.example"),
                () -> json(catalogue, "/api/v1/witnesses").toString());
        awaitSource(s -> s.path("problem").asText().contains("w2.example has not cosigned"));

        second.signWith(second.key);
        second.late(Duration.ofHours(1));
        CLOCK.forward(Duration.ofMinutes(6));
        await(
                () -> problem(1).contains("it cosigned at"),
                () -> json(catalogue, "/api/v1/witnesses").toString());

        second.late(Duration.ZERO);
        CLOCK.forward(Duration.ofMinutes(6));
        awaitSource(s -> s.get("size").asLong() == size() && !s.has("problem"));
    }

    @Test
    void aWitnessThatFollowsTheLedgerCosignsNoFalseStatusRootAndRaisesTheAlarm() throws Exception {
        var denied = StatusMap.EMPTY.root().line();
        grow();
        awaitSource(s -> s.get("size").asLong() == size() && !s.has("problem"));
        await(
                () ->
                        json(site, "/api/v1/witness").get("ledgers").get(0).path("size").asLong()
                                == size(),
                () -> json(site, "/api/v1/witness").toString());
        var honest = Checkpoint.parse(shown("/checkpoint").text());
        var key =
                NoteSigner.parse(
                        Files.readString(trial.directory.resolve("data/ledger.key")).strip());
        var forged = new Checkpoint(honest.origin(), honest.head(), List.of(denied)).sign(key);

        var refused =
                expect(
                        422,
                        trial.send(
                                trial.request(site, "/add-checkpoint")
                                        .POST(
                                                HttpRequest.BodyPublishers.ofByteArray(
                                                        new WitnessRequest(
                                                                        honest.size(),
                                                                        List.of(),
                                                                        forged)
                                                                .bytes()))
                                        .build()));

        assertThat(refused.body()).contains("where its entries give");
        var alarm = json(site, "/api/v1/alarms").get("alarms").get(0);
        assertThat(alarm.get("kind").asText()).isEqualTo("wrong-status");
        var evidence =
                LedgerEvidence.read(
                        expect(200, trial.get(site, alarm.get("evidence").asText()))
                                .body()
                                .getBytes(UTF_8));
        assertThat(evidence.served().bytes()).isEqualTo(forged.bytes());
        // What it has cosigned is the true one still, and the site goes on with the ledger.
        var origin = Sha256.of(honest.origin().getBytes(UTF_8)).hex();
        assertThat(expect(200, trial.get(site, "/witness/" + origin + "/checkpoint")).body())
                .doesNotContain(denied);
        grow();
        awaitSource(s -> s.get("size").asLong() == size() && !s.has("fault"));
    }

    private static String problem(int witness) {
        return json(catalogue, "/api/v1/witnesses")
                .get("witnesses")
                .get(witness)
                .path("problem")
                .asText();
    }
}
