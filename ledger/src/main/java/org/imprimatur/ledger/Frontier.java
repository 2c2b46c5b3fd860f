package org.imprimatur.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * The right edge of a Merkle tree: the roots of the perfect subtrees that its size splits into,
 * largest first. It is all that one must keep to append entries and to know every next root: at
 * most 63 hashes, whatever the size.
 *
 * @param size number of leaves
 * @param subtrees one root for each bit that is set in {@code size}, the highest bit first
 */
public record Frontier(long size, List<Hash> subtrees) {

    /** The edge of the tree without leaves. */
    public static final Frontier EMPTY = new Frontier(0, List.of());

    /**
     * Restores an edge that was stored. Whether the hashes are right can only be told by comparing
     * {@link #head()} with a checkpoint.
     *
     * @throws MalformedInput if the size is negative or does not ask for that many hashes
     */
    public Frontier {
        if (size < 0 || Long.bitCount(size) != subtrees.size()) {
            throw new MalformedInput(
                    "the edge of a tree of %d leaves cannot have %d hashes"
                            .formatted(size, subtrees.size()));
        }
        subtrees = List.copyOf(subtrees);
    }

    /**
     * Reads the edge of the tree of this size from its tiles: at most eight of them. Compare {@link
     * #head()} with a verified checkpoint before believing it.
     *
     * @throws MalformedInput if a tile is too short or its bytes are no hashes
     * @throws X what the reader throws
     */
    public static <X extends Exception> Frontier read(long size, TileReader<X> tiles) throws X {
        if (size < 0) {
            throw new MalformedInput("tree size is negative: " + size);
        }
        var reading = new TileHashes<>(size, tiles);
        var hashes = new ArrayList<Hash>();
        for (var subtree : Subtree.covering(0, size)) {
            hashes.add(reading.root(subtree));
        }
        return new Frontier(size, hashes);
    }

    /** The Merkle root over all leaves. */
    public Hash root() {
        return new Hasher().fold(subtrees);
    }

    /** Size and root. */
    public TreeHead head() {
        return new TreeHead(size, root());
    }

    /** The edge after these leaf hashes were appended; this edge stays as it is. */
    public Frontier append(List<Hash> leaves) {
        var edge = new GrowingEdge(this);
        for (var leaf : leaves) {
            edge.append(leaf);
        }
        return edge.frontier();
    }

    /** The edge after one leaf hash was appended. */
    public Frontier append(Hash leaf) {
        return append(List.of(leaf));
    }

    /**
     * Appends leaf hashes and tells what that adds to the tiles: for those who keep tiles, where
     * {@link #append(List)} is for those who only need roots.
     */
    public Growth grow(List<Hash> leaves) {
        var edge = new GrowingEdge(this);
        var added = new ArrayList<List<Hash>>();
        for (var leaf : leaves) {
            edge.append(leaf);
            // Every 256th entry of a level completes a tile, whose root is the next entry one up.
            for (int level = 0; edge.completed(level * Tile.HEIGHT); level++) {
                if (level == added.size()) {
                    added.add(new ArrayList<>());
                }
                added.get(level).add(edge.lastCompleted(level * Tile.HEIGHT));
            }
        }
        return new Growth(this, edge.frontier(), added);
    }

    /** The one mutable form of an edge: lives inside one call. */
    private static final class GrowingEdge {

        private static final int MAX_HEIGHT = 63;

        private final Hasher hasher = new Hasher();
        // At [h] the root of the perfect subtree of height h that the size's bit h stands for.
        private final Hash[] byHeight = new Hash[MAX_HEIGHT];
        // At [h] the root of height h that the last append completed; valid up to lastHeight.
        private final Hash[] completed = new Hash[MAX_HEIGHT];
        private int lastHeight = -1;
        private long size;

        GrowingEdge(Frontier start) {
            size = start.size;
            int next = 0;
            for (int height = MAX_HEIGHT - 1; height >= 0; height--) {
                if ((size >>> height & 1) == 1) {
                    byHeight[height] = start.subtrees.get(next++);
                }
            }
        }

        void append(Hash leaf) {
            if (size == Long.MAX_VALUE) {
                throw new MalformedInput("the tree has 2^63-1 leaves and is full");
            }
            var root = leaf;
            int height = 0;
            completed[0] = root;
            while ((size >>> height & 1) == 1) {
                root = hasher.node(byHeight[height], root);
                height++;
                completed[height] = root;
            }
            byHeight[height] = root;
            lastHeight = height;
            size++;
        }

        boolean completed(int height) {
            return height <= lastHeight;
        }

        Hash lastCompleted(int height) {
            return completed[height];
        }

        Frontier frontier() {
            var subtrees = new ArrayList<Hash>();
            for (int height = MAX_HEIGHT - 1; height >= 0; height--) {
                if ((size >>> height & 1) == 1) {
                    subtrees.add(byHeight[height]);
                }
            }
            return new Frontier(size, subtrees);
        }
    }
}
