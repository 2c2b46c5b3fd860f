package org.imprimatur.ledger;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A tree that keeps its leaf hashes and its tiles in memory. Its roots and proofs come from the
 * recursive definitions of RFC 6962 section 2.1 and share no code with what is tested.
 */
final class SampleTree {

    final List<Hash> leaves;

    SampleTree(List<Hash> leaves) {
        this.leaves = leaves;
    }

    /** Entry i is the decimal number i in ASCII. */
    static SampleTree ofNumbers(int size) {
        return new SampleTree(Hash.ofLeaves(entries(size)));
    }

    static List<byte[]> entries(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> Integer.toString(i).getBytes(US_ASCII))
                .toList();
    }

    SampleTree first(int size) {
        return new SampleTree(leaves.subList(0, size));
    }

    int size() {
        return leaves.size();
    }

    TreeHead head() {
        return new TreeHead(size(), root(leaves));
    }

    static Hash root(List<Hash> leaves) {
        if (leaves.isEmpty()) {
            return Hash.EMPTY_TREE;
        }
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int k = split(leaves.size());
        return Hash.ofNode(root(leaves.subList(0, k)), root(leaves.subList(k, leaves.size())));
    }

    private static int split(int size) {
        int k = 1;
        while (2 * k < size) {
            k *= 2;
        }
        return k;
    }

    InclusionProof inclusion(int index) {
        return new InclusionProof(index, size(), path(index, leaves));
    }

    private static List<Hash> path(int index, List<Hash> leaves) {
        if (leaves.size() == 1) {
            return new ArrayList<>();
        }
        int k = split(leaves.size());
        var left = leaves.subList(0, k);
        var right = leaves.subList(k, leaves.size());
        var path = index < k ? path(index, left) : path(index - k, right);
        path.add(root(index < k ? right : left));
        return path;
    }

    ConsistencyProof consistencyFrom(int old) {
        return new ConsistencyProof(
                old, size(), old == 0 ? List.of() : subProof(old, leaves, true));
    }

    private static List<Hash> subProof(int old, List<Hash> leaves, boolean known) {
        if (old == leaves.size()) {
            return known ? new ArrayList<>() : new ArrayList<>(List.of(root(leaves)));
        }
        int k = split(leaves.size());
        var left = leaves.subList(0, k);
        var right = leaves.subList(k, leaves.size());
        var proof = old <= k ? subProof(old, left, known) : subProof(old - k, right, false);
        proof.add(root(old <= k ? right : left));
        return proof;
    }

    /** All tiles that a tree of this size has, straight from their definition. */
    Map<Tile, byte[]> tiles() {
        var tiles = new HashMap<Tile, byte[]>();
        var row = leaves;
        for (int level = 0; !row.isEmpty(); level++) {
            var above = new ArrayList<Hash>();
            for (int from = 0; from < row.size(); from += 256) {
                var part = row.subList(from, Math.min(row.size(), from + 256));
                tiles.put(new Tile(level, from / 256, part.size()), Tile.bytesOf(part));
                if (part.size() == 256) {
                    above.add(root(part));
                }
            }
            row = above;
        }
        return tiles;
    }

    /** Reads tiles of exactly this size, and no others. */
    TileReader<RuntimeException> reader() {
        var tiles = tiles();
        return tile -> {
            var bytes = tiles.get(tile);
            if (bytes == null) {
                throw new AssertionError(tile + " is not a tile of a tree of " + size());
            }
            return Arrays.copyOf(bytes, bytes.length);
        };
    }
}
