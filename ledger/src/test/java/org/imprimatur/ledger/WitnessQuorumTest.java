package org.imprimatur.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.imprimatur.ledger.WitnessQuorum.Outcome;
import org.junit.jupiter.api.Test;

class WitnessQuorumTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final NoteSigner LEDGER = SampleKeys.ledgerSigner();
    private static final Cosigner A = witness("a.example", 1);
    private static final Cosigner B = witness("b.example", 2);
    private static final Cosigner C = witness("c.example", 3);
    private static final WitnessQuorum TWO_OF_THREE = quorum(2, A, B, C);
    private static final Checkpoint CHECKPOINT =
            new Checkpoint(LEDGER.name(), SampleTree.ofNumbers(9).head(), List.of("extended"));

    private static Cosigner witness(String name, int seed) {
        var bytes = new byte[32];
        bytes[0] = (byte) seed;
        return Cosigner.ofSeed(name, bytes);
    }

    private static WitnessQuorum quorum(int threshold, Cosigner... witnesses) {
        return new WitnessQuorum(
                java.util.Arrays.stream(witnesses).map(Cosigner::verifier).toList(),
                threshold,
                Duration.ofMinutes(15));
    }

    private static NoteSignature minutesAgo(Cosigner witness, int minutes) {
        return witness.cosign(CHECKPOINT, NOW.minus(Duration.ofMinutes(minutes)));
    }

    private static VerifiedCheckpoint.Check check(NoteSignature... cosignatures) {
        var note = CHECKPOINT.sign(LEDGER);
        for (var cosignature : cosignatures) {
            note = note.with(cosignature);
        }
        return VerifiedCheckpoint.check(note, LEDGER.verifier(), TWO_OF_THREE.witnesses());
    }

    private static Outcome judge(NoteSignature... cosignatures) {
        return TWO_OF_THREE.judge(
                ((VerifiedCheckpoint.Check.Good) check(cosignatures)).checkpoint(), NOW);
    }

    @Test
    void enoughCosignaturesCountFromTheOneThatMadeThemEnough() {
        assertThat(judge(minutesAgo(A, 1), minutesAgo(C, 9), minutesAgo(B, 4)))
                .isEqualTo(new Outcome.Met(NOW.minus(Duration.ofMinutes(4))));
    }

    @Test
    void twoCosignaturesOfOneWitnessAreOne() {
        assertThat(judge(minutesAgo(A, 1), minutesAgo(A, 2)))
                .isInstanceOfSatisfying(
                        Outcome.TooFew.class,
                        few ->
                                assertThat(few.explanation())
                                        .contains("1 of the 2", "b.example", "c.example")
                                        .doesNotContain("a.example"));
    }

    @Test
    void aStaleCosignatureDoesNotCountAndIsTold() {
        assertThat(judge(minutesAgo(A, 1), minutesAgo(B, 16)))
                .isInstanceOfSatisfying(
                        Outcome.TooFew.class,
                        few -> {
                            assertThat(few.onlyOld()).isTrue();
                            assertThat(few.explanation())
                                    .contains("b.example cosigned at 2026-11-21T11:44:00Z");
                        });
    }

    @Test
    void aCosignatureFromTheFutureDoesNotCount() {
        assertThat(judge(minutesAgo(A, 1), minutesAgo(B, -6)))
                .isInstanceOfSatisfying(
                        Outcome.TooFew.class, few -> assertThat(few.onlyOld()).isFalse());
    }

    @Test
    void aCosignatureOfAnotherKeyWithTheNameOfAWitnessDoesNotCount() {
        assertThat(judge(minutesAgo(A, 1), minutesAgo(witness("b.example", 7), 1)))
                .isInstanceOf(Outcome.TooFew.class);
    }

    @Test
    void aCosignatureOfAnotherCheckpointSpoilsTheNote() {
        var other = new Checkpoint(LEDGER.name(), SampleTree.ofNumbers(8).head());

        assertThat(check(minutesAgo(A, 1), B.cosign(other, NOW)))
                .isInstanceOf(VerifiedCheckpoint.Check.BadSignature.class);
        // Without its extension line it is another checkpoint, too.
        var bare = new Checkpoint(LEDGER.name(), CHECKPOINT.head());
        assertThat(check(B.cosign(bare, NOW)))
                .isInstanceOf(VerifiedCheckpoint.Check.BadSignature.class);
    }

    @Test
    void aQuorumThatCannotBeMetOrCountsOneKeyTwiceIsRefused() {
        assertThatThrownBy(() -> quorum(3, A, B)).isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> quorum(0, A)).isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> quorum(1)).isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> quorum(1, A, A)).isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> quorum(2, A, witness("other.example", 1)))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(
                        () ->
                                new WitnessQuorum(
                                        List.of(LEDGER.verifier()), 1, Duration.ofMinutes(1)))
                .isInstanceOf(MalformedInput.class);
    }
}
