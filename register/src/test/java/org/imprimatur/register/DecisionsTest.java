package org.imprimatur.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.register.Example.*;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.Example.Book;
import org.imprimatur.register.Reason.Code;
import org.imprimatur.register.SitePolicy.ClassPolicy;
import org.imprimatur.register.Standing.Followed;
import org.imprimatur.register.Statement.Endorsement;
import org.junit.jupiter.api.Test;

class DecisionsTest {

    private static final Duration FRESH = Duration.ofMinutes(15);

    /** Alice endorses for biomed in a VO's catalogue, Carol approves for the site North. */
    private final Book catalogue = new Book(charter(CATALOGUE, BIOMED, ATLAS, SOUTH));

    private final Book site = new Book(charter(SITE, NORTH));
    private Instant verifiedAt = NOON;
    private String fault;
    private boolean approvalRequired = true;
    private UseClass useClass = UseClass.TRUSTED_PAYLOAD;
    private Action action = Action.INSTANTIATE;
    private final List<Followed> others = new ArrayList<>();
    private Staleness staleness = Staleness.of(FRESH);

    DecisionsTest() {
        catalogue.appoint(BIOMED, Role.ENDORSER, ALICE);
        site.appoint(NORTH, Role.SITE_APPROVER, CAROL);
    }

    private Decision decide(Instant at) {
        var followed = new ArrayList<Followed>();
        followed.add(new Followed(catalogue.register, verifiedAt, fault));
        followed.addAll(others);
        var rules = new ClassPolicy(Set.of(BIOMED), approvalRequired, List.of());
        var policy =
                new SitePolicy(
                        NORTH,
                        Map.of(UseClass.TRUSTED_PAYLOAD, rules, UseClass.PAYLOAD, rules),
                        Map.of(),
                        staleness,
                        sha256("site policy"));
        return Decisions.decide(
                new Standing(site.register, followed),
                policy,
                new DecisionRequest(IMAGE, useClass, action, "CN=Operator", "wn1"),
                at);
    }

    private List<Code> codes() {
        return codes(decide(NOON));
    }

    private static List<Code> codes(Decision decision) {
        return decision.reasons().stream().map(Reason::code).toList();
    }

    private Endorsement endorsed() {
        return catalogue.admit(endorsement(by(ALICE)).build());
    }

    private Header bySite(Person person) {
        return header(SITE, person, NOON);
    }

    private Endorsement endorsedAndApproved() {
        var endorsement = endorsed();
        site.admit(approval(bySite(CAROL), NORTH, endorsement));
        return endorsement;
    }

    @Test
    @Clause({"END-2.operator", "WLCG-3"})
    void anEndorsedAndApprovedImageIsPermittedAndBothPeopleAreNamed() {
        endorsedAndApproved();

        var decision = decide(NOON);

        assertThat(decision.permitted()).isTrue();
        assertThat(decision.reasons()).hasSize(1);
        assertThat(decision.reasons().getFirst().text())
                .isEqualTo(
                        "endorsed by CN=Alice,O=Example for vo:biomed (entry 2 of"
                                + " catalogue.example/2026), approved for site:north by"
                                + " CN=Carol,O=Example (entry 2 of north.example/2026)");
        assertThat(decision.positions()).isEqualTo(Map.of(CATALOGUE, 3L, SITE, 3L));
        assertThat(decision.policyDigest()).isEqualTo(sha256("site policy"));
        assertThat(decision.obligations()).isEmpty();
    }

    @Test
    @Clause("END-2.operator")
    void anImageThatNobodyEndorsedIsUnknown() {
        assertThat(codes()).containsExactly(Code.IMAGE_UNKNOWN);
        assertThat(decide(NOON).permitted()).isFalse();
    }

    @Test
    @Clause("WLCG-3")
    void anEndorsementIsNotEnoughBeforeTheSiteApprovesIt() {
        var endorsement = endorsed();
        assertThat(codes()).containsExactly(Code.NOT_APPROVED);

        site.admit(approval(bySite(CAROL), NORTH, endorsement));
        assertThat(decide(NOON).permitted()).isTrue();
        site.admit(refusal(bySite(CAROL), NORTH, endorsement));
        assertThat(codes()).containsExactly(Code.REFUSED_BY_SITE);
    }

