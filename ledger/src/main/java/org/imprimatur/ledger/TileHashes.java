package org.imprimatur.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Hashes of any part of a tree, computed from its tiles. Lives for one proof and reads no tile
 * twice.
 */
final class TileHashes<X extends Exception> {

    private final long size;
    private final TileReader<X> reader;
    private final Hasher hasher = new Hasher();
    private final Map<Tile, byte[]> read = new HashMap<>();

    // Of the subtrees that no tile holds: proofs of neighbours share most of them.
    private final Map<Subtree, Hash> roots = new HashMap<>();

    TileHashes(long size, TileReader<X> reader) {
        this.size = size;
        this.reader = reader;
    }

    /** The hash over a range that the tree has: see {@link Subtree#covering}. */
    Hash root(Range range) throws X {
        var roots = new ArrayList<Hash>();
        for (var subtree : range.subtrees()) {
            roots.add(root(subtree));
        }
        return hasher.fold(roots);
    }

    Hash root(Subtree subtree) throws X {
        var known = roots.get(subtree);
        if (known != null) {
            return known;
        }
        Hash root;
        if (subtree.count() == 1) {
            root = Hash.at(bytes(subtree.tile(size)), subtree.offset() * Hash.LENGTH);
        } else {
            root = hasher.node(root(subtree.left()), root(subtree.right()));
            roots.put(subtree, root);
        }
        return root;
    }

    private byte[] bytes(Tile tile) throws X {
        var known = read.get(tile);
        if (known != null) {
            return known;
        }
        var bytes = reader.read(tile);
        tile.check(bytes);
        read.put(tile, bytes);
        return bytes;
    }

    /** The leaves {@code from} (inclusive) to {@code to} (exclusive). */
    record Range(long from, long to) {

        List<Subtree> subtrees() {
            return Subtree.covering(from, to);
        }

        /** Where the tree over this range parts: the largest power of two below its length. */
        long split() {
            return from + Long.highestOneBit(to - from - 1);
        }

        Range left() {
            return new Range(from, split());
        }

        Range right() {
            return new Range(split(), to);
        }
    }

    /** The hashes of these ranges, in their order. */
    List<Hash> roots(List<Range> ranges) throws X {
        var hashes = new ArrayList<Hash>();
        for (var range : ranges) {
            hashes.add(root(range));
        }
        return hashes;
    }

    /** The tiles that {@link #roots} will read, so that they can be fetched side by side. */
    static List<Tile> tiles(long size, List<Range> ranges) {
        return ranges.stream()
                .flatMap(range -> range.subtrees().stream())
                .map(subtree -> subtree.tile(size))
                .distinct()
                .toList();
    }
}
