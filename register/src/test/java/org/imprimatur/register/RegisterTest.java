package org.imprimatur.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.register.Example.*;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.imprimatur.register.Example.Book;
import org.imprimatur.register.Refusal.Code;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.Statement.Unblock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RegisterTest {

    private final Book book = new Book(catalogue());

    // ---- Every statement ----

    @Test
    @Clause("TVM-4.4")
    void aStatementForAnotherLedgerIsRefused() {
        var statement = appointment(header(SITE, ROOT, NOON), BIOMED, Role.ENDORSER, ALICE);

        assertThat(book.codeOf(statement)).isEqualTo(Code.WRONG_LEDGER);
    }

    @Test
    void aClockFiveMinutesAheadIsTakenAndOneMicrosecondMoreIsNot() {
        var limit = NOON.plus(Register.MAX_AHEAD);
        var ahead = header(CATALOGUE, ROOT, limit);
        var tooFar = header(CATALOGUE, ROOT, limit.plusNanos(1000));

        assertThat(book.codeOf(appointment(tooFar, BIOMED, Role.ENDORSER, ALICE)))
                .isEqualTo(Code.ISSUED_IN_FUTURE);
        book.admit(appointment(ahead, BIOMED, Role.ENDORSER, ALICE));
    }

    @Test
    @Clause("TVM-4.4")
    void aStatementOlderThanSevenDaysIsRefusedSoThatNobodyReplaysIt() {
        var limit = NOON.minus(Register.MAX_AGE);
        var old = header(CATALOGUE, ROOT, limit);
        var tooOld = header(CATALOGUE, ROOT, limit.minusNanos(1000));

        assertThat(book.codeOf(appointment(tooOld, BIOMED, Role.ENDORSER, ALICE)))
                .isEqualTo(Code.ISSUED_TOO_LONG_AGO);
        book.admit(appointment(old, BIOMED, Role.ENDORSER, ALICE));
    }

    @Test
    @Clause("TVM-4.4")
    void theSameStatementAgainIsAnsweredWithItsIndexAndChangesNothing() {
        var book = Book.withAlice();
        var endorsement = book.admit(endorsement(by(ALICE)).build());
        book.admit(revocation(by(ALICE), endorsement));

        assertThat(book.submit(endorsement)).isEqualTo(new Judgement.Duplicate(2));
        assertThat(book.register.counts(id(endorsement), NOON)).isFalse();
        assertThat(book.register.size()).isEqualTo(4);
    }

    @Test
    void anOwnerThatTheCharterDoesNotNameIsRefusedInEveryKind() {
        var cms = Owner.parse("vo:cms");
        var west = Owner.parse("site:west");
        var endorsement = endorsement(by(ROOT)).owner(cms).build();

        assertThat(
                        List.of(
                                book.codeOf(appointment(by(ROOT), cms, Role.ENDORSER, ALICE)),
                                book.codeOf(dismissal(by(ROOT), cms, Role.ENDORSER, ALICE)),
                                book.codeOf(endorsement),
                                book.codeOf(approval(by(ROOT), west, endorsement)),
                                book.codeOf(refusal(by(ROOT), west, endorsement)),
                                book.codeOf(block(by(ROOT), cms, IMAGE)),
                                book.codeOf(unblock(by(ROOT), block(by(ROOT), cms, IMAGE)))))
                .containsOnly(Code.UNKNOWN_OWNER);
    }

    @Test
    void aRefusalSaysWhatWasExpectedWhatWasFoundAndWhatToDo() {
        var refusal = book.refusalOf(endorsement(by(EVE)).build());

        assertThat(refusal.clauses()).containsExactly("EGI-2.endorser");
        assertThat(refusal.expected()).isEqualTo("a signer who holds endorser for vo:biomed");
        assertThat(refusal.found())
                .isEqualTo(
                        "CN=Eve,O=Example (issuer CN=Example CA,O=Example), who holds no role"
                                + " here");
        assertThat(refusal.advice()).startsWith("Ask an appointer of vo:biomed");
    }

    // ---- Appointment and dismissal ----

    @Test
    @Clause({"TVM-2.model", "END-2.endorser", "PROC-types"})
    void onlyAnAppointerOfTheOwnerAppoints() {
        book.admit(appointment(by(ROOT), ATLAS, Role.APPOINTER, BOB));

        assertThat(book.codeOf(appointment(by(BOB), BIOMED, Role.ENDORSER, ALICE)))
                .isEqualTo(Code.NOT_AN_APPOINTER);
        book.admit(appointment(by(BOB), ATLAS, Role.ENDORSER, ALICE));
        assertThat(book.register.holds(ALICE, Role.ENDORSER, ATLAS, book.now)).isTrue();
        assertThat(book.register.holds(ALICE, Role.ENDORSER, BIOMED, book.now)).isFalse();
    }

    @Test
    @Clause("TVM-2.model")
    void anAppointerWhoWasDismissedAppointsNoMore() {
        book.admit(appointment(by(ROOT), BIOMED, Role.APPOINTER, BOB));
        book.admit(appointment(by(BOB), BIOMED, Role.ENDORSER, ALICE));
        book.admit(dismissal(by(ROOT), BIOMED, Role.APPOINTER, BOB));

        assertThat(book.codeOf(appointment(by(BOB), BIOMED, Role.ENDORSER, CAROL)))
                .isEqualTo(Code.NOT_AN_APPOINTER);
        assertThat(book.register.holds(ALICE, Role.ENDORSER, BIOMED, book.now)).isTrue();
    }

    @Test
    @Clause("TVM-2.model")
    void sitesAppointApproversAndVosAppointTheirProducersAndNobodyElseDoes() {
        for (var owner : List.of(GRID, BIOMED, NORTH)) {
            for (var role : Role.values()) {
                var statement = appointment(by(ROOT), owner, role, ALICE);
                boolean allowed =
                        switch (role) {
                            case SITE_APPROVER -> owner.equals(NORTH);
                            case VO_PRODUCER -> owner.equals(BIOMED);
                            case IMAGE_PRODUCER -> !owner.equals(BIOMED);
                            default -> true;
                        };
                if (allowed) {
                    book.admit(statement);
                } else {
                    assertThat(book.codeOf(statement)).isEqualTo(Code.ROLE_NOT_FOR_OWNER);
                }
            }
        }
    }

    @Test
    @Clause("TVM-2.roles")
    void onePersonHoldsSeveralRolesEachByItsOwnAppointment() {
        book.admit(appointment(by(ROOT), BIOMED, Role.IMAGE_COMBINER, ALICE));
        book.admit(appointment(by(ROOT), BIOMED, Role.ENDORSER, ALICE));

        assertThat(book.register.appointments(ALICE)).hasSize(2);
        book.admit(dismissal(by(ROOT), BIOMED, Role.IMAGE_COMBINER, ALICE));
        assertThat(book.register.holds(ALICE, Role.ENDORSER, BIOMED, book.now)).isTrue();
        assertThat(book.register.holds(ALICE, Role.IMAGE_PRODUCER, BIOMED, book.now)).isFalse();
    }

    @Test
    void aRoleIsNotGivenTwice() {
        book.admit(appointment(by(ROOT), BIOMED, Role.ENDORSER, ALICE));

        assertThat(book.codeOf(appointment(by(ROOT), BIOMED, Role.ENDORSER, ALICE)))
                .isEqualTo(Code.ALREADY_APPOINTED);
        assertThat(book.codeOf(appointment(by(ROOT), BIOMED, Role.APPOINTER, ROOT)))
                .isEqualTo(Code.ALREADY_APPOINTED);
    }

    @Test
    void onlyWhoIsAppointedIsDismissedAndMayBeAppointedAgain() {
        assertThat(book.codeOf(dismissal(by(ROOT), BIOMED, Role.ENDORSER, ALICE)))
                .isEqualTo(Code.NOT_APPOINTED);

        book.admit(appointment(by(ROOT), BIOMED, Role.ENDORSER, ALICE));
        assertThat(book.codeOf(dismissal(by(ALICE), BIOMED, Role.ENDORSER, ALICE)))
                .isEqualTo(Code.NOT_AN_APPOINTER);
        book.admit(dismissal(by(ROOT), BIOMED, Role.ENDORSER, ALICE));
        assertThat(book.register.appointments(ALICE)).isEmpty();
        book.admit(appointment(by(ROOT), BIOMED, Role.ENDORSER, ALICE));
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void whoIsDismissedFromARoleHoldsItNoMoreAndKeepsAllOthers(Role role) {
        var owner =
                Stream.of(GRID, BIOMED, NORTH)
                        .filter(one -> role.isFor(one.kind()))
                        .findFirst()
                        .orElseThrow();
        var others =
                Stream.of(Role.values())
                        .filter(one -> one != role && one.isFor(owner.kind()))
                        .toList();
        book.admit(appointment(by(ROOT), owner, role, ALICE));
        others.forEach(one -> book.admit(appointment(by(ROOT), owner, one, ALICE)));
        assertThat(book.register.holds(ALICE, role, owner, book.now)).isTrue();

        book.admit(dismissal(by(ROOT), owner, role, ALICE));

        assertThat(book.register.holds(ALICE, role, owner, book.now)).isFalse();
        assertThat(others).allMatch(one -> book.register.holds(ALICE, one, owner, book.now));
        assertThat(book.register.contacts(owner, book.now).isEmpty())
                .isEqualTo(role == Role.CONTACT);
        assertThat(book.codeOf(dismissal(by(ROOT), owner, role, ALICE)))
                .isEqualTo(Code.NOT_APPOINTED);
    }

    @Test
    void aFirstAppointerIsNotDismissedByStatement() {
        book.admit(appointment(by(ROOT), BIOMED, Role.APPOINTER, BOB));

        var refusal = book.refusalOf(dismissal(by(BOB), BIOMED, Role.APPOINTER, ROOT));

        assertThat(refusal.code()).isEqualTo(Code.NOT_APPOINTED);
        assertThat(refusal.found()).startsWith("a first appointer of the charter");
    }

    // ---- Acceptance ----

    @Test
    @Clause({"END-2.endorser", "EGI-2.endorser"})
    void whoHoldsNoRoleCannotAcceptAndWhoHoldsOneAcceptsOnce() {
        assertThat(book.codeOf(acceptance(by(ALICE)))).isEqualTo(Code.NOT_APPOINTED);

        book.admit(appointment(by(ROOT), BIOMED, Role.ENDORSER, ALICE));
        assertThat(book.codeOf(new Acceptance(by(ALICE), OTHER_POLICY)))
                .isEqualTo(Code.UNKNOWN_POLICY);
        book.admit(acceptance(by(ALICE)));
        assertThat(book.register.acceptance(ALICE).orElseThrow().index()).isEqualTo(1);
        assertThat(book.codeOf(acceptance(by(ALICE)))).isEqualTo(Code.ALREADY_ACCEPTED);
    }

    @Test
    void aFirstAppointerAccepts() {
        book.admit(acceptance(by(ROOT)));

        assertThat(book.register.acceptances()).hasSize(1);
    }

    // ---- Endorsement ----

    @Test
    @Clause({"END-2.endorser", "EGI-2.endorser", "TVM-2.roles"})
    void anEndorsementNeedsTheAppointmentAndThenTheAcceptance() {
        assertThat(book.codeOf(endorsement(by(ALICE)).build())).isEqualTo(Code.NOT_AN_ENDORSER);

        book.admit(appointment(by(ROOT), BIOMED, Role.ENDORSER, ALICE));
        assertThat(book.codeOf(endorsement(by(ALICE)).build())).isEqualTo(Code.POLICY_NOT_ACCEPTED);

        book.admit(acceptance(by(ALICE)));
        var endorsement = book.admit(endorsement(by(ALICE)).build());
        assertThat(book.register.counts(id(endorsement), NOON)).isTrue();
    }

    @Test
    @Clause("PROC-types")
    void anEndorserOfOneOwnerDoesNotEndorseForAnother() {
        var book = Book.withAlice();

        assertThat(book.codeOf(endorsement(by(ALICE)).owner(GRID).build()))
                .isEqualTo(Code.NOT_AN_ENDORSER);
    }

    @Test
    @Clause({"TVM-3.1", "END-4.1", "EGI-5.1"})
    void anEndorsementBindsImageReportSbomDeclarationAndThePolicyOfTheLedger() {
        var book = Book.withAlice();
        assertThat(book.codeOf(endorsement(by(ALICE)).policy(OTHER_POLICY).build()))
                .isEqualTo(Code.UNKNOWN_POLICY);

        var id = id(book.admit(endorsement(by(ALICE)).build()));

        var found = book.register.endorsement(id).orElseThrow().statement();
        assertThat(found.image()).isEqualTo(IMAGE);
        assertThat(found.policy()).isEqualTo(POLICY);
        assertThat(found.inspection().report()).isEqualTo(sha256("report"));
        assertThat(found.inspection().sbom()).isEqualTo(sha256("sbom"));
        assertThat(found.declaration()).isEqualTo("I checked it.");
    }

    @Test
    @Clause("END-2.guid")
    void aGuidStaysWithTheOwnerThatUsedItFirst() {
        var book = Book.withAlice();
        book.appoint(ATLAS, Role.ENDORSER, BOB);
        book.admit(endorsement(by(ALICE)).build());

        var other = endorsement(by(BOB)).owner(ATLAS).version("2.0");
        assertThat(book.codeOf(other.build())).isEqualTo(Code.GUID_OF_ANOTHER_OWNER);
        book.admit(other.guid(guid(2)).build());
    }

    @Test
    @Clause({"END-2.guid", "TVM-4.4"})
    void aVersionIsNeverUsedAgainEvenAfterItsRevocation() {
        var book = Book.withAlice();
        book.appoint(BIOMED, Role.ENDORSER, BOB);
        var endorsement = book.admit(endorsement(by(ALICE)).build());
        book.admit(revocation(by(ALICE), endorsement));

        assertThat(book.codeOf(endorsement(by(ALICE)).build())).isEqualTo(Code.VERSION_USED);
        assertThat(book.codeOf(endorsement(by(BOB)).image(image("other")).build()))
                .isEqualTo(Code.VERSION_USED);
        book.admit(endorsement(by(ALICE)).version("1.1").image(image("other")).build());
    }

    @Test
    void twoEndorsersMayEndorseTheSameVersionOfTheSameFile() {
        var book = Book.withAlice();
        book.appoint(BIOMED, Role.ENDORSER, BOB);
        book.admit(endorsement(by(ALICE)).build());
        book.admit(endorsement(by(BOB)).build());

        assertThat(book.register.endorsements(GUID, new Version("1.0"))).hasSize(2);
    }

    @Test
    @Clause("TVM-2.tag")
    void aTagNamesOneImageOfItsOwnerForGood() {
        var book = Book.withAlice();
        book.appoint(ATLAS, Role.ENDORSER, BOB);
        book.admit(endorsement(by(ALICE)).build());

        var other = endorsement(by(ALICE)).guid(guid(2)).image(image("other"));
        assertThat(book.codeOf(other.build())).isEqualTo(Code.TAG_OF_ANOTHER_IMAGE);
        book.admit(other.tag("another").build());
        // The same tag of another owner is another tag.
        book.admit(endorsement(by(BOB)).owner(ATLAS).guid(guid(3)).build());
    }

    @Test
    @Clause("TVM-2.tag")
    void aTagResolvesToTheNewestVersionThatCountsAndKeepsItsHistory() {
        var book = Book.withAlice();
        var tag = new Tag("debian-12");
        var one = book.admit(endorsement(by(ALICE)).build());
        var two = book.admit(endorsement(by(ALICE)).version("2.0").image(image("2")).build());
        assertThat(book.register.resolve(BIOMED, tag, NOON).orElseThrow().id()).isEqualTo(id(two));

        book.admit(revocation(by(ALICE), two));
        assertThat(book.register.resolve(BIOMED, tag, NOON).orElseThrow().id()).isEqualTo(id(one));
        assertThat(book.register.endorsements(BIOMED, tag)).hasSize(2);

        book.admit(revocation(by(ALICE), one));
        assertThat(book.register.resolve(BIOMED, tag, NOON)).isEmpty();
    }

    @Test
    void aBlockingFindingNeedsAWaiverInForce() {
        var book = Book.withAlice();
        var draft = endorsement(by(ALICE)).finding(HOST_KEY);
        var elsewhere = new Waiver(HOST_KEY.rule(), "/elsewhere", "no", NOON.plusSeconds(60));
        var otherRule = new Waiver("other", null, "no", NOON.plusSeconds(60));

        assertThat(book.codeOf(draft.build())).isEqualTo(Code.FINDING_NOT_WAIVED);
        assertThat(book.codeOf(draft.waivers(elsewhere, otherRule).build()))
                .isEqualTo(Code.FINDING_NOT_WAIVED);
        assertThat(book.refusalOf(draft.waivers(waiver(NOON)).build()).found())
                .isEqualTo("only an expired one for ssh.host-key at /etc/ssh/ssh_host_rsa_key");
        book.admit(draft.waivers(waiver(NOON.plusNanos(1000))).build());
    }

    @Test
    void aWaiverWithoutAPathCoversEveryFindingOfItsRule() {
        var book = Book.withAlice();
        var other = new BlockingFinding(HOST_KEY.rule(), "/etc/ssh/ssh_host_ed25519_key");
        var general = new Waiver(HOST_KEY.rule(), null, "made anew", NOON.plusSeconds(60));

        assertThat(
                        book.codeOf(
                                endorsement(by(ALICE))
                                        .finding(HOST_KEY, other)
                                        .waivers(waiver(NOON.plusSeconds(60)))
                                        .build()))
                .isEqualTo(Code.FINDING_NOT_WAIVED);
        book.admit(endorsement(by(ALICE)).finding(HOST_KEY, other).waivers(general).build());
    }

    @Test
    void whatAnIncompleteInspectionDidNotReadNeedsAWaiverThatNamesIt() {
        var book = Book.withAlice();
        var draft = endorsement(by(ALICE)).unread("/dev/sda2");

        assertThat(book.codeOf(draft.build())).isEqualTo(Code.FINDING_NOT_WAIVED);
        book.admit(
                draft.waivers(
                                new Waiver(
                                        BlockingFinding.INCOMPLETE,
                                        "/dev/sda2",
                                        "swap",
                                        NOON.plusSeconds(60)))
                        .build());
    }

    @Test
    void anIncompleteInspectionThatNamesNothingUnreadCannotBeSaid() {
        assertThatThrownBy(
                        () ->
                                new InspectionSummary(
                                        "t",
                                        "p",
                                        InspectionSummary.Completeness.INCOMPLETE,
                                        sha256("r"),
                                        sha256("s"),
                                        List.of()))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void anEndorsementStopsCountingWhenAWaiverItNeedsExpires() {
        var book = Book.withAlice();
        var expiry = NOON.plus(Duration.ofDays(1));
        var endorsement =
                book.admit(
                        endorsement(by(ALICE)).finding(HOST_KEY).waivers(waiver(expiry)).build());

        assertThat(book.register.counts(id(endorsement), expiry.minusNanos(1000))).isTrue();
        assertThat(book.register.counts(id(endorsement), expiry)).isFalse();
    }

    @Test
    @Clause({"END-2.endorser", "EGI-2.endorser"})
    void anEndorsementCountsOnlyWhileItsEndorserHoldsTheRole() {
        var book = Book.withAlice();
        var endorsement = book.admit(endorsement(by(ALICE)).build());

        book.admit(dismissal(by(ROOT), BIOMED, Role.ENDORSER, ALICE));
        assertThat(book.register.counts(id(endorsement), NOON)).isFalse();
        book.admit(appointment(by(ROOT), BIOMED, Role.ENDORSER, ALICE));
        assertThat(book.register.counts(id(endorsement), NOON)).isTrue();
    }

    // ---- Revocation ----

    @Test
    @Clause({"TVM-3.5", "END-4.6", "EGI-5.7", "WLCG-2"})
    void theEndorserRevokesAndTheEndorsementNeverCountsAgain() {
        var book = Book.withAlice();
        var endorsement = book.admit(endorsement(by(ALICE)).build());

        book.admit(revocation(by(ALICE), endorsement));

        assertThat(book.register.counts(id(endorsement), NOON)).isFalse();
        assertThat(book.codeOf(revocation(by(ALICE), endorsement))).isEqualTo(Code.ALREADY_REVOKED);
        assertThat(book.register.history(GUID))
                .extracting(entry -> entry.statement().kind().wire())
                .containsExactly("endorsement", "revocation");
    }

    @Test
    void aRevocationNamesAnEndorsementOfThisLedgerAndItsImage() {
        var book = Book.withAlice();
        var endorsement = book.admit(endorsement(by(ALICE)).build());
        var elsewhere = endorsement(by(ALICE)).version("9").build();
        var wrongImage =
                new Revocation(
                        by(ALICE),
                        image("other"),
                        id(endorsement),
                        Revocation.Reason.SUPERSEDED,
                        "x",
                        List.of());

        assertThat(book.codeOf(revocation(by(ALICE), elsewhere)))
                .isEqualTo(Code.UNKNOWN_ENDORSEMENT);
        assertThat(book.codeOf(wrongImage)).isEqualTo(Code.UNKNOWN_ENDORSEMENT);
    }

    @Test
    @Clause("END-4.6")
    void endorserSecurityOfficerAndAppointerOfTheOwnerRevokeAndNobodyElse() {
        for (var signer : List.of(ALICE, BOB, ROOT, CAROL, EVE)) {
            var book = Book.withAlice();
            book.appoint(BIOMED, Role.SECURITY_OFFICER, BOB);
            book.appoint(ATLAS, Role.SECURITY_OFFICER, CAROL);
            book.appoint(BIOMED, Role.ENDORSER, EVE);
            var endorsement = book.admit(endorsement(by(ALICE)).build());
            var revocation = revocation(by(signer), endorsement);

            if (List.of(ALICE, BOB, ROOT).contains(signer)) {
                book.admit(revocation);
            } else {
                assertThat(book.codeOf(revocation)).isEqualTo(Code.NOT_ENTITLED_TO_REVOKE);
            }
        }
    }

    @Test
    @Clause("END-4.6")
    void anEndorserWhoWasDismissedStillRevokesWhatIsTheirs() {
        var book = Book.withAlice();
        var endorsement = book.admit(endorsement(by(ALICE)).build());
        book.admit(dismissal(by(ROOT), BIOMED, Role.ENDORSER, ALICE));

        book.admit(revocation(by(ALICE), endorsement));
    }

    @Test
    @Clause({"TVM-3.10", "END-4.10", "EGI-5.7b", "TVM-4.1"})
    void theEndorserAnswersFromTheEndorsementUntilJustBeforeTheRevocation() {
        var book = Book.withAlice();
        var endorsement = book.admit(endorsement(by(ALICE)).build());
        assertThat(book.register.responsibility(id(endorsement)))
                .contains(new Responsibility(ALICE, NOON, null));

        book.now = NOON.plusSeconds(60);
        book.admit(revocation(by(ALICE), endorsement));

        var answers = book.register.responsibility(id(endorsement)).orElseThrow();
        assertThat(answers.covers(NOON.minusNanos(1000))).isFalse();
        assertThat(answers.covers(NOON)).isTrue();
        assertThat(answers.covers(NOON.plusSeconds(60).minusNanos(1000))).isTrue();
        assertThat(answers.covers(NOON.plusSeconds(60))).isFalse();
    }

    // ---- Approval and refusal ----

    @Test
    @Clause("WLCG-3")
    void onlyASiteApproverSpeaksForTheSiteAndOnlyAfterAcceptingThePolicy() {
        var book = Book.withAlice();
        var endorsement = book.admit(endorsement(by(ALICE)).build());
        assertThat(book.codeOf(approval(by(BOB), NORTH, endorsement)))
                .isEqualTo(Code.NOT_A_SITE_APPROVER);
        assertThat(book.codeOf(refusal(by(BOB), NORTH, endorsement)))
                .isEqualTo(Code.NOT_A_SITE_APPROVER);

        book.admit(appointment(by(ROOT), NORTH, Role.SITE_APPROVER, BOB));
        assertThat(book.codeOf(approval(by(BOB), NORTH, endorsement)))
                .isEqualTo(Code.POLICY_NOT_ACCEPTED);
        book.admit(acceptance(by(BOB)));
        assertThat(book.codeOf(approval(by(BOB), SOUTH, endorsement)))
                .isEqualTo(Code.NOT_A_SITE_APPROVER);
        book.admit(approval(by(BOB), NORTH, endorsement));
    }

    @Test
    @Clause("WLCG-3")
    void theLastWordOfASiteHoldsAndTheSameWordTwiceIsRefused() {
        var book = Book.withAlice();
        book.appoint(NORTH, Role.SITE_APPROVER, BOB);
        book.appoint(SOUTH, Role.SITE_APPROVER, CAROL);
        var endorsement = book.admit(endorsement(by(ALICE)).build());

        book.admit(approval(by(BOB), NORTH, endorsement));
        assertThat(book.codeOf(approval(by(BOB), NORTH, endorsement)))
                .isEqualTo(Code.ALREADY_APPROVED);
        book.admit(approval(by(CAROL), SOUTH, endorsement));
        var refusal = book.admit(refusal(by(BOB), NORTH, endorsement));
        assertThat(book.codeOf(refusal(by(BOB), NORTH, endorsement)))
                .isEqualTo(Code.ALREADY_REFUSED);

        assertThat(book.register.word(NORTH, CATALOGUE, id(endorsement)).orElseThrow().id())
                .isEqualTo(id(refusal));
        book.admit(approval(by(BOB), NORTH, endorsement));
    }

    // ---- Block and unblock ----

    @Test
    @Clause({"TVM-3.9", "END-4.9", "EGI-4.7"})
    void infrastructuresVosAndSitesBlockAnyImageByTheirSecurityOfficers() {
        for (var owner : List.of(GRID, BIOMED, NORTH)) {
            var book = new Book(catalogue());
            assertThat(book.codeOf(block(by(BOB), owner, IMAGE)))
                    .isEqualTo(Code.NOT_A_SECURITY_OFFICER);

            book.admit(appointment(by(ROOT), owner, Role.SECURITY_OFFICER, BOB));
            assertThat(book.codeOf(block(by(BOB), owner, IMAGE)))
                    .isEqualTo(Code.POLICY_NOT_ACCEPTED);
            book.admit(acceptance(by(BOB)));
            book.admit(block(by(BOB), owner, IMAGE));

            assertThat(book.register.blocks(IMAGE)).hasSize(1);
            assertThat(book.register.blocks(image("other"))).isEmpty();
        }
    }

    @Test
    @Clause("END-4.9")
    void aSiteApproverBlocksForTheSiteOnly() {
        book.appoint(NORTH, Role.SITE_APPROVER, BOB);

        book.admit(block(by(BOB), NORTH, IMAGE));
        assertThat(book.codeOf(block(by(BOB), SOUTH, IMAGE)))
                .isEqualTo(Code.NOT_A_SECURITY_OFFICER);
    }

    @Test
    void anUnblockLiftsTheOneBlockItNamesOfItsOwnOwnerAndImage() {
        book.appoint(GRID, Role.SECURITY_OFFICER, BOB);
        book.appoint(BIOMED, Role.SECURITY_OFFICER, BOB);
        var block = book.admit(block(by(BOB), GRID, IMAGE));
        var second = book.admit(block(by(BOB), GRID, IMAGE));
        var otherOwner = new Unblock(by(BOB), IMAGE, BIOMED, id(block), "x");
        var otherImage = new Unblock(by(BOB), image("other"), GRID, id(block), "x");

        assertThat(book.codeOf(otherOwner)).isEqualTo(Code.UNKNOWN_BLOCK);
        assertThat(book.codeOf(otherImage)).isEqualTo(Code.UNKNOWN_BLOCK);
        book.admit(unblock(by(BOB), block));
        assertThat(book.codeOf(unblock(by(BOB), block))).isEqualTo(Code.UNKNOWN_BLOCK);
        assertThat(book.register.blocks(IMAGE))
                .extracting(Recorded::id)
                .containsExactly(id(second));
    }

    // ---- Look-ups ----

    @Test
    @Clause("TVM-4.2")
    void theEndorserIsFoundFromDigestGuidAndTag() {
        var book = Book.withAlice();
        book.admit(endorsement(by(ALICE)).build());
        var register = book.register;

        assertThat(register.endorsements(IMAGE).getFirst().statement().signer()).isEqualTo(ALICE);
        assertThat(register.endorsements(GUID).getFirst().statement().signer()).isEqualTo(ALICE);
        assertThat(
                        register.resolve(BIOMED, new Tag("debian-12"), NOON)
                                .orElseThrow()
                                .statement()
                                .signer())
                .isEqualTo(ALICE);
        assertThat(register.endorsements(image("other"))).isEmpty();
    }

    @Test
    @Clause("TVM-4.3")
    void theEndorsersOfAnOwnerAreListedFromTheirAppointments() {
        var book = Book.withAlice();
        book.admit(appointment(by(ROOT), ATLAS, Role.ENDORSER, BOB));

        assertThat(book.register.appointments(BIOMED))
                .extracting(entry -> entry.statement().person())
                .containsExactly(ALICE);
    }

    @Test
    void theHistoryOfAnImageHasAllItsVersionsAndNoStatementOfAnother() {
        var book = Book.withAlice();
        book.appoint(GRID, Role.SECURITY_OFFICER, BOB);
        book.appoint(NORTH, Role.SITE_APPROVER, CAROL);
        var one = book.admit(endorsement(by(ALICE)).build());
        var two = book.admit(endorsement(by(ALICE)).version("2").image(image("2")).build());
        // The same file under another GUID.
        var other = book.admit(endorsement(by(ALICE)).guid(guid(2)).tag(null).build());
        var block = book.admit(block(by(BOB), GRID, IMAGE));
        var approval = book.admit(approval(by(CAROL), NORTH, two));
        var ofOther = book.admit(revocation(by(ALICE), other));

        assertThat(book.register.history(GUID))
                .extracting(Recorded::id)
                .containsExactly(id(one), id(two), id(block), id(approval));
        assertThat(book.register.history(IMAGE))
                .extracting(Recorded::id)
                .containsExactly(id(one), id(other), id(block), id(ofOther));
    }

    // ---- Application and support ----

    @Test
    void whatIsInadmissibleOrOutOfOrderIsNotAppliedAndChangesNothing() {
        var statement = appointment(by(ROOT), BIOMED, Role.ENDORSER, ALICE);
        var register = book.register;

        assertThatThrownBy(() -> register.apply(1, id(statement), statement, NOON))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("entry 0 is next");
        register.apply(0, id(statement), statement, NOON);
        assertThatThrownBy(() -> register.apply(1, id(statement), statement, NOON))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("repeats the statement of entry 0");
        var bad = endorsement(by(EVE)).build();
        assertThatThrownBy(() -> register.apply(1, id(bad), bad, NOON))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("The signer may not endorse");
        var early = acceptance(by(ALICE));
        assertThatThrownBy(() -> register.apply(1, id(early), early, NOON.minusSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("before its predecessor");
        assertThat(register.size()).isEqualTo(1);
    }

    @Test
    void theSupportOfAnEndorsementIsItsChainOfAppointmentsAndTheAcceptance() {
        book.admit(appointment(by(ROOT), ATLAS, Role.ENDORSER, EVE)); // 0
        book.admit(appointment(by(ROOT), BIOMED, Role.APPOINTER, BOB)); // 1
        book.admit(appointment(by(BOB), BIOMED, Role.APPOINTER, CAROL)); // 2
        book.admit(appointment(by(BOB), BIOMED, Role.VM_OPERATOR, CAROL)); // 3
        book.admit(appointment(by(CAROL), BIOMED, Role.ENDORSER, ALICE)); // 4
        book.admit(acceptance(by(ALICE))); // 5
        var endorsement = book.admit(endorsement(by(ALICE)).build()); // 6

        assertThat(book.register.support(id(endorsement))).containsExactly(1L, 2L, 4L, 5L);
        assertSupported(book, endorsement);
    }

    @Test
    void theSupportHasTheDismissalBetweenTwoAppointmentsItNeeds() {
        book.admit(appointment(by(ROOT), BIOMED, Role.ENDORSER, ALICE)); // 0
        book.admit(acceptance(by(ALICE))); // 1, rests on 0
        book.admit(dismissal(by(ROOT), BIOMED, Role.ENDORSER, ALICE)); // 2
        book.admit(appointment(by(ROOT), BIOMED, Role.ENDORSER, ALICE)); // 3
        var endorsement = book.admit(endorsement(by(ALICE)).build()); // 4, rests on 3 and 1

        assertThat(book.register.support(id(endorsement))).containsExactly(0L, 1L, 2L, 3L);
        assertSupported(book, endorsement);
    }

    /** The bundle's promise: a sparse register admits the support and then the statement. */
    static void assertSupported(Book book, Statement statement) {
        var sparse = Register.sparse(book.register.charter());
        var support = new HashSet<>(book.register.support(id(statement)));
        for (var entry : book.admitted) {
            if (support.contains(entry.index()) || entry.id().equals(id(statement))) {
                sparse.apply(entry.index(), entry.id(), entry.statement(), entry.admittedAt());
            }
        }
        assertThat(sparse.statement(id(statement))).isPresent();
    }
}