    @Test
    @Clause("WLCG-10")
    void anOwnerThatTheSiteTrustsInAdvanceIsPermittedWithoutApproval() {
        approvalRequired = false;
        var endorsement = endorsed();
        assertThat(decide(NOON).permitted()).isTrue();
        assertThat(decide(NOON).reasons().getFirst().text()).contains("asks for no approval");

        site.admit(refusal(bySite(CAROL), NORTH, endorsement));
        assertThat(codes()).containsExactly(Code.REFUSED_BY_SITE);
    }

    @Test
    void aRefusedFileDoesNotComeInUnderASecondEndorsementUnlessThatIsApproved() {
        approvalRequired = false;
        catalogue.appoint(BIOMED, Role.ENDORSER, BOB);
        site.admit(refusal(bySite(CAROL), NORTH, endorsed()));
        var second = catalogue.admit(endorsement(by(BOB)).build());
        assertThat(codes()).containsExactly(Code.REFUSED_BY_SITE);

        site.admit(approval(bySite(CAROL), NORTH, second));
        assertThat(decide(NOON).permitted()).isTrue();
    }

    @Test
    void anApprovalOfAnotherSiteOrOfAnotherImageIsNone() {
        var endorsement = endorsed();
        catalogue.appoint(SOUTH, Role.SITE_APPROVER, BOB);
        catalogue.admit(approval(by(BOB), SOUTH, endorsement));
        site.admit(
                new Statement.Approval(
                        bySite(CAROL), image("other"), NORTH, CATALOGUE, id(endorsement)));

        assertThat(codes()).containsExactly(Code.NOT_APPROVED);
    }

    @Test
    @Clause({"TVM-3.5", "END-4.6", "EGI-5.7", "WLCG-2"})
    void aRevocationTurnsTheDecisionToDenyWithWhoAndWhy() {
        var endorsement = endorsedAndApproved();
        catalogue.admit(revocation(by(ALICE), endorsement));

        var decision = decide(NOON);

        assertThat(codes(decision)).containsExactly(Code.IMAGE_REVOKED);
        assertThat(decision.reasons().getFirst().clauses()).containsExactly("END-4.6");
        assertThat(decision.reasons().getFirst().text())
                .contains("revoked by CN=Alice", "entry 3 of", "vulnerable: a hole");
        action = Action.CONTINUE;
        assertThat(codes()).containsExactly(Code.IMAGE_REVOKED);
    }

    @Test
    void aSecondEndorsementThatCountsStillPermitsAfterTheFirstIsRevoked() {
        catalogue.appoint(BIOMED, Role.ENDORSER, BOB);
        var first = endorsedAndApproved();
        var second = catalogue.admit(endorsement(by(BOB)).build());
        site.admit(approval(bySite(CAROL), NORTH, second));
        assertThat(decide(NOON).reasons()).hasSize(2);

        catalogue.admit(revocation(by(ALICE), first));
        assertThat(decide(NOON).permitted()).isTrue();
        assertThat(decide(NOON).reasons()).hasSize(1);
        assertThat(decide(NOON).reasons().getFirst().text()).startsWith("endorsed by CN=Bob");
    }

    @Test
    @Clause({"TVM-3.9", "END-4.9", "EGI-4.7"})
    void aBlockByInfrastructureVoOrThisSiteStopsAnImageWhoeverEndorsedIt() {
        endorsedAndApproved();
        var grid = new Book(charter(new Origin("grid.example"), GRID));
        others.add(new Followed(grid.register, NOON, null));
        grid.appoint(GRID, Role.SECURITY_OFFICER, EVE);
        catalogue.appoint(ATLAS, Role.SECURITY_OFFICER, BOB);
        var byGrid = header(new Origin("grid.example"), EVE, NOON);

        for (var action : Action.values()) {
            this.action = action;
            assertThat(decide(NOON).permitted()).isTrue();
        }
        grid.admit(block(byGrid, GRID, IMAGE));
        catalogue.admit(block(by(BOB), ATLAS, IMAGE));
        site.admit(block(bySite(CAROL), NORTH, IMAGE));
        for (var action : Action.values()) {
            this.action = action;
            assertThat(codes())
                    .containsExactly(Code.IMAGE_BLOCKED, Code.IMAGE_BLOCKED, Code.IMAGE_BLOCKED);
        }
    }

