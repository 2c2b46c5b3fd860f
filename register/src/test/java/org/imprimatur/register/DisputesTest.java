package org.imprimatur.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.register.Example.*;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.Example.Book;
import org.imprimatur.register.Register.Lapse;
import org.imprimatur.register.SitePolicy.ClassPolicy;
import org.imprimatur.register.Standing.Followed;
import org.imprimatur.register.Statement.Endorsement;
import org.junit.jupiter.api.Test;

/** What a reader does not rely on: it permits nothing, and what it takes away stays taken away. */
class DisputesTest {

    private final Book book = Book.withAlice();

    private void dispute(Statement statement) {
        book.register.dispute(book.register.statement(id(statement)).orElseThrow().index());
    }

    private Endorsement endorsed() {
        return book.admit(endorsement(by(ALICE)).build());
    }

    private Decision decide() {
        var rules = new ClassPolicy(Set.of(BIOMED), false, List.of());
        return Decisions.decide(
                new Standing(
                        new Register(charter(SITE, NORTH)),
                        List.of(new Followed(book.register, NOON, null))),
                new SitePolicy(
                        NORTH,
                        Map.of(UseClass.TRUSTED_PAYLOAD, rules),
                        Duration.ofMinutes(15),
                        sha256("site policy")),
                new DecisionRequest(
                        IMAGE, UseClass.TRUSTED_PAYLOAD, Action.INSTANTIATE, "CN=Operator", "wn1"),
                NOON);
    }

    @Test
    void aDisputedEndorsementDoesNotCountAndNoDecisionRestsOnIt() {
        var endorsement = endorsed();
        assertThat(decide().permitted()).isTrue();

        dispute(endorsement);

        assertThat(book.register.counts(id(endorsement), NOON)).isFalse();
        assertThat(book.register.lapse(id(endorsement), NOON)).contains(Lapse.DISPUTED);
        assertThat(decide().permitted()).isFalse();
        assertThat(decide().reasons())
                .extracting(Reason::code)
                .containsExactly(Reason.Code.ENDORSEMENT_DISPUTED);
    }

    @Test
    void theSameEndorsementMadeAgainCounts() {
        dispute(endorsed());

        book.admit(endorsement(by(ALICE)).version("1.1").build());

        assertThat(decide().permitted()).isTrue();
    }

    @Test
    void whatRestsOnADisputedAppointmentOrAcceptanceDoesNotCount() {
        for (long index : List.of(0L, 1L)) {
            var other = Book.withAlice();
            var endorsement = other.admit(endorsement(by(ALICE)).build());

            other.register.dispute(index);

            assertThat(other.register.lapse(id(endorsement), NOON)).contains(Lapse.DISPUTED);
        }
    }

    @Test
    void anEndorserWhoHoldsTheRoleByADisputedAppointmentOnlyNoLongerCounts() {
        var later = new Terms(NOON.plusSeconds(60), null, null, false);
        var first =
                Example.appointment(
                        by(ROOT),
                        BIOMED,
                        Role.ENDORSER,
                        BOB,
                        new Terms(null, NOON.plusSeconds(120), null, false));
        book.admit(first);
        book.admit(acceptance(by(BOB)));
        var endorsement = book.admit(endorsement(by(BOB)).build());
        var prolonged =
                book.admit(Example.appointment(by(ROOT), BIOMED, Role.ENDORSER, BOB, later));
        assertThat(book.register.counts(id(endorsement), NOON.plusSeconds(180))).isTrue();

        dispute(prolonged);

        assertThat(book.register.counts(id(endorsement), NOON)).isTrue();
        assertThat(book.register.lapse(id(endorsement), NOON.plusSeconds(180)))
                .contains(Lapse.DISPUTED);
    }

    @Test
    void aDisputedRevocationStillRevokesAndADisputedBlockStillBlocks() {
        var endorsement = endorsed();
        book.appoint(GRID, Role.SECURITY_OFFICER, CAROL);
        var block = book.admit(block(by(CAROL), GRID, IMAGE));
        var revocation = book.admit(revocation(by(ALICE), endorsement));

        dispute(block);
        dispute(revocation);

        assertThat(book.register.lapse(id(endorsement), NOON)).contains(Lapse.REVOKED);
        assertThat(book.register.blocks(IMAGE)).hasSize(1);
    }

    @Test
    void aDisputedUnblockLiftsNothingHereAndTheRulesGoOnAsTheLedgers() {
        endorsed();
        book.appoint(GRID, Role.SECURITY_OFFICER, CAROL);
        var block = book.admit(block(by(CAROL), GRID, IMAGE));
        var unblock = book.admit(unblock(by(CAROL), block));
        assertThat(decide().permitted()).isTrue();

        dispute(unblock);

        assertThat(book.register.blocks(IMAGE)).extracting(Recorded::id).containsExactly(id(block));
        assertThat(book.register.blocks(image("another"))).isEmpty();
        assertThat(decide().reasons())
                .extracting(Reason::code)
                .containsExactly(Reason.Code.IMAGE_BLOCKED);
        // To the ledger it is lifted: it cannot be lifted again, but made and lifted anew.
        assertThat(book.codeOf(unblock(by(CAROL), block))).isEqualTo(Refusal.Code.UNKNOWN_BLOCK);
    }

    @Test
    void aDisputedReinstatementReinstatesNobodyHere() {
        var endorsement = endorsed();
        book.appoint(BIOMED, Role.SECURITY_OFFICER, CAROL);
        var suspension = book.admit(suspension(by(CAROL), BIOMED, ALICE));
        var reinstatement = book.admit(reinstatement(by(CAROL), suspension));
        assertThat(book.register.counts(id(endorsement), NOON)).isTrue();

        dispute(reinstatement);

        assertThat(book.register.lapse(id(endorsement), NOON)).contains(Lapse.SUSPENDED);
        assertThat(book.register.suspensions()).hasSize(1);
        assertThat(book.register.suspensions(ALICE)).hasSize(1);
        assertThat(book.register.suspensions(BOB)).isEmpty();
        assertThat(book.register.suspensionsOfOperator(ALICE.subject())).hasSize(1);
        // The ledger, to which she is reinstated, may admit what she signs.
        book.admit(endorsement(by(ALICE)).version("2.0").image(image("next")).build());
    }

    @Test
    void aCombinedImageDoesNotCountWhenAPartIsDisputedButItsLedgerCouldAdmitIt() {
        var each = new Book(catalogue(ContributorRule.EACH));
        each.appoint(BIOMED, Role.ENDORSER, ALICE);
        var base =
                each.admit(
                        endorsement(by(ALICE))
                                .guid(guid(2))
                                .tag("base")
                                .image(image("base"))
                                .build());
        each.register.dispute(each.register.statement(id(base)).orElseThrow().index());

        var image =
                each.admit(
                        endorsement(by(ALICE))
                                .image(image("base"))
                                .guid(guid(3))
                                .tag("combined")
                                .lineage(new Lineage.Combined(image("base"), null))
                                .build());

        assertThat(each.register.lapse(id(image), NOON)).contains(Lapse.DISPUTED);
        assertThat(each.register.disputed()).isEqualTo(1);
    }

    @Test
    void whatIsNotThereCannotBeDisputed() {
        assertThatThrownBy(() -> book.register.dispute(2))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
