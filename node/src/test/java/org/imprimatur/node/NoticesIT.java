package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Trial.BIOMED;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Urgency;
import org.imprimatur.trust.Envelope;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a catalogue tells those who answer for images. */
class NoticesIT {

    private final MovableClock clock = new MovableClock();
    private Trial trial;
    private Node node;
    private SigningKey officer;

    @BeforeEach
    void start(@TempDir Path directory) {
        trial = new Trial(directory, "catalogue.example/notices");
        officer = trial.authority.issue("Olga Officer", KeyKind.EC_P256);
        node = Node.start(trial.config(), clock);
        trial.prepare(node);
        submit(
                trial.appointment(trial.appointer, Role.SECURITY_OFFICER, officer.person()),
                trial.appointer);
        submit(trial.acceptance(officer), officer);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private StatementId submit(Statement statement, SigningKey key) {
        byte[] signed = trial.sign(statement, key);
        expect(201, trial.post(node, signed));
        return StatementId.of(Envelope.parse(signed).payload());
    }

    private Endorsed endorse(String content) {
        var endorsement = trial.endorsement(trial.endorser, content);
        return new Endorsed(endorsement, submit(endorsement, trial.endorser));
    }

    private void revoke(Endorsed one, SigningKey key) {
        submit(trial.revocation(key, one.statement(), one.id()), key);
    }

    private void block(Sha512 image) {
        submit(
                new Statement.Block(trial.header(officer), image, BIOMED, "incident 2026-17"),
                officer);
    }

    private void suspend() {
        submit(
                new Suspension(
                        trial.header(officer),
                        BIOMED,
                        trial.endorser.person(),
                        List.of(),
                        Suspension.Reason.SECURITY,
                        Urgency.CRITICAL,
                        "her key was stolen"),
                officer);
    }

    @Test
    void anEndorserIsToldWhatOthersDoToTheirImagesInOneMessageForAllThatComesTooSoon() {
        var own = endorse("own");
        var revoked = endorse("revoked");
        var blocked = endorse("blocked");

        revoke(own, trial.endorser); // she knows
        revoke(revoked, officer);

        assertThat(trial.message(1, "Subject: revoked: vo:biomed " + revoked.statement().guid()))
                .startsWith("To: security@example.org\n")
                .contains(
                        "was revoked, as vulnerable",
                        "An image of revoked",
                        revoked.id().hex(),
                        "a hole was found",
                        "Revoked by " + officer.person().subject());

        block(blocked.statement().image());
        block(Sha512.of("nobody's".getBytes(UTF_8)));
        suspend();
        assertThat(trial.messages()).as("not again so soon").hasSize(1);
        clock.forward(Duration.ofMinutes(11));
        submit(
                trial.appointment(trial.appointer, Role.ENDORSER, officer.person()),
                trial.appointer);

        assertThat(trial.message(2, "Subject: 2 notices of catalogue.example/notices"))
                .contains(
                        "1. vo:biomed blocks vo:biomed " + blocked.statement().guid(),
                        "no site that follows this ledger starts it",
                        "incident 2026-17",
                        "2. vo:biomed suspends the endorser of vo:biomed "
                                + blocked.statement().guid(),
                        "person       " + trial.endorser.person().subject(),
                        "her key was stolen")
                .doesNotContain("An image of own", "An image of revoked");
    }

    private Statement.Appointment contact(String address) {
        var person = trial.authority.issue(address.replace('@', ' '), KeyKind.EC_P256).person();
        return new Statement.Appointment(
                trial.header(trial.appointer),
                BIOMED,
                Role.CONTACT,
                person,
                "Contact group",
                address,
                "is told");
    }

    @Test
    @Clause("PROC-contact")
    void theContactsOfAnOwnerAreToldOfWhatConcernsItsImages() {
        var gone = contact("gone@biomed.example");
        submit(contact("csirt@biomed.example"), trial.appointer);
        submit(gone, trial.appointer);
        submit(
                new Statement.Dismissal(
                        trial.header(trial.appointer), BIOMED, Role.CONTACT, gone.person(), "left"),
                trial.appointer);
        assertThat(SiteTrial.json(trial.get(node, "/api/v1/people")).at("/owners/0/contacts"))
                .extracting(JsonNode::asText)
                .containsExactly("csirt@biomed.example");
        var own = endorse("own");

        revoke(own, trial.endorser); // she knows, they do not

        assertThat(trial.message(1, "An image of own")).startsWith("To: csirt@biomed.example\n");

        block(endorse("blocked").statement().image());
        assertThat(trial.message(2, "An image of blocked"))
                .startsWith("To: security@example.org\n");
    }

    @Test
    @Clause("PROC-contact")
    void aSiteTellsEndorserAndOwnerOfItsRefusal() {
        submit(contact("csirt@biomed.example"), trial.appointer);
        var at = new SiteTrial(trial, Trial.uri(node, ""), node.charter(), "1s");
        try (var site = at.start()) {
            var told = refuse(at, site).findValuesAsText("recipient");

            assertThat(told).containsExactly("csirt@biomed.example", "security@example.org");
        }
    }

    /** The notices of a refusal, once they are sent. */
    private JsonNode refuse(SiteTrial at, Node site) {
        at.prepare(site);
        var endorsed = at.endorse(node, "refused".getBytes(UTF_8));
        at.await(site, endorsed, "eligible"::equals);
        expect(201, at.submit(site, at.refusal(endorsed, trial.origin)));
        return Eventually.await(
                () -> refusals(site),
                all -> all.findValuesAsText("state").equals(List.of("sent", "sent")));
    }

    /** The notices of the only refusal. */
    private JsonNode refusals(Node site) {
        return SiteTrial.json(trial.get(site, "/api/v1/site/images"))
                .at("/images/0/refusal/notices");
    }

    @Test
    void whoWasToldLongAgoIsForgottenWhereTheSiteSaysSoAndNotToldAgain() {
        submit(contact("csirt@biomed.example"), trial.appointer);
        var at = new SiteTrial(trial, Trial.uri(node, ""), node.charter(), "1s");
        at.drivers = "notify: {keep: 90d}\n";
        try (var site = at.start()) {
            refuse(at, site);
        }
        at.clock.forward(Duration.ofDays(89));
        try (var site = at.start()) {
            assertThat(refusals(site)).hasSize(2);
        }

        at.clock.forward(Duration.ofDays(2));

        try (var site = at.start()) {
            Eventually.await(() -> refusals(site).isEmpty());
        }
        try (var site = at.start()) {
            assertThat(refusals(site)).isEmpty();
        }
    }

    @Test
    void nobodyIsToldAgainAfterARestart() {
        var first = endorse("first");
        var second = endorse("second");
        revoke(first, officer);
        trial.message(1, "An image of first");

        node.close();
        clock.forward(Duration.ofMinutes(11));
        node = Node.start(trial.config(), clock);
        revoke(second, officer);

        trial.message(2, "An image of second");
        assertThat(trial.messages())
                .filteredOn(one -> one.contains("An image of first"))
                .hasSize(1);
    }

    /** Starts the node again, and it tells news by this program. */
    private void restart(String... command) throws IOException {
        node.close();
        var config = trial.directory.resolve("node.yaml");
        Files.writeString(
                config,
                trial.yaml()
                        + "notify: {command: [\"%s\"]}\n"
                                .formatted(String.join("\", \"", command)));
        node = Node.start(NodeConfig.read(config), clock);
    }

    @Test
    void whoIsBeingToldWhenTheNodeEndsIsNotToldAgain() throws IOException {
        var mail = Files.createDirectory(trial.directory.resolve("mail"));
        var script = "touch %1$s/begun; sleep 2; cat > %1$s/$$.eml".formatted(mail);
        restart("/bin/sh", "-c", script);
        revoke(endorse("first"), officer);
        Eventually.await(() -> Files.exists(mail.resolve("begun")));

        node.close();

        assertThat(mail).isDirectoryContaining("glob:**.eml");
        clock.forward(Duration.ofMinutes(11));
        restart("/bin/sh", "-c", "cat > %s/after".formatted(mail));
        revoke(endorse("second"), officer);
        Eventually.await(() -> sizeOf(mail.resolve("after")) > 0);
        assertThat(mail.resolve("after"))
                .content()
                .contains("An image of second")
                .doesNotContain("An image of first");
    }

    private static long sizeOf(Path file) {
        return file.toFile().length();
    }

    @Test
    void whoeverIsKnownLaterIsToldOfAdvisoriesAndRevocationsThatNobodyWasKnownFor()
            throws IOException {
        node.close();
        var feeds = new TrialFeeds(trial.directory.resolve("advisories"));
        feeds.put();
        var config = trial.directory.resolve("node.yaml");
        Files.writeString(config, trial.yaml() + feeds.yaml());
        node = Node.start(NodeConfig.read(config), clock);
        submit(
                new Statement.Appointment(
                        trial.header(trial.appointer),
                        BIOMED,
                        Role.ENDORSER,
                        officer.person(),
                        "Olga",
                        "-olga@example.org",
                        "endorses too"),
                trial.appointer);
        var sbom = TrialFeeds.sbom("openssl=3.0.1-1");
        AdvisoryTrial.upload(trial, node, sbom);
        var flawed = AdvisoryTrial.endorse(trial, node, officer, "flawed", sbom);
        Eventually.await(
                () -> AdvisoryTrial.advisories(trial, node, flawed),
                seen -> !seen.at("/endorsements/0").has("obstacle"));
        var revoked = trial.endorsement(officer, "revoked");
        var id = submit(revoked, officer);
        submit(
                trial.appointment(trial.appointer, Role.SECURITY_OFFICER, trial.endorser.person()),
                trial.appointer);
        feeds.put(new TrialFeeds.Flaw("CVE-2026-0001", "openssl", "high", ""));
        submit(trial.revocation(trial.endorser, revoked, id), trial.endorser);
        Eventually.await(
                () -> trial.get(node, "/metrics").body(),
                all -> all.contains("imprimatur_notices_untold 2.0"));

        clock.forward(Duration.ofMinutes(2));
        submit(contact("csirt@biomed.example"), trial.appointer);

        assertThat(trial.message(1, "To: csirt@biomed.example"))
                .contains("CVE-2026-0001, high: openssl", "An image of revoked");
        Eventually.await(
                () -> trial.get(node, "/metrics").body(),
                all -> all.contains("imprimatur_notices_untold 0.0"));
    }

    @Test
    void whatCannotBeHandedOnIsTriedAgainAndCounted() throws IOException {
        var mail = trial.directory.resolve("mail");
        restart("/usr/bin/tee", mail + "/mail");
        var one = endorse("one");

        revoke(one, officer);
        Eventually.await(
                () -> trial.get(node, "/metrics").body(),
                all -> all.contains("imprimatur_notices_untold 1.0"));
        Files.createDirectory(mail);
        clock.forward(Duration.ofMinutes(2));
        endorse("another"); // something happens

        Eventually.await(
                () -> trial.get(node, "/metrics").body(),
                all -> all.contains("imprimatur_notices_untold 0.0"));
        assertThat(mail.resolve("mail")).content().contains("An image of one");
    }
}