    @Test
    @Clause("END-4.9")
    void aBlockEndsWithItsUnblock() {
        endorsedAndApproved();
        var block = site.admit(block(bySite(CAROL), NORTH, IMAGE));
        assertThat(codes()).containsExactly(Code.IMAGE_BLOCKED);

        site.admit(unblock(bySite(CAROL), block));
        assertThat(decide(NOON).permitted()).isTrue();
    }

    @Test
    void aBlockByAnotherSiteStopsNothingHere() {
        endorsedAndApproved();
        catalogue.appoint(SOUTH, Role.SITE_APPROVER, BOB);
        catalogue.admit(block(by(BOB), SOUTH, IMAGE));

        assertThat(decide(NOON).permitted()).isTrue();
    }

    @Test
    void everyReasonIsGivenGravestFirst() {
        catalogue.appoint(ATLAS, Role.ENDORSER, BOB);
        catalogue.appoint(ATLAS, Role.SECURITY_OFFICER, EVE);
        var endorsement =
                catalogue.admit(
                        endorsement(by(BOB))
                                .owner(ATLAS)
                                .finding(HOST_KEY)
                                .waivers(waiver(NOON.plusSeconds(60)))
                                .build());
        catalogue.admit(dismissal(by(ROOT), ATLAS, Role.ENDORSER, BOB));
        catalogue.admit(revocation(by(EVE), endorsement));
        catalogue.admit(block(by(EVE), ATLAS, IMAGE));

        assertThat(codes(decide(NOON.plus(Duration.ofDays(1)))))
                .containsExactly(
                        Code.IMAGE_BLOCKED,
                        Code.IMAGE_REVOKED,
                        Code.ENDORSEMENT_LAPSED,
                        Code.WAIVER_EXPIRED,
                        Code.OWNER_NOT_TRUSTED,
                        Code.NOT_APPROVED,
                        Code.VIEW_STALE);
    }

    @Test
    @Clause({"END-3.3", "EGI-3.2", "TVM-4.3"})
    void aTrustedPayloadNeedsAnOwnerThatTheSiteTrusts() {
        catalogue.appoint(ATLAS, Role.ENDORSER, BOB);
        var endorsement = catalogue.admit(endorsement(by(BOB)).owner(ATLAS).build());
        site.admit(approval(bySite(CAROL), NORTH, endorsement));

        assertThat(codes()).containsExactly(Code.OWNER_NOT_TRUSTED);
    }

    @Test
    @Clause({"END-3.1", "EGI-3.1"})
    void theInfrastructureClassTrustsItsOwnOwnersOnly() {
        endorsedAndApproved();
        var rules =
                Map.of(
                        UseClass.INFRASTRUCTURE, new ClassPolicy(Set.of(NORTH), true, List.of()),
                        UseClass.TRUSTED_PAYLOAD, new ClassPolicy(Set.of(BIOMED), true, List.of()));
        var policy = new SitePolicy(NORTH, rules, FRESH, sha256("p"));
        var standing =
                new Standing(site.register, List.of(new Followed(catalogue.register, NOON, null)));
        site.appoint(NORTH, Role.ENDORSER, EVE);
        var own =
                site.admit(
                        endorsement(bySite(EVE)).owner(NORTH).image(image("worker node")).build());
        site.admit(approval(bySite(CAROL), NORTH, own));

        var third =
                Decisions.decide(
                        standing,
                        policy,
                        new DecisionRequest(
                                IMAGE, UseClass.INFRASTRUCTURE, Action.INSTANTIATE, "op", null),
                        NOON);
        var ours =
                Decisions.decide(
                        standing,
                        policy,
                        new DecisionRequest(
                                own.image(),
                                UseClass.INFRASTRUCTURE,
                                Action.INSTANTIATE,
                                "op",
                                null),
                        NOON);

        assertThat(codes(third)).containsExactly(Code.OWNER_NOT_TRUSTED);
        assertThat(ours.permitted()).isTrue();
    }

    @Test
    @Clause({"END-3.2", "EGI-3.3"})
    void aPayloadNeedsNoTrustInItsOwnerAndCarriesObligations() {
        catalogue.appoint(ATLAS, Role.ENDORSER, BOB);
        var endorsement = catalogue.admit(endorsement(by(BOB)).owner(ATLAS).build());
        site.admit(approval(bySite(CAROL), NORTH, endorsement));
        useClass = UseClass.PAYLOAD;

        var decision = decide(NOON);

        assertThat(decision.permitted()).isTrue();
        assertThat(decision.obligations())
                .containsExactly(
                        new Obligation("network-profile:restricted"),
                        new Obligation("no-site-storage"),
                        new Obligation("traceability"));
    }

