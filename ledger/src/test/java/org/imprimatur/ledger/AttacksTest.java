package org.imprimatur.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.imprimatur.ledger.LedgerView.Look;
import org.junit.jupiter.api.Test;

/**
 * What a ledger, or who answers in its name, may try on one reader; each has a test of its name.
 */
class AttacksTest {

    private static final NoteSigner LEDGER = SampleKeys.ledgerSigner();
    private static final Cosigner WITNESS = SampleKeys.witness();
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final SampleTree TREE = SampleTree.ofNumbers(300);
    private static final SampleTree EARLIER = TREE.first(256);

    private static SignedNote note(TreeHead head) {
        return new Checkpoint(LEDGER.name(), head).sign(LEDGER);
    }

    private static VerifiedCheckpoint verified(SignedNote note) {
        return ((VerifiedCheckpoint.Check.Good)
                        VerifiedCheckpoint.check(
                                note, LEDGER.verifier(), List.of(WITNESS.verifier())))
                .checkpoint();
    }

    private static LedgerView having(SampleTree tree) {
        return LedgerView.unseen(LEDGER.verifier(), List.of(WITNESS.verifier()))
                .having(verified(note(tree.head())));
    }

    private static <X extends Exception> Look look(
            SampleTree seen, SignedNote offered, TileReader<X> tiles) throws X {
        return having(seen).lookWithTiles(offered, tiles);
    }

    private static SampleTree forkAt(int index) {
        var leaves = new ArrayList<>(TREE.leaves);
        leaves.set(index, Hash.ofLeaf(new byte[] {1}));
        return new SampleTree(leaves);
    }

    @Test
    void splitViewOfOneSize() {
        var other = forkAt(299);

        assertThat(look(TREE, note(other.head()), other.reader()))
                .isInstanceOf(Look.SplitView.class);
    }

    @Test
    void splitViewThatGrowsIsProvenByItsOwnTiles() {
        var other = forkAt(7);
        var offered = note(other.head());
        var fork = ForkProof.read(256, 300, other.reader());

        assertThat(look(EARLIER, offered, other.reader())).isInstanceOf(Look.SplitView.class);
        assertThat(fork.convicts(EARLIER.head(), other.head())).isTrue();
        for (int from : new int[] {1, 2, 3, 100, 255, 257, 299}) {
            boolean changed = from > 7;
            assertThat(
                            ForkProof.read(from, 300, other.reader())
                                    .convicts(TREE.first(from).head(), other.head()))
                    .as("from %d", from)
                    .isEqualTo(changed);
        }
    }

    @Test
    void nobodyMakesAForkProofAgainstAnHonestLedger() {
        var honest = ForkProof.read(256, 300, TREE.reader());
        var made = new ForkProof(Hash.ofLeaf(new byte[0]), honest.hashes());
        var others = ForkProof.read(256, 300, forkAt(7).reader());

        assertThat(honest.convicts(EARLIER.head(), TREE.head())).isFalse();
        assertThat(made.convicts(EARLIER.head(), TREE.head())).isFalse();
        assertThat(others.convicts(EARLIER.head(), TREE.head())).isFalse();
        assertThat(others.convicts(TREE.head(), TREE.head())).isFalse();
        assertThat(others.convicts(TreeHead.EMPTY, TREE.head())).isFalse();
    }

    @Test
    void rollback() {
        assertThat(look(TREE, note(EARLIER.head()), EARLIER.reader()))
                .isInstanceOf(Look.RolledBack.class);
    }

