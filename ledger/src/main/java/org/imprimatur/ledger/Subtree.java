package org.imprimatur.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * A perfect subtree: the leaves from {@code index * 2^height}, {@code 2^height} of them.
 *
 * @param height 0 for a single leaf
 * @param index position among the subtrees of that height
 */
record Subtree(int height, long index) {

    /**
     * The perfect subtrees that a range of leaves splits into, from left to right, largest first.
     * The range must be one that the tree itself has: its start is a multiple of the largest power
     * of two that fits into it.
     */
    static List<Subtree> covering(long from, long to) {
        var subtrees = new ArrayList<Subtree>();
        while (from < to) {
            int height = 63 - Long.numberOfLeadingZeros(to - from);
            subtrees.add(new Subtree(height, from >>> height));
            from += 1L << height;
        }
        return subtrees;
    }

    Subtree left() {
        return new Subtree(height - 1, 2 * index);
    }

    Subtree right() {
        return new Subtree(height - 1, 2 * index + 1);
    }

    /** The tile that holds the hashes below this subtree's root, in a tree of {@code size}. */
    Tile tile(long size) {
        int level = height / Tile.HEIGHT;
        long tile = firstHash() / Tile.FULL;
        return new Tile(level, tile, Tile.widthAt(tile, Tile.hashesAt(level, size)));
    }

    /** Where in that tile they begin. */
    int offset() {
        return (int) (firstHash() % Tile.FULL);
    }

    /** How many they are. */
    int count() {
        return 1 << height % Tile.HEIGHT;
    }

    private long firstHash() {
        return index << height % Tile.HEIGHT;
    }
}