    @Test
    void aClassThatTheSiteDoesNotServeIsDenied() {
        endorsedAndApproved();
        useClass = UseClass.INFRASTRUCTURE;

        assertThat(codes()).containsExactly(Code.CLASS_NOT_SERVED);
    }

    @Test
    void aStaleViewDeniesStartsAndLetsWhatRunsGoOn() {
        endorsedAndApproved();
        assertThat(decide(NOON.plus(FRESH)).permitted()).isTrue();
        assertThat(codes(decide(NOON.plus(FRESH).plusNanos(1)))).containsExactly(Code.VIEW_STALE);

        action = Action.CONTINUE;
        assertThat(decide(NOON.plus(FRESH).plusNanos(1)).permitted()).isTrue();
    }

    @Test
    void aLedgerThatIsNamedMayBeOlderThanTheOthers() {
        endorsedAndApproved();
        var origin = catalogue.register.charter().origin();
        staleness = new Staleness(FRESH, Map.of(origin, FRESH.multipliedBy(2)));

        assertThat(decide(NOON.plus(FRESH).plusNanos(1)).permitted()).isTrue();
        assertThat(codes(decide(NOON.plus(FRESH.multipliedBy(2)).plusNanos(1))))
                .containsExactly(Code.VIEW_STALE);
    }

    @Test
    void aViewThatIsSaidToBeVerifiedLaterThanNowIsStale() {
        endorsedAndApproved();
        verifiedAt = NOON.plusSeconds(59); // read from the clock a moment after the question
        assertThat(decide(NOON).permitted()).isTrue();

        verifiedAt = NOON.plusSeconds(61); // the clock was set back since
        assertThat(codes(decide(NOON))).containsExactly(Code.VIEW_STALE);
        assertThat(decide(NOON).reasons().getFirst().text()).contains("which is still to come");
    }

    @Test
    void aViewThatWasNeverVerifiedIsStale() {
        endorsedAndApproved();
        verifiedAt = null;

        assertThat(codes()).containsExactly(Code.VIEW_STALE);
    }

    @Test
    void aFaultyLedgerDeniesStartsAndSaysWhatIsWrong() {
        endorsedAndApproved();
        fault = "its checkpoint went back from 9 to 7";

        assertThat(codes()).containsExactly(Code.SOURCE_FAULTY);
        assertThat(decide(NOON).reasons().getFirst().text()).contains("went back from 9 to 7");
        action = Action.CONTINUE;
        assertThat(decide(NOON).permitted()).isTrue();
    }

    @Test
    void aFaultInOneCatalogueDoesNotStopImagesOfAnother() {
        endorsedAndApproved();
        var other = new Register(charter(new Origin("other.example"), Owner.parse("vo:cms")));
        others.add(new Followed(other, null, "unreadable"));

        assertThat(decide(NOON).permitted()).isTrue();
    }

    @Test
    void anInfrastructuresLedgerMustBeInViewBecauseItsBlocksReachEveryImage() {
        endorsedAndApproved();
        var grid = new Register(charter(new Origin("grid.example"), GRID));
        others.add(new Followed(grid, NOON.minus(FRESH).minusSeconds(1), null));

        assertThat(codes()).containsExactly(Code.VIEW_STALE);
    }

    @Test
    void anUnknownImageSaysWhichViewsAreStaleSinceItMayBeThere() {
        verifiedAt = null;

        assertThat(codes()).containsExactly(Code.IMAGE_UNKNOWN, Code.VIEW_STALE);
    }

    @Test
    void aWaiverThatExpiresDeniesFromThatMoment() {
        var expiry = NOON.plusSeconds(60);
        var endorsement =
                catalogue.admit(
                        endorsement(by(ALICE)).finding(HOST_KEY).waivers(waiver(expiry)).build());
        site.admit(approval(bySite(CAROL), NORTH, endorsement));

        assertThat(decide(expiry.minusNanos(1000)).permitted()).isTrue();
        assertThat(codes(decide(expiry))).containsExactly(Code.WAIVER_EXPIRED);
    }

    // ---- Suspended people ----

    private static final Person OPERATOR = new Person("CN=Operator", "CN=Example CA,O=Example");

