package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Eventually.await;
import static org.imprimatur.node.SiteTrial.codes;
import static org.imprimatur.node.SiteTrial.json;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Person;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Statement.Block;
import org.imprimatur.register.Statement.Reinstatement;
import org.imprimatur.register.Statement.SiteException;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.Statement.Unblock;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Urgency;
import org.imprimatur.register.UseClass;
import org.imprimatur.trust.Envelope;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decisions that something was in the way of, made again when it no longer is. */
@Clause("END-2.operator")
class ReplayFaultsIT {

    private static final List<byte[]> ENTRIES = new ArrayList<>();
    private static Trial trial;
    private static FakeLedger ledger;
    private static SiteTrial at;
    private static Node site;
    private static SigningKey officer;

    @BeforeAll
    static void start(@TempDir Path directory) {
        trial = new Trial(directory, "catalogue.example/replayed-faults");
        ledger = new FakeLedger(trial.origin.text());
        admit(endorsers(trial.endorser), trial.appointer);
        admit(trial.acceptance(trial.endorser), trial.endorser);
        var charter =
                new Charter(
                        trial.origin,
                        ledger.key.verifier().toString(),
                        trial.policy,
                        List.of(new Charter.Body(Trial.BIOMED, List.of(trial.appointer.person()))));
        at = new SiteTrial(trial, ledger.url(), charter, "100ms");
        site = at.start();
        at.prepare(site);
        officer = at.officer(site);
    }

    @AfterAll
    static void stop() {
        site.close();
        ledger.close();
    }

    // ---- What happens -------------------------------------------------------------------------

    private static Statement endorsers(SigningKey who) {
        return trial.appointment(trial.appointer, Role.ENDORSER, who.person());
    }

    private static byte[] entry(Statement statement, SigningKey key) {
        return FakeLedger.entry(Instant.now(), trial.sign(statement, key));
    }

    /** Adds a statement to the ledger that the site follows. */
    private static StatementId admit(Statement statement, SigningKey key) {
        byte[] envelope = trial.sign(statement, key);
        ENTRIES.add(FakeLedger.entry(Instant.now(), envelope));
        ledger.publish(ENTRIES);
        return StatementId.of(Envelope.parse(envelope).payload());
    }

    /** Endorses an image, until the site knows. */
    private static Endorsed endorsed(String content, SigningKey key) {
        var statement = trial.endorsement(key, content);
        var endorsed = new Endorsed(statement, admit(statement, key));
        awaitAll();
        return endorsed;
    }

    private static Endorsed endorsed(String content) {
        return endorsed(content, trial.endorser);
    }

    private static void awaitAll() {
        await(
                () -> at.source(site),
                source ->
                        source.path("state").asText().equals("fresh")
                                && source.path("size").asInt() == ENTRIES.size());
    }

    private static void awaitFault() {
        await(() -> at.source(site), source -> source.has("fault"));
    }

    /** A statement of the site's officer. */
    private static StatementId ordered(Statement statement) {
        var answer = expect(201, trial.post(site, trial.sign(statement, officer)));
        return StatementId.parse(json(answer).get("id").asText());
    }

    private static Suspension suspension(Person person) {
        return new Suspension(
                at.header(officer),
                SiteTrial.ALPHA,
                person,
                List.of(),
                Suspension.Reason.SECURITY,
                Urgency.CRITICAL,
                "a key is at large");
    }

    private static Reinstatement reinstatement(Person person, StatementId suspension) {
        return new Reinstatement(
                at.header(officer), SiteTrial.ALPHA, person, suspension, "the key is found");
    }

    /** Puts another file in force. */
    private static void inForce(String siteYaml) {
        at.exchange(site, siteYaml);
        assertThat(json(expect(200, trial.get(site, "/api/v1/site/policy"))).get("faults"))
                .isEmpty();
    }

    // ---- Decisions ----------------------------------------------------------------------------

