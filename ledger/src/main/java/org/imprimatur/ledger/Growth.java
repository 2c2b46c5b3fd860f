package org.imprimatur.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What appending a batch of leaves does to the tiles.
 *
 * @param before the edge before the batch
 * @param after the edge after it
 * @param levels at {@code [l]} the hashes that the batch adds at the end of tile level {@code l};
 *     as many levels as got any
 */
public record Growth(Frontier before, Frontier after, List<List<Hash>> levels) {

    /**
     * @throws MalformedInput if some level has not exactly the hashes that the sizes ask for
     */
    public Growth {
        levels = levels.stream().map(List::copyOf).toList();
        for (int level = 0; level < Math.max(Tile.LEVELS, levels.size()); level++) {
            long expected =
                    Tile.hashesAt(level, after.size()) - Tile.hashesAt(level, before.size());
            long found = level < levels.size() ? levels.get(level).size() : 0;
            if (found != expected) {
                throw new MalformedInput(
                        "growing from %d to %d leaves adds %d hashes to level %d, not %d"
                                .formatted(before.size(), after.size(), expected, level, found));
            }
        }
    }

    /** The growth, tile by tile: lowest level first, then from left to right. */
    public Stream<Addition> additions() {
        return Stream.iterate(0, level -> level < levels.size(), level -> level + 1)
                .flatMap(level -> additionsAt(level).stream());
    }

    private List<Addition> additionsAt(int level) {
        var additions = new ArrayList<Addition>();
        var hashes = levels.get(level);
        long position = Tile.hashesAt(level, before.size());
        int taken = 0;
        while (taken < hashes.size()) {
            int offset = (int) (position % Tile.FULL);
            int count = Math.min(Tile.FULL - offset, hashes.size() - taken);
            additions.add(
                    new Addition(
                            level,
                            position / Tile.FULL,
                            offset,
                            hashes.subList(taken, taken + count)));
            taken += count;
            position += count;
        }
        return additions;
    }

    /**
     * Hashes added at the end of one tile.
     *
     * @param level the tile's level
     * @param index the tile's index within the level
     * @param offset how many hashes the tile had before: 0 for a new tile
     * @param hashes what is added, at least one
     */
    public record Addition(int level, long index, int offset, List<Hash> hashes) {

        /**
         * @throws MalformedInput if the hashes do not fit into the tile
         */
        public Addition {
            if (offset < 0 || hashes.isEmpty() || offset + hashes.size() > Tile.FULL) {
                throw new MalformedInput(
                        "cannot add %d hashes to a tile of %d".formatted(hashes.size(), offset));
            }
            hashes = List.copyOf(hashes);
        }

        /** The tile as it is after the addition. */
        public Tile tile() {
            return new Tile(level, index, offset + hashes.size());
        }

        /** The bytes to put behind the tile's {@code offset * 32} old ones. */
        public byte[] bytes() {
            return Tile.bytesOf(hashes);
        }
    }
}
