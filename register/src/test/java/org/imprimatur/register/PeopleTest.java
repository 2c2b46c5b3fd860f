package org.imprimatur.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.register.Example.*;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.imprimatur.register.Example.Book;
import org.imprimatur.register.Refusal.Code;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Dismissal;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Policy;
import org.imprimatur.register.Statement.Practice;
import org.imprimatur.register.Statement.Reinstatement;
import org.imprimatur.register.Statement.Suspension;
import org.junit.jupiter.api.Test;

/** Terms and teams, policies and their acceptance, practice statements, suspensions. */
class PeopleTest {

    private static final Instant MONDAY = NOON.plus(Duration.ofDays(2));
    private static final Instant FRIDAY = NOON.plus(Duration.ofDays(6));
    private static final Team BUILDERS = new Team("builders");

    private final Book book = Book.withAlice();

    private Header by(Person signer) {
        return header(CATALOGUE, signer, book.now);
    }

    private static Terms term(Instant from, Instant to) {
        return new Terms(from, to, null, false);
    }

    // ---- Terms ----

    @Test
    @Clause({"END-2.endorser", "TVM-2.model"})
    void anAppointmentHoldsFromItsBeginningUntilJustBeforeItsEnd() {
        book.admit(appointment(by(ROOT), ATLAS, Role.ENDORSER, BOB, term(MONDAY, FRIDAY)));
        book.admit(acceptance(by(BOB)));
        var endorsement = endorsement(by(BOB)).owner(ATLAS);

        assertThat(book.codeOf(endorsement.build())).isEqualTo(Code.NOT_AN_ENDORSER);
        book.now = MONDAY;
        var made = book.admit(endorsement.build());
        assertThat(book.register.counts(id(made), FRIDAY.minusNanos(1000))).isTrue();
        assertThat(book.register.counts(id(made), FRIDAY)).isFalse();
        book.now = FRIDAY;
        assertThat(book.refusalOf(endorsement(by(BOB)).owner(ATLAS).version("2").build()).found())
                .endsWith("who holds no role here");
    }

    @Test
    void aTermIsProlongedWithoutAGapAndNeverShortened() {
        book.admit(appointment(by(ROOT), ATLAS, Role.ENDORSER, BOB, term(null, MONDAY)));
        book.admit(acceptance(by(BOB)));

        var within = appointment(by(ROOT), ATLAS, Role.ENDORSER, BOB, term(null, MONDAY));
        assertThat(book.codeOf(within)).isEqualTo(Code.ALREADY_APPOINTED);
        book.admit(appointment(by(ROOT), ATLAS, Role.ENDORSER, BOB, term(MONDAY, FRIDAY)));
        book.admit(appointment(by(ROOT), ATLAS, Role.ENDORSER, BOB, term(FRIDAY, null)));
        for (var at : List.of(book.now, MONDAY, FRIDAY, FRIDAY.plusSeconds(1_000_000))) {
            assertThat(book.register.holds(BOB, Role.ENDORSER, ATLAS, at)).isTrue();
        }
        var endorsement = book.admit(endorsement(by(BOB)).owner(ATLAS).build());
        RegisterTest.assertSupported(book, endorsement);

        book.admit(dismissal(by(ROOT), ATLAS, Role.ENDORSER, BOB));
        for (var at : List.of(book.now, MONDAY, FRIDAY)) {
            assertThat(book.register.holds(BOB, Role.ENDORSER, ATLAS, at)).isFalse();
        }
        RegisterTest.assertSupported(book, endorsement);
    }

    @Test
    void whoseTermIsOverIsNotDismissedButAppointedAgain() {
        book.admit(appointment(by(ROOT), ATLAS, Role.ENDORSER, BOB, term(null, MONDAY)));
        book.now = MONDAY;

        assertThat(book.codeOf(dismissal(by(ROOT), ATLAS, Role.ENDORSER, BOB)))
                .isEqualTo(Code.NOT_APPOINTED);
        book.admit(appointment(by(ROOT), ATLAS, Role.ENDORSER, BOB, term(null, FRIDAY)));
        assertThat(book.register.holds(BOB, Role.ENDORSER, ATLAS, MONDAY)).isTrue();
    }

