package org.imprimatur.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Proofs in every small tree, against the recursive definitions, and what must not pass. */
class ProofsTest {

    private static final int LARGEST = 70;
    private static final List<SampleTree> TREES = trees();
    private static final Hash OTHER = Hash.ofLeaf(new byte[] {'o', 't', 'h', 'e', 'r'});

    private static List<SampleTree> trees() {
        var largest = SampleTree.ofNumbers(LARGEST);
        var trees = new ArrayList<SampleTree>();
        for (int size = 0; size <= LARGEST; size++) {
            trees.add(largest.first(size));
        }
        return trees;
    }

    private static final List<TreeHead> HEADS = TREES.stream().map(SampleTree::head).toList();

    @Test
    void everyLeafOfEveryTreeLeadsToItsRoot() {
        for (var tree : TREES) {
            for (int index = 0; index < tree.size(); index++) {
                var proof = InclusionProof.read(index, tree.size(), tree.reader());

                assertThat(proof).isEqualTo(tree.inclusion(index));
                assertThat(proof.proves(tree.leaves.get(index), HEADS.get(tree.size()))).isTrue();
            }
        }
    }

    @Test
    void everyTreeContinuesEverySmallerOne() {
        for (var tree : TREES) {
            for (int old = 0; old <= tree.size(); old++) {
                var proof = ConsistencyProof.read(old, tree.size(), tree.reader());

                assertThat(proof).isEqualTo(tree.consistencyFrom(old));
                assertThat(proof.proves(HEADS.get(old), HEADS.get(tree.size()))).isTrue();
            }
        }
    }

    @Test
    void aGoodPathProvesNothingForAnyOtherPositionOrSize() {
        for (int size = 1; size <= 20; size++) {
            for (int index = 0; index < size; index++) {
                var good = TREES.get(size).inclusion(index);
                var leaf = TREES.get(size).leaves.get(index);
                var root = HEADS.get(size).root();
                for (int otherSize = 1; otherSize <= 40; otherSize++) {
                    for (int otherIndex = 0; otherIndex < otherSize; otherIndex++) {
                        var other = new InclusionProof(otherIndex, otherSize, good.hashes());
                        boolean same = otherIndex == index && otherSize == size;

                        assertThat(other.proves(leaf, new TreeHead(otherSize, root)))
                                .as("leaf %d of %d as %d of %d", index, size, otherIndex, otherSize)
                                // A path fixes left and right at each step, and where it ends: some
                                // positions in trees of neighbouring sizes take the same steps.
                                .isEqualTo(same || sameSteps(index, size, otherIndex, otherSize));
                    }
                }
            }
        }
    }

    /** Whether two positions have the same sequence of left and right, by the recursive rule. */
    private static boolean sameSteps(int index, int size, int otherIndex, int otherSize) {
        return steps(index, size).equals(steps(otherIndex, otherSize));
    }

    private static String steps(int index, int size) {
        if (size == 1) {
            return "";
        }
        int k = Integer.highestOneBit(size - 1);
        return index < k ? steps(index, k) + "L" : steps(index - k, size - k) + "R";
    }

    @Test
    void aGoodPathProvesNothingAgainstARealTreeOfAnotherSize() {
        for (int size = 1; size <= 20; size++) {
            for (int index = 0; index < size; index++) {
                var good = TREES.get(size).inclusion(index);
                var leaf = TREES.get(size).leaves.get(index);
                for (int other = 1; other <= LARGEST; other++) {
                    if (other != size) {
                        assertThat(good.proves(leaf, HEADS.get(other))).isFalse();
                        if (index < other) {
                            assertThat(
                                            new InclusionProof(index, other, good.hashes())
                                                    .proves(leaf, HEADS.get(other)))
                                    .isFalse();
                        }
                    }
                }
            }
        }
    }

    @Test
    void anInnerNodeDoesNotPassForALeafByAPathCutShort() {
        for (int size = 2; size <= LARGEST; size++) {
            var good = TREES.get(size).inclusion(0);
            var inner = Hash.ofNode(TREES.get(size).leaves.getFirst(), good.hashes().getFirst());
            var cut = good.hashes().subList(1, good.hashes().size());

            assertThat(new InclusionProof(0, size, cut).proves(inner, HEADS.get(size))).isFalse();
        }
    }

    @Test
    void theLoneLeafOfATreeOfTwoIsNotItsRoot() {
        var head = HEADS.get(2);

        assertThat(new InclusionProof(0, 2, List.of()).rootFrom(head.root())).isEmpty();
        assertThat(new InclusionProof(0, 2, List.of()).proves(head.root(), head)).isFalse();
    }