    @Test
    void freeze() {
        var quorum = new WitnessQuorum(List.of(WITNESS.verifier()), 1, Duration.ofMinutes(15));
        var checkpoint = new Checkpoint(LEDGER.name(), TREE.head());
        var shown = checkpoint.sign(LEDGER).with(WITNESS.cosign(checkpoint, NOW));

        assertThat(quorum.judge(verified(shown), NOW.plus(Duration.ofMinutes(15))))
                .isEqualTo(new WitnessQuorum.Outcome.Met(NOW));
        // The same note, shown again and again.
        assertThat(quorum.judge(verified(shown), NOW.plus(Duration.ofMinutes(16))))
                .isInstanceOfSatisfying(
                        WitnessQuorum.Outcome.TooFew.class,
                        few -> {
                            assertThat(few.onlyOld()).isTrue();
                            assertThat(few.newest()).isEqualTo(NOW);
                        });
    }

    @Test
    void truncatedTree() {
        // The checkpoint claims 300 entries, and the tiles end at 256.
        assertThat(
                        org.assertj.core.api.Assertions.catchThrowable(
                                () ->
                                        look(
                                                TREE.first(200),
                                                note(TREE.head()),
                                                _ -> new byte[Hash.LENGTH])))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("tile/0/");
    }

    @Test
    void forgedInclusionProof() {
        var checkpoint = note(TREE.head());
        var good = TREE.inclusion(77);
        var stranger =
                Hash.ofLeaf("never admitted".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        var swapped = new ArrayList<>(good.hashes());
        Collections.swap(swapped, 0, 1);
        var cut = good.hashes().subList(0, good.hashes().size() - 1);
        var longer = new ArrayList<>(good.hashes());
        longer.add(Hash.EMPTY_TREE);

        assertThat(proves(good, checkpoint, TREE.leaves.get(77))).isTrue();
        assertThat(proves(good, checkpoint, stranger)).isFalse();
        assertThat(
                        proves(
                                new InclusionProof(76, 300, good.hashes()),
                                checkpoint,
                                TREE.leaves.get(77)))
                .isFalse();
        for (var hashes : List.of(swapped, cut, longer, List.<Hash>of())) {
            assertThat(proves(new InclusionProof(77, 300, hashes), checkpoint, TREE.leaves.get(77)))
                    .isFalse();
        }
        // A node of the tree is no leaf of it, though its hash is on the path.
        assertThat(proves(good, checkpoint, Hash.ofNode(TREE.leaves.get(76), TREE.leaves.get(77))))
                .isFalse();
    }

    private static boolean proves(InclusionProof proof, SignedNote checkpoint, Hash leaf) {
        return ProofFile.parse(ProofFile.of(proof, checkpoint).bytes())
                        .check(leaf, LEDGER.verifier())
                instanceof ProofFile.Check.Proven;
    }

    @Test
    void forgedConsistencyProof() {
        var other = forkAt(7);
        var honest = TREE.consistencyFrom(256).hashes();
        var reversed = honest.reversed();

        for (var proof :
                List.of(honest, reversed, other.consistencyFrom(256).hashes(), List.<Hash>of())) {
            assertThat(
                            having(EARLIER)
                                    .look(
                                            note(other.head()),
                                            (from, to) -> new ConsistencyProof(from, to, proof)))
                    .isInstanceOf(Look.SplitView.class);
        }
    }

    @Test
    void wrongTreeSize() {
        var larger = note(new TreeHead(301, TREE.head().root()));
        var smaller = note(new TreeHead(299, TREE.head().root()));

        assertThat(look(EARLIER, larger, SampleTree.ofNumbers(301).reader()))
                .isInstanceOf(Look.SplitView.class);
        assertThat(look(EARLIER, smaller, TREE.first(299).reader()))
                .isInstanceOf(Look.SplitView.class);
        // A proof is for one size: with that of another checkpoint it proves nothing.
        var proof = TREE.inclusion(299);
        assertThat(
                        ProofFile.parse(
                                        ProofFile.of(proof, note(TREE.head()))
                                                .toString()
                                                .replace(
                                                        note(TREE.head()).toString(),
                                                        larger.toString()))
                                .check(TREE.leaves.get(299), LEDGER.verifier()))
                .isInstanceOf(ProofFile.Check.NotProven.class);
    }

    @Test
    void replayedCheckpointOfAnotherOrigin() {
        var other = NoteSigner.ofSeed("other.example", new byte[32]);
        var replayed = new Checkpoint(other.name(), TREE.head()).sign(other);
        // Or with the key of this ledger, which then has signed in another's name.
        var mixed = SignedNote.sign(replayed.text(), LEDGER);

        assertThat(look(EARLIER, replayed, TREE.reader())).isInstanceOf(Look.BadSignature.class);
        assertThat(look(EARLIER, mixed, TREE.reader())).isInstanceOf(Look.WrongOrigin.class);
    }

    @Test
    void cosignatureOfAnotherKeyOrAStaleTime() {
        var quorum = new WitnessQuorum(List.of(WITNESS.verifier()), 1, Duration.ofMinutes(15));
        var checkpoint = new Checkpoint(LEDGER.name(), TREE.head());
        var other = Cosigner.ofSeed(WITNESS.verifier().name(), new byte[32]);

        for (var cosignature :
                List.of(
                        other.cosign(checkpoint, NOW),
                        WITNESS.cosign(checkpoint, NOW.minus(Duration.ofMinutes(16))),
                        WITNESS.cosign(checkpoint, NOW.plus(Duration.ofMinutes(16))))) {
            var shown = checkpoint.sign(LEDGER).with(cosignature);
            assertThat(quorum.judge(verified(shown), NOW))
                    .isInstanceOf(WitnessQuorum.Outcome.TooFew.class);
        }
        // The time is covered: an old cosignature with a new time does not verify.
        var old = WITNESS.cosign(checkpoint, NOW.minus(Duration.ofDays(1))).signature();
        var now = WITNESS.cosign(checkpoint, NOW).signature();
        System.arraycopy(now, 0, old, 0, Long.BYTES);
        var dated =
                checkpoint
                        .sign(LEDGER)
                        .with(
                                new NoteSignature(
                                        WITNESS.verifier().name(),
                                        WITNESS.verifier().keyId(),
                                        old));
        assertThat(look(EARLIER, dated, TREE.reader())).isInstanceOf(Look.BadSignature.class);
    }

    @Test
    void tileOfTheRightSizeWithAWrongHash() {
        var tiles = TREE.tiles();
        for (var tile : ConsistencyProof.tiles(100, 300)) {
            TileReader<RuntimeException> altered =
                    asked -> {
                        var bytes = tiles.get(asked).clone();
                        if (asked.equals(tile)) {
                            // Every hash of the tile, so that one that counts is among them.
                            for (int i = 0; i < bytes.length; i += Hash.LENGTH) {
                                bytes[i] ^= 1;
                            }
                        }
                        return bytes;
                    };
            assertThat(look(TREE.first(100), note(TREE.head()), altered))
                    .isInstanceOf(Look.SplitView.class);
            // Such tiles accuse nobody: no proof against the ledger can be made from them.
            assertThat(
                            ForkProof.read(100, 300, altered)
                                    .convicts(TREE.first(100).head(), TREE.head()))
                    .isFalse();
        }
    }

    @Test
    void checkpointSignedWithTheRightNameAndTheWrongKey() {
        var thief = NoteSigner.ofSeed(LEDGER.name(), new byte[32]);
        var forged = new Checkpoint(LEDGER.name(), TREE.head()).sign(thief);
        // With the key id of the right key, too.
        var disguised =
                new SignedNote(
                        forged.text(),
                        List.of(
                                new NoteSignature(
                                        LEDGER.name(),
                                        LEDGER.verifier().keyId(),
                                        forged.signatures().getFirst().signature())));

        assertThat(look(EARLIER, forged, TREE.reader())).isInstanceOf(Look.BadSignature.class);
        assertThat(look(EARLIER, disguised, TREE.reader())).isInstanceOf(Look.BadSignature.class);
    }
}