    private static JsonNode decide(Endorsed endorsed) {
        return at.decide(site, endorsed.statement().image(), "trusted-payload");
    }

    private static JsonNode permitted(Endorsed endorsed) {
        var decision = decide(endorsed);
        assertThat(decision.get("decision").asBoolean()).as(decision.toString()).isTrue();
        return decision;
    }

    private static JsonNode denied(Endorsed endorsed, String code) {
        var decision = decide(endorsed);
        assertThat(codes(decision)).containsExactly(code);
        return decision;
    }

    private static String path(JsonNode decision) {
        return "/api/v1/site/decisions/%s/replay".formatted(decision.at("/context/id").asText());
    }

    /** The same in every word, though today's is another. */
    private static JsonNode replayed(JsonNode decision) {
        var answer = json(expect(200, trial.get(site, path(decision))));
        assertThat(answer.get("same").asBoolean()).as(answer.toPrettyString()).isTrue();
        for (var member : List.of("/decision", "/context/reasons", "/context/position")) {
            assertThat(answer.get("replayed").at(member)).isEqualTo(decision.at(member));
        }
        assertThat(answer.get("differs").asBoolean()).isTrue();
        return answer;
    }

    private static void assertGone(JsonNode decision, String code) {
        var answer = replayed(decision);
        assertThat(answer.get("gone").findValuesAsText("code")).containsExactly(code);
        assertThat(answer.at("/today/decision").asBoolean()).isTrue();
    }

    private static void assertNotReplayable(JsonNode decision) {
        assertThat(expect(422, trial.get(site, path(decision))).body())
                .contains("problem/not-replayable");
    }

    // ---- Promises -----------------------------------------------------------------------------

    @Test
    void aRollbackStandsInTheDecisionsOfItsTimeAndInNoOther() {
        var image = endorsed("rolled back");
        var before = permitted(image);

        ledger.publish(ENTRIES.subList(0, ENTRIES.size() - 1));
        awaitFault();
        var during = denied(image, "source-faulty");
        ledger.publish(ENTRIES);
        awaitAll();
        var after = permitted(image);
        endorsed("after the rollback");

        assertGone(during, "source-faulty");
        assertThat(replayed(during).get("why").toString())
                .contains("has shrunk from")
                .contains("has no fault");
        assertThat(json(trial.get(site, path(before))).get("same").asBoolean()).isTrue();
        assertThat(json(trial.get(site, path(after))).get("same").asBoolean()).isTrue();
    }

    @Test
    void aDecisionIsNeverMadeAgainFromAnotherHistoryThanItRestedOn() {
        var image = endorsed("in one history");
        var before = permitted(image);
        var other = new ArrayList<>(ENTRIES.subList(0, ENTRIES.size() - 1));
        other.add(entry(trial.endorsement(trial.endorser, "in the other history"), trial.endorser));
        ledger.publish(other);
        awaitFault();
        var during = denied(image, "source-faulty");
        assertThat(json(trial.get(site, path(during))).get("same").asBoolean()).isTrue();
        assertThat(replayed(before).at("/new/0/code").asText()).isEqualTo("source-faulty");

        inForce(at.siteYaml().replaceAll("(?m)^follow:\n.*\n", ""));
        // The history is forgotten with its fault, once the new file is in force.
        await(() -> trial.get(site, path(before)).statusCode(), status -> status == 422);
        assertNotReplayable(before);
        assertNotReplayable(during);
        ENTRIES.clear();
        ENTRIES.addAll(other);
        inForce(at.siteYaml());
        awaitAll();

        denied(image, "image-unknown");
        assertNotReplayable(before);
        assertNotReplayable(during);
    }