    @Test
    void anInclusionProofFailsWithAnyHashChangedDroppedRepeatedSwappedOrAdded() {
        for (int size = 1; size <= 40; size++) {
            for (int index = 0; index < size; index++) {
                var tree = TREES.get(size);
                var head = HEADS.get(size);
                int at = index;
                int of = size;
                for (var bad : mutations(tree.inclusion(index).hashes())) {
                    assertThat(new InclusionProof(at, of, bad).proves(tree.leaves.get(at), head))
                            .as("leaf %d of %d with %s", at, of, bad)
                            .isFalse();
                }
                assertThat(tree.inclusion(index).proves(OTHER, head)).isFalse();
            }
        }
    }

    @Test
    void aConsistencyProofFailsWithAnyHashChangedDroppedRepeatedSwappedOrAdded() {
        for (int size = 1; size <= 40; size++) {
            for (int old = 0; old <= size; old++) {
                for (var bad : mutations(TREES.get(size).consistencyFrom(old).hashes())) {
                    assertThat(
                                    new ConsistencyProof(old, size, bad)
                                            .proves(HEADS.get(old), HEADS.get(size)))
                            .as("%d to %d with %s", old, size, bad)
                            .isFalse();
                }
            }
        }
    }

    /** Every single mistake that a list of hashes can have. */
    private static List<List<Hash>> mutations(List<Hash> good) {
        var all = new ArrayList<List<Hash>>();
        for (int i = 0; i < good.size(); i++) {
            int at = i;
            var flipped = good.get(i).bytes();
            flipped[i % 32] ^= (byte) (1 << i % 8);
            all.add(changed(good, list -> list.set(at, Hash.of(flipped))));
            all.add(changed(good, list -> list.remove(at)));
            all.add(
                    changed(
                            good,
                            list -> {
                                list.add(at, list.get(at));
                                return list;
                            }));
            if (i > 0) {
                all.add(
                        changed(
                                good,
                                list -> {
                                    Collections.swap(list, at, at - 1);
                                    return list;
                                }));
            }
        }
        all.add(changed(good, list -> list.add(OTHER)));
        all.add(
                changed(
                        good,
                        list -> {
                            list.addFirst(OTHER);
                            return list;
                        }));
        return all;
    }

    private static List<Hash> changed(List<Hash> good, Function<List<Hash>, Object> change) {
        var list = new ArrayList<>(good);
        change.apply(list);
        return list;
    }

    @Test
    void aGoodConsistencyProofProvesNothingForOtherSizesOrRoots() {
        for (int size = 1; size <= 20; size++) {
            for (int old = 1; old < size; old++) {
                var good = TREES.get(size).consistencyFrom(old);
                for (int to = 0; to <= 40; to++) {
                    for (int from = 0; from <= to; from++) {
                        if (from == old && to == size) {
                            continue;
                        }
                        assertThat(good.proves(HEADS.get(from), HEADS.get(to))).isFalse();
                        assertThat(
                                        new ConsistencyProof(from, to, good.hashes())
                                                .proves(HEADS.get(from), HEADS.get(to)))
                                .as("%d to %d used for %d to %d", old, size, from, to)
                                .isFalse();
                    }
                }
                assertThat(good.proves(new TreeHead(old, OTHER), HEADS.get(size))).isFalse();
                assertThat(good.proves(HEADS.get(old), new TreeHead(size, OTHER))).isFalse();
            }
        }
    }

    @Test
    void aConsistencyProofCutShortDoesNotReachALargerSize() {
        // The proof from 4 to 8, with the same roots, relabelled as one from 4 to 2^k: each must
        // fail for what is left of the size.
        var good = TREES.get(8).consistencyFrom(4);
        for (int size = 9; size <= 64; size++) {
            assertThat(
                            new ConsistencyProof(4, size, good.hashes())
                                    .proves(HEADS.get(4), new TreeHead(size, HEADS.get(8).root())))
                    .isFalse();
        }
    }

    @Test
    void aPathThatTakesTheSameStepsStillProvesNothingAboutATreeOfAnotherSize() {
        var path = TREES.get(3).inclusion(2).hashes();
        var leaf = TREES.get(3).leaves.get(2);

        assertThat(new InclusionProof(2, 3, path).proves(leaf, HEADS.get(3))).isTrue();
        assertThat(new InclusionProof(1, 2, path).proves(leaf, HEADS.get(3))).isFalse();
    }