    @Test
    void whoIsAppointedForLaterAcceptsThePolicyBefore() {
        book.admit(appointment(by(ROOT), ATLAS, Role.ENDORSER, BOB, term(MONDAY, null)));

        book.admit(acceptance(by(BOB)));
    }

    // ---- Policies ----

    @Test
    @Clause({"END-2.endorser", "EGI-2.endorser"})
    void aNewVersionOfThePolicyAsksAgainWithADateFromWhichTheOldAcceptanceNoLongerSuffices() {
        var before = book.admit(endorsement(by(ALICE)).build());
        book.admit(policy(by(ROOT), GRID, NEW_POLICY, MONDAY));

        // Until then both suffice.
        book.admit(endorsement(by(ALICE)).version("2").image(image("2")).build());
        book.now = MONDAY;
        var late = endorsement(by(ALICE)).version("3").image(image("3"));
        var refusal = book.refusalOf(late.build());
        assertThat(refusal.code()).isEqualTo(Code.ACCEPTANCE_TOO_OLD);
        assertThat(refusal.clauses()).containsExactly("EGI-2.endorser");
        assertThat(refusal.expected()).contains("egi-endorsement 3").contains(MONDAY.toString());
        assertThat(refusal.found()).contains("version 2").endsWith("entry 1");

        book.admit(new Acceptance(by(ALICE), NEW_POLICY));
        assertThat(book.codeOf(late.build())).isEqualTo(Code.POLICY_SUPERSEDED);
        book.admit(late.policy(NEW_POLICY).build());
        // What was endorsed under the older version goes on counting.
        assertThat(book.register.counts(id(before), book.now)).isTrue();
    }

    @Test
    @Clause("EGI-2.endorser")
    void inTheTimeBetweenBothVersionsAreAcceptedButNoOlderOne() {
        book.admit(appointment(by(ROOT), ATLAS, Role.ENDORSER, BOB));
        book.admit(appointment(by(ROOT), ATLAS, Role.ENDORSER, CAROL));
        book.admit(policy(by(ROOT), GRID, NEW_POLICY, MONDAY));

        book.admit(acceptance(by(BOB)));
        book.admit(new Acceptance(by(BOB), NEW_POLICY));
        assertThat(book.codeOf(acceptance(by(BOB)))).isEqualTo(Code.ALREADY_ACCEPTED);
        assertThat(book.codeOf(new Acceptance(by(BOB), NEW_POLICY)))
                .isEqualTo(Code.ALREADY_ACCEPTED);
        book.now = MONDAY;
        assertThat(book.codeOf(acceptance(by(CAROL)))).isEqualTo(Code.POLICY_SUPERSEDED);
        assertThat(book.codeOf(new Acceptance(by(CAROL), OTHER_POLICY)))
                .isEqualTo(Code.UNKNOWN_POLICY);
        book.admit(new Acceptance(by(CAROL), NEW_POLICY));
    }

    @Test
    @Clause({"TVM-3.1", "EGI-5.1"})
    void nobodyEndorsesUnderAVersionThatTheyHaveNotAccepted() {
        book.admit(policy(by(ROOT), GRID, NEW_POLICY, MONDAY));

        assertThat(book.codeOf(endorsement(by(ALICE)).policy(NEW_POLICY).build()))
                .isEqualTo(Code.POLICY_NOT_ACCEPTED);
        book.admit(new Acceptance(by(ALICE), NEW_POLICY));
        var endorsement = book.admit(endorsement(by(ALICE)).policy(NEW_POLICY).build());
        RegisterTest.assertSupported(book, endorsement);
    }