    @Test
    void aDisputedEndorsementStaysDisputedForTheDecisionsThatFoundItSo() throws Exception {
        var nora = trial.authority.issue("Nora Newcomer", KeyKind.EC_P256);
        admit(endorsers(nora), trial.appointer);
        admit(trial.acceptance(nora), nora);
        awaitAll();
        trial.authority.revoke(nora.certificate(), Instant.now());
        trial.authority.writeAnchors(trial.directory.resolve("anchors"));
        Thread.sleep(1100); // revocation lists tell whole seconds
        var image = endorsed("signed with a stolen key", nora);
        assertThat(at.source(site).get("disputed").asInt()).isEqualTo(1);

        var decision = denied(image, "endorsement-disputed");
        endorsed("signed with a stolen key");

        assertGone(decision, "endorsement-disputed");
        site.close();
        site = at.start();
        awaitAll();
        assertGone(decision, "endorsement-disputed");
    }

    @Test
    @Clause("END-4.9")
    void aSuspensionStandsInTheDecisionsOfItsTime() {
        var image = endorsed("while people are suspended");
        var olga = new Person("CN=Olga", "CN=Some CA");
        var suspended = ordered(suspension(olga));
        var byOlga = denied(image, "operator-suspended");
        ordered(reinstatement(olga, suspended));
        var erin = trial.endorser.person();
        var again = ordered(suspension(erin));
        var ofErin = denied(image, "endorser-suspended");
        ordered(reinstatement(erin, again));

        permitted(image);
        assertGone(byOlga, "operator-suspended");
        assertGone(ofErin, "endorser-suspended");
    }

    @Test
    @Clause("END-4.9")
    void aBlockStandsInTheDecisionsUntilItIsLiftedAndInNoneAfter() {
        var endorsed = endorsed("blocked");
        var image = endorsed.statement().image();
        var before = permitted(endorsed);
        var block =
                ordered(new Block(at.header(officer), image, SiteTrial.ALPHA, "a hole was found"));
        var during = denied(endorsed, "image-blocked");
        assertThat(replayed(before).at("/new/0/code").asText()).isEqualTo("image-blocked");
        ordered(
                new Unblock(
                        at.header(officer), image, SiteTrial.ALPHA, block, "the hole is closed"));

        permitted(endorsed);
        assertGone(during, "image-blocked");
        assertThat(json(trial.get(site, path(before))).get("differs").asBoolean()).isFalse();
    }

    @Test
    @Clause("END-1")
    void aPermitByAnExceptionIsMadeAgainWhenTheExceptionHasLapsed() {
        var image = Sha512.of("a rehearsal".getBytes(UTF_8));
        var exception =
                new SiteException(
                        at.header(at.approver),
                        image,
                        SiteTrial.ALPHA,
                        UseClass.PAYLOAD,
                        at.clock.instant().plus(Duration.ofMinutes(10)),
                        "a rehearsal");
        expect(201, at.submit(site, exception));
        var decision = at.decide(site, image, "payload");
        assertThat(codes(decision)).containsExactly("permitted-by-exception");

        at.clock.forward(Duration.ofMinutes(11));

        var answer = replayed(decision);
        assertThat(answer.at("/today/decision").asBoolean()).isFalse();
        assertThat(answer.at("/new/0/code").asText()).isEqualTo("image-unknown");
    }

    @Test
    void aDecisionIsMadeAgainByTheConditionsAndLimitsThatWereInForce() throws IOException {
        var image = endorsed("under other rules");
        inForce(
                at.siteYaml()
                        .replace(
                                "approval: none,",
                                "approval: none, conditions: {small: \"image.packages < 10\"}, limits: {age: 1m},"));
        var strict = decide(image);
        assertThat(codes(strict)).containsExactly("image-too-old", "condition-not-met");
        inForce(at.siteYaml());

        permitted(image);
        var answer = replayed(strict);
        assertThat(answer.get("gone").findValuesAsText("code"))
                .containsExactly("image-too-old", "condition-not-met");
        assertThat(answer.get("why").toString()).contains("the site policy was sha256:");
    }
}
