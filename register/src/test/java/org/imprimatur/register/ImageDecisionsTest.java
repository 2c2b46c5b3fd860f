package org.imprimatur.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.register.Example.*;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.Example.Book;
import org.imprimatur.register.Reason.Code;
import org.imprimatur.register.SitePolicy.ClassPolicy;
import org.imprimatur.register.SitePolicy.Endorsers;
import org.imprimatur.register.SitePolicy.Limits;
import org.imprimatur.register.Standing.Followed;
import org.imprimatur.register.Statement.Endorsement;
import org.junit.jupiter.api.Test;

/**
 * What a site asks of an image's parts and endorsers, and what it says of ends and replacements.
 */
class ImageDecisionsTest {

    private static final Origin GRID_LEDGER = new Origin("grid.example");
    private static final Sha512 BASE = image("base");
    private static final Sha512 CONFIGURATION = image("configuration");

    /** Alice and Eve endorse for biomed, Bob for the infrastructure in a ledger of its own. */
    private final Book biomed = new Book(charter(CATALOGUE, BIOMED, ATLAS));

    private final Book grid = new Book(charter(GRID_LEDGER, GRID));
    private final Book site = new Book(charter(SITE, NORTH));
    private Set<Owner> trusted = Set.of(BIOMED, GRID);
    private ContributorRule contributors;
    private Endorsers endorsers;
    private UseClass useClass = UseClass.TRUSTED_PAYLOAD;
    private Action action = Action.INSTANTIATE;
    private Instant gridVerifiedAt = NOON;

    ImageDecisionsTest() {
        biomed.appoint(BIOMED, Role.ENDORSER, ALICE);
        biomed.appoint(BIOMED, Role.ENDORSER, EVE);
        grid.appoint(GRID, Role.ENDORSER, BOB);
        grid.appoint(GRID, Role.SECURITY_OFFICER, BOB);
        site.appoint(NORTH, Role.SITE_APPROVER, CAROL);
    }

    private Decision decide(Instant at) {
        var rules =
                new ClassPolicy(
                        trusted,
                        Set.of(),
                        new Approving.None(),
                        Limits.NONE,
                        contributors,
                        endorsers,
                        List.of(),
                        List.of());
        return Decisions.decide(
                new Standing(
                        site.register,
                        List.of(
                                new Followed(biomed.register, at, null),
                                new Followed(grid.register, gridVerifiedAt, null))),
                new SitePolicy(
                        NORTH,
                        Map.of(UseClass.TRUSTED_PAYLOAD, rules, UseClass.PAYLOAD, rules),
                        Duration.ofMinutes(15),
                        sha256("p")),
                new DecisionRequest(IMAGE, useClass, action, "op", null),
                at);
    }

    private List<Code> codes() {
        return decide(NOON).reasons().stream().map(Reason::code).toList();
    }

    private boolean permitted() {
        return decide(NOON).permitted();
    }

    private static Header byBob() {
        return header(GRID_LEDGER, BOB, NOON);
    }

    private Endorsement combined() {
        return biomed.admit(
                endorsement(by(ALICE)).lineage(new Lineage.Combined(BASE, CONFIGURATION)).build());
    }

    private Endorsement base() {
        return grid.admit(endorsement(byBob()).owner(GRID).guid(guid(2)).image(BASE).build());
    }

    private Endorsement configuration() {
        return biomed.admit(
                endorsement(by(EVE)).guid(guid(3)).configuration().image(CONFIGURATION).build());
    }

    @Test
    @Clause("TVM-4.v1")
    void aSiteMayAskThatTheProvidersOfAdditionalSoftwareAreNamed() {
        combined();
        assertThat(permitted()).isTrue();

        contributors = ContributorRule.IDENTIFIED;
        assertThat(codes()).containsExactly(Code.CONTRIBUTORS_NOT_IDENTIFIED);

        biomed.admit(
                endorsement(by(EVE))
                        .lineage(new Lineage.Combined(BASE, CONFIGURATION))
                        .contributors(new Contributor("ROOT team", "ROOT", null))
                        .build());
        assertThat(permitted()).isTrue();
    }

    @Test
    @Clause({"TVM-2.a", "TVM-4.v2"})
    void aSiteMayAskThatEachPartIsEndorsedInAnyLedgerItFollows() {
        combined();
        contributors = ContributorRule.EACH;
        assertThat(codes())
                .containsExactly(Code.CONTRIBUTOR_NOT_ENDORSED, Code.CONTRIBUTOR_NOT_ENDORSED);

        configuration();
        assertThat(codes()).containsExactly(Code.CONTRIBUTOR_NOT_ENDORSED);
        var base = base();
        assertThat(permitted()).isTrue();

        grid.admit(revocation(byBob(), base));
        for (var action : Action.values()) {
            this.action = action;
            assertThat(codes()).containsExactly(Code.CONTRIBUTOR_NOT_ENDORSED);
        }
    }

