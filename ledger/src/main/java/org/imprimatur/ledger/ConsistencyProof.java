package org.imprimatur.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * Proof that one tree is the beginning of another: that nothing was changed or dropped (RFC 6962
 * section 2.1.2).
 *
 * @param from size of the older tree
 * @param to size of the newer tree
 * @param hashes in the order of RFC 6962; none if the sizes are equal or the older is empty
 */
public record ConsistencyProof(long from, long to, List<Hash> hashes) {

    /** The longest proof that is accepted. */
    public static final int MAX_HASHES = InclusionProof.MAX_HASHES;

    /**
     * @throws MalformedInput unless {@code 0 <= from <= to} and there are at most 63 hashes
     */
    public ConsistencyProof {
        Tile.checkGrowth(from, to);
        if (hashes.size() > MAX_HASHES) {
            throw new MalformedInput("a proof has at most 63 hashes, not " + hashes.size());
        }
        hashes = List.copyOf(hashes);
    }

    /**
     * Makes the proof from the tiles of the newer tree.
     *
     * @throws MalformedInput unless {@code 0 <= from <= to}, and if a tile is too short
     * @throws X what the reader throws
     */
    public static <X extends Exception> ConsistencyProof read(
            long from, long to, TileReader<X> tiles) throws X {
        return new ConsistencyProof(from, to, new TileHashes<>(to, tiles).roots(path(from, to)));
    }

    /**
     * The tiles that {@link #read} asks for, each once.
     *
     * @throws MalformedInput unless {@code 0 <= from <= to}
     */
    public static List<Tile> tiles(long from, long to) {
        return TileHashes.tiles(to, path(from, to));
    }

    private static List<TileHashes.Range> path(long from, long to) {
        Tile.checkGrowth(from, to);
        var parts = new ArrayList<TileHashes.Range>();
        if (from == 0 || from == to) {
            return parts;
        }
        var tree = new TileHashes.Range(0, to);
        while (tree.to() != from) {
            boolean left = from <= tree.split();
            parts.add(left ? tree.right() : tree.left());
            tree = left ? tree.left() : tree.right();
        }
        // A subtree that begins at 0 is the whole older tree, whose root the reader has already.
        if (tree.from() != 0) {
            parts.add(tree);
        }
        return parts.reversed();
    }

    /** Whether this proves that {@code older} is the beginning of {@code newer}. */
    public boolean proves(TreeHead older, TreeHead newer) {
        if (older.size() != from || newer.size() != to) {
            return false;
        }
        if (from == to) {
            return hashes.isEmpty() && older.equals(newer);
        }
        if (from == 0) {
            return hashes.isEmpty();
        }
        return connects(older.root(), newer.root());
    }

    /** RFC 9162 section 2.1.4.2, for {@code 0 < from < to}. */
    private boolean connects(Hash older, Hash newer) {
        var path = new ArrayList<Hash>();
        if (Long.bitCount(from) == 1) {
            path.add(older);
        }
        path.addAll(hashes);
        if (path.isEmpty()) {
            return false;
        }
        long position = from - 1;
        long last = to - 1;
        while ((position & 1) == 1) {
            position >>>= 1;
            last >>>= 1;
        }
        var hasher = new Hasher();
        var oldRoot = path.getFirst();
        var newRoot = path.getFirst();
        for (var hash : path.subList(1, path.size())) {
            if (last == 0) {
                return false;
            }
            if ((position & 1) == 1 || position == last) {
                oldRoot = hasher.node(hash, oldRoot);
                newRoot = hasher.node(hash, newRoot);
                while ((position & 1) == 0 && position != 0) {
                    position >>>= 1;
                    last >>>= 1;
                }
            } else {
                newRoot = hasher.node(newRoot, hash);
            }
            position >>>= 1;
            last >>>= 1;
        }
        // The last check: all of the newer tree was accounted for, not just a beginning of it.
        return last == 0 && oldRoot.equals(older) && newRoot.equals(newer);
    }
}