    @Test
    void aConsistencyProofOfALargerTreeIsTooLongForASmallerOneWithTheSameRoots() {
        var good = TREES.get(8).consistencyFrom(7);
        var older = HEADS.get(7).root();
        var newer = HEADS.get(8).root();

        assertThat(good.proves(new TreeHead(7, older), new TreeHead(8, newer))).isTrue();
        assertThat(
                        new ConsistencyProof(3, 4, good.hashes())
                                .proves(new TreeHead(3, older), new TreeHead(4, newer)))
                .isFalse();
    }

    @Test
    void equalSizesNeedEqualRootsAndNoHashes() {
        var proof = new ConsistencyProof(5, 5, List.of());

        assertThat(proof.proves(HEADS.get(5), HEADS.get(5))).isTrue();
        assertThat(proof.proves(HEADS.get(5), new TreeHead(5, OTHER))).isFalse();
        assertThat(new ConsistencyProof(5, 5, List.of(OTHER)).proves(HEADS.get(5), HEADS.get(5)))
                .isFalse();
    }

    @Test
    void nothingIsProvenAboutTheEmptyTreeByHashes() {
        assertThat(new ConsistencyProof(0, 5, List.of()).proves(TreeHead.EMPTY, HEADS.get(5)))
                .isTrue();
        assertThat(new ConsistencyProof(0, 5, List.of(OTHER)).proves(TreeHead.EMPTY, HEADS.get(5)))
                .isFalse();
    }

    @Test
    void moreThan63HashesAreRefused() {
        var longest = Collections.nCopies(63, OTHER);
        var tooLong = Collections.nCopies(64, OTHER);

        assertThat(new InclusionProof(0, Long.MAX_VALUE, longest).rootFrom(OTHER)).isPresent();
        assertThatThrownBy(() -> new InclusionProof(0, Long.MAX_VALUE, tooLong))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("64");
        assertThatThrownBy(() -> new ConsistencyProof(1, Long.MAX_VALUE, tooLong))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("64");
    }

    @Test
    void positionsThatNoTreeHasAreRefused() {
        assertThatThrownBy(() -> new InclusionProof(-1, 5, List.of()))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> new InclusionProof(5, 5, List.of()))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> new InclusionProof(0, 0, List.of()))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> new ConsistencyProof(6, 5, List.of()))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> new ConsistencyProof(-1, 5, List.of()))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> InclusionProof.tiles(7, 7)).isInstanceOf(MalformedInput.class);
    }

    @Test
    void theTilesOfAProofAreKnownBeforeItIsRead() {
        var tree = SampleTree.ofNumbers(1000);
        for (int index : new int[] {0, 255, 256, 511, 767, 768, 999}) {
            var read = new ArrayList<Tile>();
            var reader = tree.reader();
            InclusionProof.read(
                    index,
                    1000,
                    tile -> {
                        read.add(tile);
                        return reader.read(tile);
                    });

            assertThat(read).containsExactlyElementsOf(InclusionProof.tiles(index, 1000));
        }
        assertThat(InclusionProof.tiles(500_000, 1_000_000)).hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void aWiderTileServesAsWellAndAShorterOneIsAnError() {
        var tree = SampleTree.ofNumbers(600);
        var full = tree.tiles();

        var proof =
                InclusionProof.read(
                        270,
                        300,
                        tile -> full.getOrDefault(tile.complete(), full.get(new Tile(1, 0, 2))));

        assertThat(proof).isEqualTo(tree.first(300).inclusion(270));
        assertThatThrownBy(() -> InclusionProof.read(270, 300, _ -> new byte[32 * 40]))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("tile/");
        assertThatThrownBy(() -> InclusionProof.read(0, 3, _ -> new byte[32 * 3 + 1]))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> InclusionProof.read(0, 3, _ -> new byte[32 * 257]))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void aTileWithAChangedHashGivesAProofThatFails() {
        var tree = SampleTree.ofNumbers(300);
        var tiles = tree.tiles();
        var bytes = tiles.get(new Tile(0, 0, 256));
        bytes[32 * 17] ^= 1;
        var head = tree.head();

        assertThat(InclusionProof.read(3, 300, tiles::get).proves(tree.leaves.get(3), head))
                .isFalse();
        assertThat(ConsistencyProof.read(255, 300, tiles::get).proves(tree.first(255).head(), head))
                .isFalse();
    }
}