    @Test
    void onlyAnInfrastructureSetsThePolicyOfALedgerOfSeveralOwners() {
        assertThat(book.codeOf(policy(by(ALICE), GRID, NEW_POLICY, MONDAY)))
                .isEqualTo(Code.NOT_AN_APPOINTER);
        assertThat(book.codeOf(policy(by(ROOT), BIOMED, NEW_POLICY, MONDAY)))
                .isEqualTo(Code.POLICY_NOT_OF_OWNER);

        var alone = new Book(charter(CATALOGUE, BIOMED));
        alone.admit(policy(by(ROOT), BIOMED, NEW_POLICY, MONDAY));
        var two = new Book(charter(CATALOGUE, BIOMED, ATLAS));
        assertThat(two.codeOf(policy(by(ROOT), BIOMED, NEW_POLICY, MONDAY)))
                .isEqualTo(Code.POLICY_NOT_OF_OWNER);
    }

    @Test
    void aVersionOfAPolicyIsNeverUsedAgain() {
        book.admit(policy(by(ROOT), GRID, NEW_POLICY, MONDAY));
        var sameVersion = new PolicyRef("egi-endorsement", "3", sha256("third"));
        var sameDocument = new PolicyRef("egi-endorsement", "4", NEW_POLICY.sha256());

        assertThat(book.codeOf(policy(by(ROOT), GRID, POLICY, MONDAY)))
                .isEqualTo(Code.POLICY_KNOWN);
        assertThat(book.codeOf(policy(by(ROOT), GRID, sameVersion, MONDAY)))
                .isEqualTo(Code.POLICY_KNOWN);
        assertThat(book.codeOf(policy(by(ROOT), GRID, sameDocument, MONDAY)))
                .isEqualTo(Code.POLICY_KNOWN);
        assertThat(
                        book.codeOf(
                                policy(
                                        by(ROOT),
                                        GRID,
                                        new PolicyRef("egi-endorsement", "5", sha256("5")),
                                        MONDAY,
                                        List.of(Role.ENDORSER))))
                .isEqualTo(Code.POLICY_FOR_EVERY_ROLE);
        assertThat(book.register.policies())
                .extracting(PolicyVersion::policy)
                .containsExactly(POLICY, NEW_POLICY);
    }

    @Test
    void aPolicyForSomeRolesIsAskedOfThoseOnlyAndOnlyFromItsDateOn() {
        book.appoint(NORTH, Role.SITE_APPROVER, CAROL);
        book.admit(appointment(by(ROOT), NORTH, Role.VM_OPERATOR, BOB));
        book.admit(acceptance(by(BOB)));
        var endorsement = book.admit(endorsement(by(ALICE)).build());
        book.admit(
                policy(
                        by(ROOT),
                        GRID,
                        OPERATIONS,
                        MONDAY,
                        List.of(Role.VM_OPERATOR, Role.SITE_APPROVER)));
        assertThat(book.register.missingAcceptance(BOB, Role.VM_OPERATOR, book.now)).isEmpty();

        book.now = MONDAY;
        assertThat(book.register.missingAcceptance(BOB, Role.VM_OPERATOR, book.now))
                .map(Refusal::code)
                .contains(Code.POLICY_NOT_ACCEPTED);
        assertThat(book.register.missingAcceptance(ALICE, Role.ENDORSER, book.now)).isEmpty();
        assertThat(book.codeOf(approval(by(CAROL), NORTH, endorsement)))
                .isEqualTo(Code.POLICY_NOT_ACCEPTED);
        book.admit(new Acceptance(by(CAROL), OPERATIONS));
        var approval = book.admit(approval(by(CAROL), NORTH, endorsement));
        RegisterTest.assertSupported(book, approval);
        book.admit(new Acceptance(by(BOB), OPERATIONS));
        assertThat(book.register.missingAcceptance(BOB, Role.VM_OPERATOR, book.now)).isEmpty();
    }