    /** The ledger of an infrastructure that the site follows besides. */
    private Book grid() {
        var grid = new Book(charter(new Origin("grid.example"), GRID));
        grid.appoint(GRID, Role.SECURITY_OFFICER, BOB);
        others.add(new Followed(grid.register, NOON, null));
        return grid;
    }

    private static Header of(Book book, Person signer) {
        return header(book.register.charter().origin(), signer, NOON);
    }

    @Test
    @Clause({"EGI-C1", "END-4.9", "EGI-4.7"})
    void anOperatorWhomAnInfrastructureSuspendsIsDeniedEverywhereAndAlsoWhileTheirVmRuns() {
        endorsedAndApproved();
        var grid = grid();
        assertThat(decide(NOON).permitted()).isTrue();

        var suspension = grid.admit(suspension(of(grid, BOB), GRID, OPERATOR));
        for (var one : Action.values()) {
            action = one;
            assertThat(codes()).containsExactly(Code.OPERATOR_SUSPENDED);
        }
        assertThat(decide(NOON).reasons().getFirst().text())
                .isEqualTo(
                        "the operator CN=Operator is suspended by CN=Bob,O=Example for"
                                + " infrastructure:grid (entry 2 of grid.example) as security: the"
                                + " key was stolen");
        grid.admit(reinstatement(of(grid, BOB), suspension));
        assertThat(decide(NOON).permitted()).isTrue();
    }

    @Test
    @Clause("EGI-C1")
    void aSuspendedOperatorIsToldSoFirstWhateverElseIsWrong() {
        var grid = grid();
        grid.admit(suspension(of(grid, BOB), GRID, OPERATOR));
        grid.admit(block(of(grid, BOB), GRID, IMAGE));
        assertThat(codes())
                .containsExactly(Code.OPERATOR_SUSPENDED, Code.IMAGE_BLOCKED, Code.IMAGE_UNKNOWN);

        useClass = UseClass.INFRASTRUCTURE;
        assertThat(codes()).containsExactly(Code.OPERATOR_SUSPENDED, Code.CLASS_NOT_SERVED);
    }

    @Test
    @Clause({"END-4.9", "TVM-3.7.9", "END-4.2.f", "EGI-5.2.g"})
    void aSiteSuspendsAnOperatorForItselfOnly() {
        endorsedAndApproved();
        site.appoint(NORTH, Role.SECURITY_OFFICER, BOB);
        catalogue.appoint(SOUTH, Role.SECURITY_OFFICER, BOB);

        catalogue.admit(suspension(by(BOB), SOUTH, OPERATOR));
        assertThat(decide(NOON).permitted()).isTrue();
        site.admit(suspension(bySite(BOB), NORTH, OPERATOR));
        assertThat(codes()).containsExactly(Code.OPERATOR_SUSPENDED);
    }

    @Test
    @Clause("END-4.9")
    void aVoTakesItsOwnEndorsementsAwayFromWhomItSuspends() {
        approvalRequired = false;
        useClass = UseClass.PAYLOAD;
        catalogue.appoint(ATLAS, Role.ENDORSER, CAROL);
        catalogue.appoint(BIOMED, Role.SECURITY_OFFICER, BOB);
        endorsed();
        catalogue.admit(suspension(by(BOB), BIOMED, OPERATOR));
        assertThat(codes()).containsExactly(Code.OPERATOR_SUSPENDED);

        // The same file, on another VO's word.
        catalogue.admit(endorsement(by(CAROL)).owner(ATLAS).guid(guid(2)).build());
        assertThat(decide(NOON).permitted()).isTrue();
    }

    @Test
    @Clause({"EGI-C1", "END-4.9"})
    void anEndorserWhomAnotherLedgersInfrastructureSuspendsIsBelievedNowhere() {
        endorsedAndApproved();
        var grid = grid();

        grid.admit(suspension(of(grid, BOB), GRID, ALICE));
        assertThat(codes()).containsExactly(Code.ENDORSER_SUSPENDED);
        assertThat(catalogue.register.suspensions(ALICE)).isEmpty();
    }

    @Test
    void everyClauseThatADecisionNamesExists() {
        everyReasonIsGivenGravestFirst();
        var all = Clauses.all().keySet();

        assertThat(decide(NOON).reasons()).allMatch(r -> all.containsAll(r.clauses()));
    }

    @Test
    void aStandingHasEachLedgerOnce() {
        var source = new Followed(catalogue.register, NOON, null);

        assertThatThrownBy(() -> new Standing(site.register, List.of(source, source)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