    @Test
    void anEndorsementOfAPartCountsOnlyFromAnOwnerThatTheSiteTrusts() {
        combined();
        configuration();
        base();
        contributors = ContributorRule.EACH;
        trusted = Set.of(BIOMED);
        assertThat(codes()).containsExactly(Code.CONTRIBUTOR_NOT_ENDORSED);

        useClass = UseClass.PAYLOAD;
        assertThat(permitted()).isTrue();
    }

    @Test
    @Clause({"TVM-3.9", "END-4.9", "EGI-4.7"})
    void aBlockOfAPartStopsWhatWasCombinedFromItUnlessAnotherEndorsementSaysOtherwise() {
        combined();
        grid.admit(block(byBob(), GRID, BASE));

        assertThat(codes()).containsExactly(Code.PART_BLOCKED);
        assertThat(decide(NOON).reasons().getFirst().text()).endsWith("which is blocked");

        // Nobody stops another's image by claiming that it was made from a blocked one.
        biomed.admit(endorsement(by(EVE)).build());
        assertThat(permitted()).isTrue();
    }

    @Test
    @Clause("TVM-4.3")
    void aSiteMayAskForSeveralEndorsersOfGivenOwners() {
        endorsers = new Endorsers(2, Set.of(BIOMED, GRID));
        var first = biomed.admit(endorsement(by(ALICE)).build());
        assertThat(codes()).containsExactly(Code.TOO_FEW_ENDORSERS);
        assertThat(decide(NOON).reasons().getFirst().text())
                .isEqualTo(
                        "site:north asks for 2 endorsers of infrastructure:grid, vo:biomed in the"
                                + " class trusted-payload, and 1 endorses the image now");

        grid.admit(endorsement(byBob()).owner(GRID).build());
        assertThat(permitted()).isTrue();
        biomed.admit(revocation(by(ALICE), first));
        assertThat(codes()).containsExactly(Code.IMAGE_REVOKED, Code.TOO_FEW_ENDORSERS);
    }

    @Test
    void oneWhoEndorsesTwiceIsOneEndorserAndOneOfAnotherOwnerIsNone() {
        endorsers = new Endorsers(2, Set.of(BIOMED));
        biomed.admit(endorsement(by(ALICE)).build());
        biomed.admit(endorsement(by(ALICE)).guid(guid(4)).tag(null).build());
        grid.admit(endorsement(byBob()).owner(GRID).build());
        assertThat(codes()).containsExactly(Code.TOO_FEW_ENDORSERS);

        biomed.admit(endorsement(by(EVE)).build());
        assertThat(permitted()).isTrue();
    }

    @Test
    void anEndorserInALedgerOutOfViewIsNotCountedForAStart() {
        endorsers = new Endorsers(2, Set.of(BIOMED, GRID));
        biomed.admit(endorsement(by(ALICE)).build());
        grid.admit(endorsement(byBob()).owner(GRID).build());
        gridVerifiedAt = null;

        assertThat(codes()).contains(Code.TOO_FEW_ENDORSERS, Code.VIEW_STALE);
        action = Action.CONTINUE;
        assertThat(permitted()).isTrue();
    }

    @Test
    void aRuleForOneEndorserOrForNobodysIsNone() {
        assertThatThrownBy(() -> new Endorsers(1, Set.of(BIOMED)))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> new Endorsers(2, Set.of())).isInstanceOf(MalformedInput.class);
    }

    @Test
    @Clause({"TVM-3.10", "END-4.10", "EGI-5.7b"})
    void anEndorsementThatCameToItsPlannedEndPermitsNothing() {
        var end = NOON.plusSeconds(60);
        biomed.admit(endorsement(by(ALICE)).until(end).build());
        gridVerifiedAt = end;

        assertThat(decide(end.minusNanos(1000)).permitted()).isTrue();
        var decision = decide(end);
        assertThat(decision.permitted()).isFalse();
        assertThat(decision.reasons())
                .extracting(Reason::code)
                .containsExactly(Code.ENDORSEMENT_ENDED);
    }

    @Test
    @Clause({"TVM-3.5", "END-4.6", "EGI-5.7"})
    void theReasonTellsARevocationsUrgencyAdvisoriesAndReplacement() {
        var old = biomed.admit(endorsement(by(ALICE)).build());
        var newer = biomed.admit(endorsement(by(ALICE)).version("2").image(image("2")).build());
        biomed.admit(revocation(by(ALICE), old, id(newer)));

        assertThat(decide(NOON).reasons().getFirst().text())
                .endsWith(
                        "as superseded: a newer one; urgency high; DSA-1-1; replaced by the"
                                + " endorsement "
                                + id(newer).hex());
    }

    @Test
    void everyClauseThatTheseReasonsNameExists() {
        combined();
        contributors = ContributorRule.EACH;
        endorsers = new Endorsers(2, Set.of(BIOMED));

        assertThat(decide(NOON).reasons())
                .allMatch(reason -> Clauses.all().keySet().containsAll(reason.clauses()));
    }
}