    @Test
    void anEndorsementIsUnderThePolicyOfTheCharterInSomeVersion() {
        book.admit(policy(by(ROOT), GRID, OPERATIONS, MONDAY));
        book.admit(new Acceptance(by(ALICE), OPERATIONS));

        assertThat(book.codeOf(endorsement(by(ALICE)).policy(OPERATIONS).build()))
                .isEqualTo(Code.UNKNOWN_POLICY);
    }

    @Test
    void theBarIsTheLastVersionWhoseDateHasComeInWhateverOrderTheDatesAre() {
        book.admit(policy(by(ROOT), GRID, NEW_POLICY, FRIDAY));
        var urgent = new PolicyRef("egi-endorsement", "4", sha256("4"));
        book.admit(policy(by(ROOT), GRID, urgent, MONDAY));
        book.admit(new Acceptance(by(ALICE), NEW_POLICY));

        book.now = MONDAY;
        assertThat(book.codeOf(endorsement(by(ALICE)).policy(NEW_POLICY).build()))
                .isEqualTo(Code.ACCEPTANCE_TOO_OLD);
        book.admit(new Acceptance(by(ALICE), urgent));
        book.now = FRIDAY;
        book.admit(endorsement(by(ALICE)).policy(urgent).build());
    }

    @Test
    void aChangedPolicyIsInTheSupportOfWhatRestsOnIt() {
        book.admit(policy(by(ROOT), GRID, NEW_POLICY, MONDAY)); // 2
        book.admit(new Acceptance(by(ALICE), NEW_POLICY)); // 3
        var endorsement = book.admit(endorsement(by(ALICE)).policy(NEW_POLICY).build());

        assertThat(book.register.support(id(endorsement))).containsExactly(0L, 2L, 3L);
    }

    // ---- Practice statements ----

    @Test
    void anEndorserPublishesPracticesInVersionsThatAllStay() {
        assertThat(book.codeOf(practice(by(BOB), BIOMED, "1"))).isEqualTo(Code.NOT_AN_ENDORSER);
        assertThat(book.codeOf(practice(by(ALICE), ATLAS, "1"))).isEqualTo(Code.NOT_AN_ENDORSER);

        var one = book.admit(practice(by(ALICE), BIOMED, "1"));
        var two = book.admit(practice(by(ALICE), BIOMED, "2"));

        assertThat(book.codeOf(practice(by(ALICE), BIOMED, "1")))
                .isEqualTo(Code.PRACTICE_VERSION_USED);
        assertThat(book.register.practices())
                .extracting(Recorded::statement)
                .containsExactly(one, two);
        RegisterTest.assertSupported(book, two);
        book.appoint(BIOMED, Role.ENDORSER, CAROL);
        book.admit(practice(by(CAROL), BIOMED, "1"));
    }

    @Test
    @Clause("EGI-6.individual")
    void onlyAMemberOfATeamPublishesThePracticeOfTheTeam() {
        var ofTeam = practiceOf(BUILDERS);
        assertThat(book.codeOf(ofTeam)).isEqualTo(Code.NOT_IN_TEAM);

        book.admit(
                appointment(
                        by(ROOT),
                        BIOMED,
                        Role.ENDORSER,
                        ALICE,
                        new Terms(null, null, BUILDERS, false)));
        book.admit(ofTeam);
        book.admit(new Dismissal(by(ROOT), BIOMED, Role.ENDORSER, ALICE, BUILDERS, "left"));
        assertThat(book.codeOf(practiceOf(BUILDERS))).isEqualTo(Code.NOT_IN_TEAM);
        assertThat(book.register.holds(ALICE, Role.ENDORSER, BIOMED, book.now)).isTrue();
    }

