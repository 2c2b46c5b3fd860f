package org.imprimatur.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TilesTest {

    private static final SampleTree LARGE = SampleTree.ofNumbers(66_000);

    /** Tiles kept as a table would: appended to, one row for each level and index. */
    private static final class Kept {

        record Place(int level, long index) {}

        final Map<Place, byte[]> rows = new HashMap<>();
        Frontier edge = Frontier.EMPTY;

        void append(List<Hash> leaves) {
            var growth = edge.grow(leaves);
            growth.additions()
                    .forEach(
                            addition -> {
                                var place = new Place(addition.level(), addition.index());
                                var old = rows.getOrDefault(place, new byte[0]);
                                assertThat(old).hasSize(32 * addition.offset());
                                var bytes =
                                        Arrays.copyOf(old, old.length + addition.bytes().length);
                                System.arraycopy(
                                        addition.bytes(),
                                        0,
                                        bytes,
                                        old.length,
                                        addition.bytes().length);
                                rows.put(place, bytes);
                            });
            assertThat(growth.before()).isEqualTo(edge);
            assertThat(growth.additions().map(Growth.Addition::tile))
                    .containsExactlyElementsOf(
                            Tile.changed(edge.size(), edge.size() + leaves.size()).toList());
            edge = growth.after();
        }

        byte[] read(Tile tile) {
            return rows.get(new Place(tile.level(), tile.index()));
        }

        void check(SampleTree tree) {
            assertThat(edge.head()).isEqualTo(tree.head());
            var expected = tree.tiles();
            assertThat(rows).hasSameSizeAs(expected);
            expected.forEach((tile, bytes) -> assertThat(read(tile)).isEqualTo(bytes));
            assertThat(Tile.changed(0, tree.size()))
                    .containsExactlyInAnyOrderElementsOf(expected.keySet());
        }
    }

    @Property(tries = 60)
    void tilesGrownInBatchesOfAnySizeAreTheTilesMadeAtOnce(
            @ForAll @Size(max = 12) List<@IntRange(max = 400) Integer> batches) {
        var kept = new Kept();
        int size = 0;
        for (int batch : batches) {
            kept.append(LARGE.leaves.subList(size, size + batch));
            size += batch;
        }

        kept.check(LARGE.first(size));
    }

    @Property(tries = 60)
    void proofsFromTilesProve(
            @ForAll @IntRange(min = 1, max = 5000) int size,
            @ForAll @IntRange(max = 4999) int someIndex,
            @ForAll @IntRange(max = 5000) int someOld) {
        var tree = LARGE.first(size);
        int index = someIndex % size;
        int old = someOld % (size + 1);
        var kept = new Kept();
        kept.append(tree.leaves);

        assertThat(
                        InclusionProof.read(index, size, kept::read)
                                .proves(tree.leaves.get(index), kept.edge.head()))
                .isTrue();
        assertThat(
                        ConsistencyProof.read(old, size, kept::read)
                                .proves(tree.first(old).head(), kept.edge.head()))
                .isTrue();
        assertThat(Frontier.read(size, kept::read)).isEqualTo(kept.edge);
    }

    @Test
    void aTreeOfThreeLevelsGrowsAcrossItsBoundary() {
        var kept = new Kept();
        kept.append(LARGE.leaves.subList(0, 65_535));
        kept.append(LARGE.leaves.subList(65_535, 65_536));
        assertThat(kept.read(new Tile(2, 0, 1))).isEqualTo(kept.edge.root().bytes());
        kept.append(LARGE.leaves.subList(65_536, 66_000));

        kept.check(LARGE);
        for (int index : new int[] {0, 255, 256, 65_535, 65_536, 65_999}) {
            assertThat(
                            InclusionProof.read(index, 66_000, kept::read)
                                    .proves(LARGE.leaves.get(index), kept.edge.head()))
                    .isTrue();
        }
        for (int old : new int[] {1, 255, 256, 257, 65_535, 65_536, 65_537, 66_000}) {
            assertThat(
                            ConsistencyProof.read(old, 66_000, kept::read)
                                    .proves(LARGE.first(old).head(), kept.edge.head()))
                    .isTrue();
        }
    }

    @Test
    void anEdgeIsRestoredFromItsHashesAndGrowsOn() {
        for (int size = 0; size <= 70; size++) {
            var edge = Frontier.EMPTY.append(LARGE.leaves.subList(0, size));
            var restored = new Frontier(size, edge.subtrees());

            assertThat(restored.head()).isEqualTo(LARGE.first(size).head());
            assertThat(restored.append(LARGE.leaves.get(size)).head())
                    .isEqualTo(LARGE.first(size + 1).head());
            assertThat(edge.head()).isEqualTo(restored.head());
        }
    }

    @Test
    void anEdgeWithTooFewOrTooManyHashesIsRefused() {
        var hash = LARGE.leaves.getFirst();

        assertThatThrownBy(() -> new Frontier(3, List.of(hash))).isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> new Frontier(0, List.of(hash))).isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> new Frontier(-1, Collections.nCopies(64, hash)))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void theLargestTreeIsFull() {
        var hash = LARGE.leaves.getFirst();
        var full = new Frontier(Long.MAX_VALUE, Collections.nCopies(63, hash));

        assertThatThrownBy(() -> full.append(hash)).isInstanceOf(MalformedInput.class);
        assertThat(new Frontier(Long.MAX_VALUE - 1, Collections.nCopies(62, hash)).append(hash))
                .extracting(Frontier::size)
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aMillionLeavesAreAppendedWithoutLosingCount() {
        var batch = Collections.nCopies(10_000, LARGE.leaves.getFirst());
        var edge = Frontier.EMPTY;
        for (int i = 0; i < 100; i++) {
            edge = edge.grow(batch).after();
        }

        assertThat(edge)
                .isEqualTo(Frontier.EMPTY.append(Collections.nCopies(1_000_000, batch.getFirst())));
        assertThat(edge.size()).isEqualTo(1_000_000);
    }

    @Test
    void aGrowthWithHashesThatItsSizesDoNotAskForIsRefused() {
        var growth = Frontier.EMPTY.grow(LARGE.leaves.subList(0, 300));
        var levels = new ArrayList<>(growth.levels());
        levels.removeLast();

        assertThatThrownBy(() -> new Growth(growth.before(), growth.after(), levels))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("level 1");
    }

    @Property
    void everyPathIsReadBackAsItWasWritten(
            @ForAll @IntRange(max = 63) int level,
            @ForAll @LongRange(max = (1L << 55) - 1) long index,
            @ForAll @IntRange(min = 1, max = 256) int width) {
        assertThat(TilePath.parse(new Tile(level, index, width).path()))
                .isEqualTo(new Tile(level, index, width));
        assertThat(TilePath.parse(new EntryBundle(index, width).path()))
                .isEqualTo(new EntryBundle(index, width));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tile",
                "tile/",
                "tile/0",
                "tile/0/",
                "/tile/0/000",
                "tile/0/000/",
                "tile//000",
                "tile/00/000",
                "tile/01/000",
                "tile/64/000",
                "tile/-1/000",
                "tile/+1/000",
                "tile/100/000",
                "tile/0/0",
                "tile/0/00",
                "tile/0/0000",
                "tile/0/1000",
                "tile/0/x000/000",
                "tile/0/x000/x001/000",
                "tile/0/x001",
                "tile/0/001/000",
                "tile/0/X001/000",
                "tile/0/x01/000",
                "tile/0/x001/x000",
                "tile/0/x999/x999/x999/x999/x999/999",
                "tile/0/x036/x028/x797/x018/x963/968",
                "tile/0/x001/x001/x001/x001/x001/x001/001",
                "tile/0/000.p/0",
                "tile/0/000.p/00",
                "tile/0/000.p/01",
                "tile/0/000.p/256",
                "tile/0/000.p/257",
                "tile/0/000.p/999",
                "tile/0/000.p/1000",
                "tile/0/000.p/-1",
                "tile/0/000.p/",
                "tile/0/000.p",
                "tile/0/000.P/1",
                "tile/0/000/p/1",
                "tile/0/000.p/1/",
                "tile/0/000.p/1\n",
                "tile/0/000\u0000",
                "tile/0/../../etc/passwd",
                "tile/0/x../x../000",
                "tile/0/%30%30%30",
                "tile/0/٠٠٠",
                "tile/٠/000",
                "tile/0/000?a=b",
                "tile\\0\\000",
                "tile/entries",
                "tile/entries/",
                "tile/Entries/000",
                "tile/entries/0",
                "tile/entries/000.p/256",
                "tile/data/000",
                "tile/names/000",
                "checkpoint",
                "tile/0/000 ",
                " tile/0/000"
            })
    void aPathInAnyOtherSpellingIsRefused(String path) {
        assertThatThrownBy(() -> TilePath.parse(path)).isInstanceOf(MalformedInput.class);
    }

    @Test
    void anEndlessPathIsRefusedAndNotRepeatedInTheMessage() {
        var path = "tile/0/" + "x001/".repeat(100_000) + "000";

        assertThatThrownBy(() -> TilePath.parse(path))
                .isInstanceOf(MalformedInput.class)
                .satisfies(refused -> assertThat(refused.getMessage().length()).isLessThan(200));
    }

    @Test
    void theLargestPathIsTheLastTileOfTheLargestTree() {
        assertThat(TilePath.parse("tile/0/x036/x028/x797/x018/x963/967").index())
                .isEqualTo((1L << 55) - 1);
        // Nothing is made before it is asked for: this tree has 2^55 tiles.
        assertThat(Tile.changed(0, Long.MAX_VALUE).limit(1)).containsExactly(new Tile(0, 0, 256));
        assertThat(Tile.changed(Long.MAX_VALUE - 1, Long.MAX_VALUE))
                .containsExactly(new Tile(0, (1L << 55) - 1, 255));
    }

    @Test
    void entriesAreReadBackFromTheirBundle() {
        var entries = List.of(new byte[0], new byte[] {1, 2, 3}, new byte[65_535]);
        var bytes = EntryBundle.encode(entries);

        assertThat(bytes).hasSize(6 + 3 + 65_535);
        assertThat(new EntryBundle(0, 3).decode(bytes))
                .usingRecursiveComparison()
                .isEqualTo(entries);
        assertThat(new EntryBundle(0, 2).decode(bytes)).hasSize(2);
    }

    @Test
    void aBundleHoldsWhatItsPathSaysOrIsRefused() {
        var two = EntryBundle.encode(List.of(new byte[] {7}, new byte[] {8, 9}));
        var full = EntryBundle.encode(Collections.nCopies(256, new byte[0]));
        var one = new EntryBundle(0, 1);

        assertThatThrownBy(() -> new EntryBundle(0, 3).decode(two))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("2 entries instead of 3");
        assertThatThrownBy(() -> one.decode(new byte[0])).isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> one.decode(new byte[] {0})).isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> one.decode(new byte[] {0, 2, 9}))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("ends within entry 0");
        assertThatThrownBy(() -> one.decode(new byte[] {(byte) 0xff, (byte) 0xff, 9}))
                .isInstanceOf(MalformedInput.class);
        // The part that was not asked for must have the right form too.
        assertThatThrownBy(() -> one.decode(Arrays.copyOf(two, two.length - 1)))
                .isInstanceOf(MalformedInput.class);
        assertThat(new EntryBundle(0, 256).decode(full)).hasSize(256);
        assertThatThrownBy(() -> new EntryBundle(0, 256).decode(Arrays.copyOf(full, 514)))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("more than 256");
    }

    @Test
    void anEntryOrABundleAboveItsLimitIsNotWritten() {
        assertThatThrownBy(() -> EntryBundle.encode(List.of(new byte[65_536])))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> EntryBundle.encode(Collections.nCopies(257, new byte[0])))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void bundlesOfAGrowthCoverItAndNothingMore() {
        assertThat(EntryBundle.changed(0, 0)).isEmpty();
        assertThat(EntryBundle.changed(256, 256)).isEmpty();
        assertThat(EntryBundle.changed(255, 256)).containsExactly(new EntryBundle(0, 256));
        assertThat(EntryBundle.changed(256, 257)).containsExactly(new EntryBundle(1, 1));
        assertThat(EntryBundle.changed(100, 600))
                .containsExactly(
                        new EntryBundle(0, 256), new EntryBundle(1, 256), new EntryBundle(2, 88));
        assertThatThrownBy(() -> EntryBundle.changed(5, 4)).isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> Tile.changed(-1, 4)).isInstanceOf(MalformedInput.class);
    }
}
