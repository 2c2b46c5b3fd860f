package org.imprimatur.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.imprimatur.ledger.LedgerView.Look;
import org.junit.jupiter.api.Test;

class LedgerViewTest {

    private static final NoteSigner LEDGER = SampleKeys.ledgerSigner();
    private static final SampleTree LATER = SampleTree.ofNumbers(300);
    private static final SampleTree EARLIER = LATER.first(256);
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");

    private static SignedNote note(SampleTree tree) {
        return new Checkpoint(LEDGER.name(), tree.head()).sign(LEDGER);
    }

    private static LedgerView viewOf(SampleTree tree) {
        return switch (unseen().look(note(tree), LedgerViewTest::noProof)) {
            case Look.Grown grown -> grown.view();
            case Look.Same same -> same.view();
            case Look.Alarm alarm -> throw new AssertionError(alarm);
        };
    }

    private static LedgerView unseen() {
        return LedgerView.unseen(LEDGER.verifier());
    }

    private static ConsistencyProof noProof(long from, long to) {
        throw new AssertionError("nobody should ask for a proof from " + from + " to " + to);
    }

    @Test
    void theFirstCheckpointIsBelievedBecauseTheLedgerSignedIt() {
        var view = viewOf(EARLIER);

        assertThat(view.head()).isEqualTo(EARLIER.head());
        assertThat(unseen().head()).isEqualTo(TreeHead.EMPTY);
        assertThat(viewOf(LATER.first(0)).seen()).isPresent();
    }

    @Test
    void aTreeThatContinuesTheOneSeenIsBelieved() {
        var look = viewOf(EARLIER).lookWithTiles(note(LATER), LATER.reader());

        assertThat(look)
                .isInstanceOfSatisfying(
                        Look.Grown.class,
                        grown -> {
                            assertThat(grown.from()).isEqualTo(256);
                            assertThat(grown.latest().head()).isEqualTo(LATER.head());
                            assertThat(grown.view().head()).isEqualTo(LATER.head());
                        });
    }

    @Test
    void theSameTreeMayComeWithAFreshCosignature() {
        var witness = SampleKeys.witness();
        var view =
                LedgerView.unseen(LEDGER.verifier(), List.of(witness.verifier()))
                        .having(viewOf(EARLIER).seen().orElseThrow());
        var checkpoint = new Checkpoint(LEDGER.name(), EARLIER.head());

        var look =
                view.look(
                        note(EARLIER).with(witness.cosign(checkpoint, NEW_YEAR)),
                        LedgerViewTest::noProof);

        assertThat(look)
                .isInstanceOfSatisfying(
                        Look.Same.class,
                        same -> assertThat(same.latest().cosignedAt()).contains(NEW_YEAR));
    }

    @Test
    void aSmallerTreeRaisesTheAlarmWithBothNotes() {
        var look = viewOf(LATER).look(note(EARLIER), LedgerViewTest::noProof);

        assertThat(look).isInstanceOf(Look.RolledBack.class);
        assertEvidence(look, note(LATER), note(EARLIER));
        assertThat(viewOf(LATER).look(note(LATER.first(0)), LedgerViewTest::noProof))
                .isInstanceOf(Look.RolledBack.class);
    }

    @Test
    void anotherRootForTheSameSizeIsASplitView() {
        var other = new SampleTree(LATER.leaves.subList(1, 257));

        var look = viewOf(EARLIER).look(note(other), LedgerViewTest::noProof);

        assertThat(look).isInstanceOf(Look.SplitView.class);
        assertEvidence(look, note(EARLIER), note(other));
    }

    @Test
    void aTreeWithAnotherBeginningIsASplitViewWhateverItsTilesSay() {
        var other = new SampleTree(LATER.leaves.reversed());
        var view = viewOf(EARLIER);

        assertThat(view.lookWithTiles(note(other), other.reader()))
                .isInstanceOf(Look.SplitView.class);
        assertThat(view.lookWithTiles(note(other), LATER.reader()))
                .isInstanceOf(Look.SplitView.class);
        assertEvidence(view.lookWithTiles(note(other), other.reader()), note(EARLIER), note(other));
    }

    @Test
    void aProofForOtherSizesIsNoProof() {
        var view = viewOf(EARLIER);

        assertThat(view.look(note(LATER), (_, _) -> LATER.consistencyFrom(255)))
                .isInstanceOf(Look.SplitView.class);
        assertThat(view.look(note(LATER), (_, _) -> LATER.consistencyFrom(0)))
                .isInstanceOf(Look.SplitView.class);
    }

    @Test
    void aNoteOfAnotherKeyRaisesTheAlarm() {
        var stranger = NoteSigner.ofSeed(LEDGER.name(), new byte[32]);
        var offered = new Checkpoint(LEDGER.name(), LATER.head()).sign(stranger);

        var look = viewOf(EARLIER).look(offered, LedgerViewTest::noProof);

        assertThat(look).isInstanceOf(Look.BadSignature.class);
        assertEvidence(look, note(EARLIER), offered);
    }

    @Test
    void aWitnessAloneDoesNotSpeakForTheLedger() {
        var witness = SampleKeys.witness();
        var checkpoint = new Checkpoint(LEDGER.name(), LATER.head());
        var offered =
                new SignedNote(checkpoint.text(), List.of(witness.cosign(checkpoint, NEW_YEAR)));
        var view = LedgerView.unseen(LEDGER.verifier(), List.of(witness.verifier()));

        assertThat(view.look(offered, LedgerViewTest::noProof))
                .isInstanceOf(Look.BadSignature.class);
    }

    @Test
    void aCheckpointOfAnotherNameIsAnAlarmEvenWithTheRightKey() {
        var offered = SignedNote.sign(new Checkpoint("other.example", LATER.head()).text(), LEDGER);

        assertThat(viewOf(EARLIER).look(offered, LedgerViewTest::noProof))
                .isInstanceOf(Look.WrongOrigin.class);
    }

    @Test
    void somethingElseThatTheLedgerSignedIsAnAlarm() {
        var offered = SignedNote.sign("not a checkpoint\n", LEDGER);

        assertThat(unseen().look(offered, LedgerViewTest::noProof))
                .isInstanceOfSatisfying(
                        Look.NotACheckpoint.class, alarm -> assertThat(alarm.seen()).isNull());
    }

    @Test
    void whatTheSourceThrowsIsNoAlarm() {
        var view = viewOf(EARLIER);

        assertThatThrownBy(
                        () ->
                                view.lookWithTiles(
                                        note(LATER),
                                        tile -> {
                                            throw new IOException("cannot fetch " + tile);
                                        }))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> view.lookWithTiles(note(LATER), _ -> new byte[31]))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void aViewTakesNoCheckpointOfAnotherLedger() {
        var other = LedgerView.unseen(NoteSigner.ofSeed("other.example", new byte[32]).verifier());

        assertThatThrownBy(() -> other.having(viewOf(EARLIER).seen().orElseThrow()))
                .isInstanceOf(MalformedInput.class);
    }

    private static void assertEvidence(Look look, SignedNote seen, SignedNote offered) {
        assertThat(look)
                .isInstanceOfSatisfying(
                        Look.Alarm.class,
                        alarm -> {
                            assertThat(alarm.seen()).isEqualTo(seen);
                            assertThat(alarm.offered()).isEqualTo(offered);
                            assertThat(alarm.explanation()).isNotBlank();
                        });
    }
}