    @Test
    @Clause({"EGI-6.individual", "EGI-2.endorser"})
    void aTeamsEndorsementIsSignedByAMemberWithTheirOwnCertificate() {
        var ofTeam = inTeam(by(ALICE), null);
        assertThat(book.codeOf(ofTeam)).isEqualTo(Code.NOT_IN_TEAM);
        assertThat(book.refusalOf(ofTeam).clauses()).containsExactly("EGI-6.individual");

        joins(ALICE, false);
        assertThat(book.codeOf(inTeam(by(ALICE), BOB))).isEqualTo(Code.NOT_A_SHARED_KEY);
        var made = book.admit(ofTeam);
        assertThat(book.register.endorsement(id(made)).orElseThrow().statement().signer())
                .isEqualTo(ALICE);
        assertThat(StatementJson.parse(StatementJson.write(made))).isEqualTo(made);
        RegisterTest.assertSupported(book, made);

        // It counts while she is in the team, whatever else she is.
        book.admit(dismissal(by(ROOT), BIOMED, Role.ENDORSER, ALICE));
        assertThat(book.register.counts(id(made), book.now)).isTrue();
        book.admit(new Dismissal(by(ROOT), BIOMED, Role.ENDORSER, ALICE, BUILDERS, "left"));
        assertThat(book.register.counts(id(made), book.now)).isFalse();
    }

    @Test
    @Clause("EGI-6.individual")
    void aSharedKeyIsRefusedUnlessTheIndividualIsNamedAndAppointedToTheTeam() {
        var robot = person("Robot of the builders");
        joins(robot, true);
        book.admit(acceptance(by(robot)));
        assertThat(book.codeOf(inTeam(by(robot), null))).isEqualTo(Code.INDIVIDUAL_NOT_NAMED);
        assertThat(book.codeOf(inTeam(by(robot), BOB))).isEqualTo(Code.NOT_IN_TEAM);
        assertThat(book.codeOf(inTeam(by(robot), robot))).isEqualTo(Code.NOT_IN_TEAM);
        assertThat(book.codeOf(endorsement(by(robot)).build())).isEqualTo(Code.NOT_AN_ENDORSER);

        joins(BOB, false);
        assertThat(book.codeOf(inTeam(by(robot), BOB))).isEqualTo(Code.POLICY_NOT_ACCEPTED);
        book.admit(acceptance(by(BOB)));
        var made = book.admit(inTeam(by(robot), BOB));
        assertThat(made.details().team()).isEqualTo(new TeamAct(BUILDERS, BOB));
        assertThat(StatementJson.parse(StatementJson.write(made))).isEqualTo(made);
        RegisterTest.assertSupported(book, made);

        book.appoint(GRID, Role.SECURITY_OFFICER, CAROL);
        book.admit(suspension(by(CAROL), GRID, BOB));
        assertThat(book.codeOf(inTeam(by(robot), BOB))).isEqualTo(Code.SIGNER_SUSPENDED);
    }

    private void joins(Person person, boolean sharedKey) {
        var terms = new Terms(null, null, BUILDERS, sharedKey);
        book.admit(appointment(by(ROOT), BIOMED, Role.ENDORSER, person, terms));
    }

    private static Endorsement inTeam(Header header, Person individual) {
        return endorsement(header).team(new TeamAct(BUILDERS, individual)).build();
    }

    private Practice practiceOf(Team team) {
        return new Practice(
                by(ALICE),
                BIOMED,
                team,
                "How we build",
                new Version("1"),
                MediaType.PLAIN,
                sha256("practice"));
    }

    // ---- Suspension ----

