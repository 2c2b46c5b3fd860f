package org.imprimatur.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Proof that a leaf stands at a position of a tree (RFC 6962 section 2.1.1).
 *
 * @param index the leaf's position, from 0
 * @param size the tree's size
 * @param hashes the sibling hashes, the leaf's own sibling first
 */
public record InclusionProof(long index, long size, List<Hash> hashes) {

    /** The longest proof that a tree of 2^63-1 leaves can need. */
    public static final int MAX_HASHES = 63;

    /**
     * @throws MalformedInput unless {@code 0 <= index < size} and there are at most 63 hashes
     */
    public InclusionProof {
        checkPosition(index, size);
        if (hashes.size() > MAX_HASHES) {
            throw new MalformedInput("a proof has at most 63 hashes, not " + hashes.size());
        }
        hashes = List.copyOf(hashes);
    }

    private static void checkPosition(long index, long size) {
        if (index < 0 || index >= size) {
            throw new MalformedInput("there is no leaf %d in a tree of %d".formatted(index, size));
        }
    }

    /**
     * Makes the proof from the tiles of the tree of this size.
     *
     * @throws MalformedInput unless {@code 0 <= index < size}, and if a tile is too short
     * @throws X what the reader throws
     */
    public static <X extends Exception> InclusionProof read(
            long index, long size, TileReader<X> tiles) throws X {
        return new InclusionProof(
                index, size, new TileHashes<>(size, tiles).roots(path(index, size)));
    }

    /**
     * Makes many proofs for the tree of one size, each hash computed once. It remembers what it
     * read, so it is for the time in which that size is of interest.
     *
     * <p>Threads may share an object; one at a time is served.
     *
     * @param <X> what the reader throws
     */
    public static final class Maker<X extends Exception> {

        private final long size;

        // Guarded by this.
        private final TileHashes<X> hashes;

        /** For the tree of this size. */
        public Maker(long size, TileReader<X> tiles) {
            this.size = size;
            this.hashes = new TileHashes<>(size, tiles);
        }

        /** The size of the tree. */
        public long size() {
            return size;
        }

        /**
         * As {@link InclusionProof#read}.
         *
         * @throws MalformedInput unless {@code 0 <= index < size}, and if a tile is too short
         * @throws X what the reader throws
         */
        public synchronized InclusionProof proof(long index) throws X {
            return new InclusionProof(index, size, hashes.roots(path(index, size)));
        }
    }

    /**
     * The tiles that {@link #read} asks for, each once.
     *
     * @throws MalformedInput unless {@code 0 <= index < size}
     */
    public static List<Tile> tiles(long index, long size) {
        return TileHashes.tiles(size, path(index, size));
    }

    private static List<TileHashes.Range> path(long index, long size) {
        checkPosition(index, size);
        var siblings = new ArrayList<TileHashes.Range>();
        var tree = new TileHashes.Range(0, size);
        while (tree.to() - tree.from() > 1) {
            boolean left = index < tree.split();
            siblings.add(left ? tree.right() : tree.left());
            tree = left ? tree.left() : tree.right();
        }
        return siblings.reversed();
    }

    /** Whether this proves that the leaf with this hash stands at {@code index} in that tree. */
    public boolean proves(Hash leaf, TreeHead tree) {
        return tree.size() == size
                && rootFrom(leaf).filter(root -> root.equals(tree.root())).isPresent();
    }

    /**
     * The root that the tree must have if the leaf is where the proof says; empty if the proof has
     * not the length that position and size ask for (RFC 9162 section 2.1.3.2).
     */
    public Optional<Hash> rootFrom(Hash leaf) {
        var hasher = new Hasher();
        var root = leaf;
        long position = index;
        long last = size - 1;
        for (var sibling : hashes) {
            if (last == 0) {
                return Optional.empty();
            }
            if ((position & 1) == 1 || position == last) {
                root = hasher.node(sibling, root);
                while ((position & 1) == 0 && position != 0) {
                    position >>>= 1;
                    last >>>= 1;
                }
            } else {
                root = hasher.node(root, sibling);
            }
            position >>>= 1;
            last >>>= 1;
        }
        // Without this a proof cut short would lead to the root of some smaller tree.
        return last == 0 ? Optional.of(root) : Optional.empty();
    }
}
