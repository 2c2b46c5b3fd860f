package org.imprimatur.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.imprimatur.ledger.WitnessRequest.Judgement;
import org.junit.jupiter.api.Test;

/** What a witness makes of a request, whatever its sender wants it to believe. */
class WitnessRequestTest {

    private static final NoteSigner LEDGER = SampleKeys.ledgerSigner();
    private static final SampleTree LATER = SampleTree.ofNumbers(300);
    private static final SampleTree EARLIER = LATER.first(256);

    private static SignedNote note(SampleTree tree) {
        return new Checkpoint(LEDGER.name(), tree.head()).sign(LEDGER);
    }

    private static Judgement judge(long old, List<Hash> proof, SignedNote note, TreeHead latest) {
        var sent = new WitnessRequest(old, proof, note).bytes();
        return WitnessRequest.parse(sent).judge(LEDGER.verifier(), latest);
    }

    private static List<Hash> proof() {
        return LATER.consistencyFrom(256).hashes();
    }

    @Test
    void whatContinuesTheLastIsCosigned() {
        assertThat(judge(256, proof(), note(LATER), EARLIER.head()))
                .isInstanceOfSatisfying(
                        Judgement.Consistent.class,
                        good -> assertThat(good.checkpoint().head()).isEqualTo(LATER.head()));
    }

    @Test
    void theFirstIsCosignedWithoutProofAndTheSameOnceMore() {
        assertThat(judge(0, List.of(), note(LATER), TreeHead.EMPTY))
                .isInstanceOf(Judgement.Consistent.class);
        assertThat(judge(0, List.of(), note(LATER.first(0)), TreeHead.EMPTY))
                .isInstanceOf(Judgement.Consistent.class);
        assertThat(judge(300, List.of(), note(LATER), LATER.head()))
                .isInstanceOf(Judgement.Consistent.class);
    }

    @Test
    void extensionLinesAreSignedAndKept() {
        var extended =
                new Checkpoint(LEDGER.name(), LATER.head(), List.of("map 3 abc", "two words"));

        assertThat(judge(0, List.of(), extended.sign(LEDGER), TreeHead.EMPTY))
                .isInstanceOfSatisfying(
                        Judgement.Consistent.class,
                        good -> assertThat(good.checkpoint().checkpoint()).isEqualTo(extended));
    }

    @Test
    void aProofThatTheFirstTreeNeedsNotIsRefused() {
        assertThat(judge(0, proof(), note(LATER), TreeHead.EMPTY))
                .isInstanceOf(Judgement.NotProven.class);
        assertThat(judge(300, proof(), note(LATER), LATER.head()))
                .isInstanceOf(Judgement.NotProven.class);
    }

    @Test
    void aForgedProofIsRefusedAndAccusesNobody() {
        var forged = new java.util.ArrayList<>(proof());
        forged.set(0, Hash.ofLeaf(new byte[1]));

        assertThat(judge(256, forged, note(LATER), EARLIER.head()))
                .isInstanceOf(Judgement.NotProven.class);
        assertThat(judge(256, List.of(), note(LATER), EARLIER.head()))
                .isInstanceOf(Judgement.NotProven.class);
        assertThat(judge(256, LATER.consistencyFrom(255).hashes(), note(LATER), EARLIER.head()))
                .isInstanceOf(Judgement.NotProven.class);
    }

    @Test
    void aProofFromAnotherSizeIsAnsweredWithTheRightOne() {
        assertThat(judge(0, List.of(), note(LATER), EARLIER.head()))
                .isEqualTo(new Judgement.OtherSize(256));
        assertThat(judge(255, proof(), note(LATER), EARLIER.head()))
                .isEqualTo(new Judgement.OtherSize(256));
        // A rollback is asked for: the witness stays where it is.
        assertThat(judge(256, List.of(), note(EARLIER), LATER.head()))
                .isEqualTo(new Judgement.OtherSize(300));
    }

    @Test
    void anOldSizeAboveTheCheckpointsIsMalformed() {
        assertThat(judge(300, List.of(), note(EARLIER), LATER.head()))
                .isInstanceOf(Judgement.Malformed.class);
    }

    @Test
    void anotherRootForTheSameSizeIsASplitView() {
        var other = new SampleTree(LATER.leaves.reversed());

        assertThat(judge(300, List.of(), note(other), LATER.head()))
                .isInstanceOfSatisfying(
                        Judgement.SplitView.class,
                        split -> assertThat(split.checkpoint().head()).isEqualTo(other.head()));
    }

    @Test
    void whatTheLedgerHasNotSignedIsRefused() {
        var stranger = NoteSigner.ofSeed(LEDGER.name(), new byte[32]);
        var forged = new Checkpoint(LEDGER.name(), LATER.head()).sign(stranger);
        var spoilt =
                new SignedNote(note(LATER).text(), List.of(note(EARLIER).signatures().getFirst()));

        assertThat(judge(0, List.of(), forged, TreeHead.EMPTY))
                .isInstanceOf(Judgement.NotSigned.class);
        assertThat(judge(0, List.of(), spoilt, TreeHead.EMPTY))
                .isInstanceOf(Judgement.NotSigned.class);
    }

    @Test
    void theCheckpointOfAnotherOriginIsNotTakenForThisOne() {
        var foreign = SignedNote.sign(new Checkpoint("other.example", LATER.head()).text(), LEDGER);

        assertThat(new WitnessRequest(0, List.of(), foreign).origin()).isEqualTo("other.example");
        assertThat(judge(0, List.of(), foreign, TreeHead.EMPTY))
                .isInstanceOf(Judgement.NotSigned.class);
    }

    @Test
    void somethingElseThatTheLedgerSignedIsMalformed() {
        assertThat(judge(0, List.of(), SignedNote.sign("no checkpoint\n", LEDGER), TreeHead.EMPTY))
                .isInstanceOf(Judgement.Malformed.class);
    }

    @Test
    void anEmptyTreeHasOnlyTheEmptyRoot() {
        var lie = LEDGER.name() + "\n0\n" + LATER.head().root().base64() + "\n";

        assertThat(judge(0, List.of(), SignedNote.sign(lie, LEDGER), TreeHead.EMPTY))
                .isInstanceOf(Judgement.NotProven.class);
    }
}