    @Test
    @Clause({"END-4.9", "EGI-4.7", "TVM-3.9"})
    void aSecurityOfficerSuspendsAndReinstatesAndNobodyElseDoes() {
        for (var owner : List.of(GRID, BIOMED, NORTH)) {
            var book = Book.withAlice();
            assertThat(book.codeOf(suspension(by(BOB), owner, ALICE)))
                    .isEqualTo(Code.NOT_A_SECURITY_OFFICER);
            book.admit(appointment(by(ROOT), owner, Role.SECURITY_OFFICER, BOB));
            assertThat(book.codeOf(suspension(by(BOB), owner, ALICE)))
                    .isEqualTo(Code.POLICY_NOT_ACCEPTED);
            book.admit(acceptance(by(BOB)));

            var suspension = book.admit(suspension(by(BOB), owner, ALICE));
            assertThat(book.codeOf(suspension(by(BOB), owner, ALICE)))
                    .isEqualTo(Code.ALREADY_SUSPENDED);
            assertThat(book.register.suspensions(ALICE))
                    .extracting(Recorded::id)
                    .containsExactly(id(suspension));
            var ofAnother =
                    new Reinstatement(by(BOB), owner, CAROL, id(suspension), "wrong person");
            assertThat(book.codeOf(ofAnother)).isEqualTo(Code.UNKNOWN_SUSPENSION);
            var reinstatement = book.admit(reinstatement(by(BOB), suspension));
            assertThat(book.codeOf(reinstatement(by(BOB), suspension)))
                    .isEqualTo(Code.UNKNOWN_SUSPENSION);
            assertThat(book.register.suspensions()).isEmpty();
            RegisterTest.assertSupported(book, reinstatement);
        }
    }

    @Test
    @Clause({"EGI-C1", "END-4.9"})
    void nothingByASuspendedPersonIsAdmittedWhateverTheirRoles() {
        book.appoint(GRID, Role.SECURITY_OFFICER, BOB);
        book.admit(appointment(by(ROOT), NORTH, Role.SITE_APPROVER, ALICE));
        book.admit(appointment(by(ROOT), BIOMED, Role.APPOINTER, ALICE));
        book.admit(appointment(by(ROOT), GRID, Role.APPOINTER, ALICE));
        book.admit(appointment(by(ROOT), BIOMED, Role.SECURITY_OFFICER, ALICE));
        var endorsement = book.admit(endorsement(by(ALICE)).build());
        var block = book.admit(block(by(ALICE), BIOMED, IMAGE));
        var other = book.admit(suspension(by(ALICE), BIOMED, EVE));
        var suspension = book.admit(suspension(by(BOB), GRID, ALICE));

        var acts =
                List.of(
                        appointment(by(ALICE), BIOMED, Role.ENDORSER, CAROL),
                        dismissal(by(ALICE), BIOMED, Role.ENDORSER, ALICE),
                        policy(by(ALICE), GRID, NEW_POLICY, MONDAY),
                        acceptance(by(ALICE)),
                        practice(by(ALICE), BIOMED, "1"),
                        suspension(by(ALICE), BIOMED, CAROL),
                        reinstatement(by(ALICE), suspension),
                        reinstatement(by(ALICE), other),
                        endorsement(by(ALICE)).version("2").build(),
                        revocation(by(ALICE), endorsement),
                        approval(by(ALICE), NORTH, endorsement),
                        refusal(by(ALICE), NORTH, endorsement),
                        block(by(ALICE), BIOMED, IMAGE),
                        unblock(by(ALICE), block),
                        exception(
                                by(ALICE),
                                NORTH,
                                IMAGE,
                                UseClass.PAYLOAD,
                                book.now.plus(Duration.ofDays(1))));
        assertThat(acts.stream().map(Statement::kind)).containsAll(Set.of(Statement.Kind.values()));
        for (var act : acts) {
            var refusal = book.refusalOf(act);
            assertThat(refusal.code()).isEqualTo(Code.SIGNER_SUSPENDED);
            assertThat(refusal.clauses()).containsExactly("END-4.9", "EGI-C1");
        }
        assertThat(book.refusalOf(acts.getFirst()).found())
                .contains("suspended by infrastructure:grid")
                .endsWith("as security: the key was stolen");

        book.admit(reinstatement(by(BOB), suspension));
        book.admit(revocation(by(ALICE), endorsement));
    }

