package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.SubmissionIT.json;
import static org.imprimatur.node.SubmissionIT.problem;
import static org.imprimatur.node.Trial.BIOMED;
import static org.imprimatur.node.Trial.expect;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.register.Clause;
import org.imprimatur.register.MediaType;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Team;
import org.imprimatur.register.TeamAct;
import org.imprimatur.register.Terms;
import org.imprimatur.register.Urgency;
import org.imprimatur.register.Version;
import org.imprimatur.trust.Envelope;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies, practices and suspensions, as a node takes them and serves them. */
class PeopleIT {

    private static Trial trial;
    private static Node node;
    private static SigningKey officer;

    @BeforeAll
    static void start(@TempDir Path directory) {
        trial = new Trial(directory, "catalogue.example/people");
        officer = trial.authority.issue("Olga Officer", KeyKind.EC_P256);
        node = trial.start();
        trial.prepare(node);
        submit(
                201,
                trial.appointment(trial.appointer, Role.SECURITY_OFFICER, officer.person()),
                trial.appointer);
        submit(201, trial.acceptance(officer), officer);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static HttpResponse<String> submit(int status, Statement statement, SigningKey key) {
        return expect(status, trial.post(node, trial.sign(statement, key)));
    }

    private static Sha256 upload(String text) {
        var digest = Sha256.of(text.getBytes(UTF_8));
        expect(
                201,
                trial.send(
                        trial.request(node, "/api/v1/attachments/sha256:" + digest.hex())
                                .PUT(BodyPublishers.ofString(text))
                                .build()));
        return digest;
    }

    private static Statement practice(String version, Sha256 document) {
        return new Statement.Practice(
                trial.header(trial.endorser),
                BIOMED,
                null,
                "How we build",
                new Version(version),
                MediaType.MARKDOWN,
                document);
    }

    @Test
    @Clause({"TVM-3.2", "END-4.3", "EGI-5.3"})
    void thePracticesOfAnEndorserAreServedInTheNewestAndInEveryOlderVersion() throws IOException {
        var missing = Sha256.of("nowhere".getBytes(UTF_8));
        var problem =
                problem(
                        422,
                        "document-missing",
                        trial.post(node, trial.sign(practice("1", missing), trial.endorser)));
        assertThat(problem.get("clauses").get(0).asText()).isEqualTo("END-4.3");

        submit(201, practice("1", upload("# We inspect")), trial.endorser);
        submit(201, practice("2", upload("# We inspect twice")), trial.endorser);

        var address = "/api/v1/practices/vo:biomed/" + trial.endorser.person().digest().hex();
        var newest = expect(200, trial.get(node, address));
        assertThat(newest.body()).isEqualTo("# We inspect twice");
        assertThat(newest.headers().firstValue("Content-Type"))
                .contains("text/markdown; charset=utf-8");
        assertThat(expect(200, trial.get(node, address + "?version=1")).body())
                .isEqualTo("# We inspect");
        expect(404, trial.get(node, address + "?version=3"));
        expect(404, trial.get(node, "/api/v1/practices/vo:atlas/" + "0".repeat(64)));

        // The list names who signed which, and each is a statement with a proof.
        var list = json(200, trial.get(node, "/api/v1/practices?owner=vo:biomed")).get("practices");
        assertThat(list.findValuesAsText("version")).containsExactly("2", "1");
        var first = list.get(0);
        assertThat(first.get("signer").get("subject").asText())
                .isEqualTo(trial.endorser.person().subject());
        assertThat(trial.get(node, first.get("document").asText()).body())
                .isEqualTo("# We inspect twice");
        var statement =
                json(200, trial.get(node, "/api/v1/statements/" + first.get("statement").asText()));
        assertThat(statement.get("kind").asText()).isEqualTo("practice");
        assertThat(statement.get("proof").asText()).isNotBlank();
    }

    @Test
    @Clause({"END-2.endorser", "EGI-2.endorser"})
    void aNewVersionOfThePolicyIsServedAndMayBeAccepted() throws IOException {
        var text = "Endorse with more care.\n";
        var policy = new PolicyRef("trial-policy", "2", Sha256.of(text.getBytes(UTF_8)));
        var statement =
                new Statement.Policy(
                        trial.header(trial.appointer),
                        BIOMED,
                        policy,
                        MediaType.PLAIN,
                        Instant.now().plus(Duration.ofDays(30)),
                        List.of(),
                        "more care");
        problem(422, "document-missing", trial.post(node, trial.sign(statement, trial.appointer)));
        upload(text);
        submit(201, statement, trial.appointer);

        var policies = json(200, trial.get(node, "/api/v1/policies")).get("policies");
        assertThat(policies.findValuesAsText("version")).containsExactly("1", "2");
        assertThat(policies.get(1).get("acceptBefore").asText())
                .isEqualTo(statement.acceptBefore().toString());
        assertThat(trial.get(node, policies.get(0).get("document").asText()).body())
                .isEqualTo("Endorse with care.\n");
        assertThat(trial.get(node, policies.get(1).get("document").asText()).body())
                .isEqualTo(text);
        submit(201, new Statement.Acceptance(trial.header(officer), policy), officer);
    }

    @Test
    @Clause({"EGI-C1", "END-4.9"})
    void whatASuspendedPersonSignsIsRefusedUntilTheReinstatement() throws IOException {
        var somebody = trial.authority.issue("Pat Passing", KeyKind.EC_P256);
        submit(
                201,
                trial.appointment(trial.appointer, Role.ENDORSER, somebody.person()),
                trial.appointer);
        submit(201, trial.acceptance(somebody), somebody);
        var endorsement = trial.endorsement(somebody, "passing");
        submit(201, endorsement, somebody);
        var suspension =
                new Suspension(
                        trial.header(officer),
                        BIOMED,
                        somebody.person(),
                        List.of("pat"),
                        Suspension.Reason.SECURITY,
                        Urgency.HIGH,
                        "the key was stolen");
        byte[] envelope = trial.sign(suspension, officer);
        expect(201, trial.post(node, envelope));

        problem(
                409,
                "signer-suspended",
                trial.post(node, trial.sign(trial.endorsement(somebody, "more"), somebody)));
        var one = json(200, trial.get(node, "/api/v1/suspensions")).get("suspensions").get(0);
        assertThat(one.get("person").get("subject").asText())
                .isEqualTo(somebody.person().subject());
        assertThat(one.get("names").get(0).asText()).isEqualTo("pat");
        assertThat(one.get("reason").asText()).isEqualTo("security");
        assertThat(one.get("urgency").asText()).isEqualTo("high");
        assertThat(state(endorsement)).isEqualTo("suspended");

        submit(
                201,
                new Statement.Reinstatement(
                        trial.header(officer),
                        BIOMED,
                        somebody.person(),
                        StatementId.of(Envelope.parse(envelope).payload()),
                        "new key"),
                officer);
        assertThat(state(endorsement)).isEqualTo("endorsed");
        var history =
                json(
                                200,
                                trial.get(
                                        node,
                                        "/api/v1/people/%s/history"
                                                .formatted(somebody.person().digest().hex())))
                        .get("statements");
        assertThat(history.findValuesAsText("kind"))
                .containsExactly("appointment", "acceptance", "suspension", "reinstatement");
        assertThat(LedgerEntry.parse(history.get(2).get("bytes").binaryValue()).envelope())
                .isEqualTo(envelope);
    }

    @Test
    @Clause("EGI-6.individual")
    void anImageTellsTheTeamThatEndorsesItAndTheIndividualWhoActed() throws IOException {
        var builders = new Team("builders");
        var robot = trial.authority.issue("Robot Builders", KeyKind.EC_P256);
        var mia = trial.authority.issue("Mia Member", KeyKind.EC_P256);
        for (var one : List.of(robot, mia)) {
            submit(
                    201,
                    new Statement.Appointment(
                            trial.header(trial.appointer),
                            BIOMED,
                            Role.ENDORSER,
                            one.person(),
                            "Builders",
                            "security@example.org",
                            "what the builders endorse",
                            new Terms(null, null, builders, one == robot)),
                    trial.appointer);
            submit(201, trial.acceptance(one), one);
        }
        var plain = trial.endorsement(robot, "by the builders");
        var endorsement =
                trial.detailed(plain, plain.details().inTeam(new TeamAct(builders, mia.person())));
        submit(201, endorsement, robot);

        var team =
                json(200, trial.get(node, "/api/v1/images/" + endorsement.guid()))
                        .get("versions")
                        .get(0)
                        .get("team");

        assertThat(team.get("name").asText()).isEqualTo("builders");
        assertThat(team.get("individual").get("subject").asText())
                .isEqualTo(mia.person().subject());
    }

    @Test
    void peoplePoliciesAndPracticesHaveAPageForPeopleWhereNobodyCanPutMarkup() {
        var guest = trial.authority.issue("Gus Guest", KeyKind.EC_P256);
        submit(
                201,
                new Statement.Appointment(
                        trial.header(trial.appointer),
                        BIOMED,
                        Role.ENDORSER,
                        guest.person(),
                        "Gus <script>alert(1)</script>",
                        "security@example.org",
                        "what he endorses",
                        new Terms(null, Instant.now().plus(Duration.ofDays(9)), null, false)),
                trial.appointer);

        var people = trial.get(node, "/people");
        var policies = trial.get(node, "/policies").body();

        assertThat(people.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(value -> assertThat(value).contains("default-src 'none'"));
        assertThat(people.body())
                .contains(
                        "vo:biomed",
                        "Anna Appointer",
                        "Erin Endorser",
                        ">acts<",
                        "Gus &lt;script&gt;",
                        "policy not accepted",
                        "/api/v1/people/" + guest.person().digest().hex() + "/history")
                .doesNotContain("<script");
        assertThat(policies).contains("trial-policy", "the charter", "from the start");
        assertThat(trial.get(node, "/lists").body()).contains("serves no image lists");
        for (var page : List.of("/", "/people", "/policies", "/lists")) {
            assertThat(trial.get(node, page).body()).contains("<nav", "href=\"/people\"");
        }
    }

    private static String state(Statement.Endorsement endorsement) throws IOException {
        return json(200, trial.get(node, "/api/v1/images/" + endorsement.guid()))
                .get("versions")
                .get(0)
                .get("state")
                .asText();
    }

    @Test
    @Clause("TVM-4.3")
    void thePeopleOfAnOwnerAreListedWithTheirContactAndWhetherTheyMayAct() throws IOException {
        var owner =
                json(200, trial.get(node, "/api/v1/people?owner=vo:biomed")).get("owners").get(0);

        assertThat(owner.get("firstAppointers").get(0).get("subject").asText())
                .isEqualTo(trial.appointer.person().subject());
        var erin = owner.get("people").get(0);
        assertThat(erin.get("role").asText()).isEqualTo("endorser");
        assertThat(erin.get("contact").asText()).contains("@");
        assertThat(erin.get("inTerm").asBoolean()).isTrue();
        assertThat(erin.get("suspended").asBoolean()).isFalse();
        assertThat(erin.get("accepted").asBoolean()).isTrue();
        assertThat(json(200, trial.get(node, "/api/v1/people?owner=vo:other")).get("owners"))
                .isEmpty();
    }
}