    @Test
    @Clause("END-4.9")
    void aVoAndASiteSuspendWithinThemselves() {
        book.appoint(BIOMED, Role.SECURITY_OFFICER, BOB);
        book.appoint(NORTH, Role.SECURITY_OFFICER, BOB);
        book.appoint(ATLAS, Role.ENDORSER, ALICE);
        book.appoint(SOUTH, Role.SITE_APPROVER, ALICE);
        book.appoint(NORTH, Role.SITE_APPROVER, ALICE);
        var ofBiomed = book.admit(endorsement(by(ALICE)).build());
        var atlas = endorsement(by(ALICE)).owner(ATLAS).guid(guid(2));
        var ofAtlas = book.admit(atlas.build());

        book.admit(suspension(by(BOB), BIOMED, ALICE));
        book.admit(suspension(by(BOB), NORTH, ALICE));

        assertThat(book.codeOf(endorsement(by(ALICE)).version("2").build()))
                .isEqualTo(Code.SIGNER_SUSPENDED);
        assertThat(book.codeOf(revocation(by(ALICE), ofBiomed))).isEqualTo(Code.SIGNER_SUSPENDED);
        assertThat(book.codeOf(approval(by(ALICE), NORTH, ofAtlas)))
                .isEqualTo(Code.SIGNER_SUSPENDED);
        book.admit(atlas.version("2").build());
        book.admit(approval(by(ALICE), SOUTH, ofAtlas));
        assertThat(book.register.counts(id(ofBiomed), book.now)).isFalse();
        assertThat(book.register.counts(id(ofAtlas), book.now)).isTrue();
    }

    @Test
    @Clause({"END-4.9", "EGI-2.endorser"})
    void theEndorsementsOfASuspendedEndorserCountAgainOnlyAfterTheReinstatement() {
        book.appoint(GRID, Role.SECURITY_OFFICER, BOB);
        var endorsement = book.admit(endorsement(by(ALICE)).build());

        var suspension = book.admit(suspension(by(BOB), GRID, ALICE));
        assertThat(book.register.counts(id(endorsement), book.now)).isFalse();
        assertThat(book.register.endorserSuspended(endorsement)).isTrue();
        book.admit(reinstatement(by(BOB), suspension));
        assertThat(book.register.counts(id(endorsement), book.now)).isTrue();
    }

    @Test
    void whoSuspendsCanAlwaysBeDismissed() {
        book.appoint(GRID, Role.SECURITY_OFFICER, BOB);
        book.appoint(BIOMED, Role.SECURITY_OFFICER, BOB);

        assertThat(book.codeOf(suspension(by(BOB), GRID, ROOT))).isEqualTo(Code.FIRST_APPOINTER);
        assertThat(book.codeOf(suspension(by(BOB), BIOMED, ROOT))).isEqualTo(Code.FIRST_APPOINTER);
        // Whoever suspends themselves, for their key was stolen, needs somebody else to come back.
        var own = book.admit(suspension(by(BOB), GRID, BOB));
        assertThat(book.codeOf(reinstatement(by(BOB), own))).isEqualTo(Code.SIGNER_SUSPENDED);
        book.admit(dismissal(by(ROOT), GRID, Role.SECURITY_OFFICER, BOB));
    }

    @Test
    @Clause("EGI-C1")
    void anOperatorIsFoundByEveryFormOfTheSubjectAndByEachNameThatTheSuspensionGives() {
        book.appoint(GRID, Role.SECURITY_OFFICER, BOB);
        var mallory =
                new Person("CN=Mallory\\, the 3rd,OU=People,O=Example", "CN=Example CA,O=Example");
        var suspension = book.admit(suspension(by(BOB), GRID, mallory, "mallory", "sub:123"));

        for (var name :
                List.of(
                        "CN=Mallory\\, the 3rd,OU=People,O=Example",
                        "cn=mallory\\, THE 3rd, ou=People, o=Example",
                        "/O=Example/OU=People/CN=Mallory, the 3rd",
                        "mallory",
                        "sub:123")) {
            assertThat(book.register.suspensionsOfOperator(name)).as(name).hasSize(1);
        }
        for (var name :
                List.of(
                        "Mallory",
                        "CN=Mallory",
                        "OU=People,CN=Mallory\\, the 3rd,O=Example",
                        "/CN=Mallory, the 3rd/OU=People/O=Example",
                        "=",
                        "/=",
                        "/CN=\"",
                        "CN=\\")) {
            assertThat(book.register.suspensionsOfOperator(name)).as(name).isEmpty();
        }
        book.admit(reinstatement(by(BOB), suspension));
        assertThat(book.register.suspensionsOfOperator("mallory")).isEmpty();
    }

    @Test
    void oneNameOfTwoSuspensionsStaysFoundWhenOneEnds() {
        book.appoint(GRID, Role.SECURITY_OFFICER, BOB);
        var one = book.admit(suspension(by(BOB), GRID, ALICE, "build"));
        var two = book.admit(suspension(by(BOB), GRID, CAROL, "build"));

        book.admit(reinstatement(by(BOB), one));

        assertThat(book.register.suspensionsOfOperator("build"))
                .extracting(Recorded::id)
                .containsExactly(id(two));
    }

    /** Reading what was admitted again gives statements of the very kinds. */
    @Test
    void theNewKindsComeBackFromTheirBytes() {
        for (Statement statement :
                List.<Statement>of(
                        policy(by(ROOT), GRID, NEW_POLICY, MONDAY, List.of(Role.ENDORSER)),
                        practice(by(ALICE), BIOMED, "1"),
                        suspension(by(BOB), GRID, ALICE, "alice"),
                        reinstatement(by(BOB), suspension(by(BOB), GRID, ALICE)))) {
            var read = StatementJson.parse(StatementJson.write(statement));

            assertThat(read).isEqualTo(statement);
            assertThat(read)
                    .isInstanceOfAny(
                            Policy.class, Practice.class, Suspension.class, Reinstatement.class);
        }
    }

    @Test
    @Clause({"TVM-3.8", "END-4.8", "EGI-5.9"})
    void nobodyIsAppointedWithoutASecurityContact() {
        for (var contact : List.of("", "nobody", "a@b@c", "@example.org")) {
            assertThatThrownBy(
                            () ->
                                    new Statement.Appointment(
                                            by(ROOT),
                                            BIOMED,
                                            Role.ENDORSER,
                                            BOB,
                                            "Bob",
                                            contact,
                                            "what he endorses"))
                    .isInstanceOf(MalformedInput.class)
                    .hasMessageContaining("contact");
        }
    }

    @Test
    @Clause("PROC-contact")
    void contactsAreTheAddressesOfWhoHoldsTheRoleNowAndIsNotSuspended() {
        assertThat(book.register.contacts(BIOMED, book.now)).isEmpty();
        book.admit(appointment(by(ROOT), BIOMED, Role.CONTACT, BOB, term(MONDAY, FRIDAY)));
        assertThat(book.register.contacts(BIOMED, book.now)).isEmpty();
        book.now = MONDAY;
        assertThat(book.register.contacts(BIOMED, book.now)).hasSize(1);
        assertThat(book.register.missingAcceptance(BOB, Role.CONTACT, book.now)).isEmpty();
        assertThat(book.register.contacts(ATLAS, book.now)).isEmpty();
        assertThat(book.register.contacts(BIOMED, FRIDAY)).isEmpty();
        book.admit(appointment(by(ROOT), BIOMED, Role.SECURITY_OFFICER, CAROL, Terms.PLAIN));
        book.admit(acceptance(by(CAROL)));
        book.admit(suspension(by(CAROL), BIOMED, BOB));

        assertThat(book.register.contacts(BIOMED, book.now)).isEmpty();
    }
}
