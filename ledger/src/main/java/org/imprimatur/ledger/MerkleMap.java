package org.imprimatur.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A map from keys to lists that only grow, with one hash over all of it ({@code docs/format.md},
 * "Status map"). Of a list the map keeps a digest that each further line changes; what lines mean
 * is nothing to it.
 *
 * <p>The map is a binary trie: the bits of a key lead from the root to its place, and a part of the
 * trie with one key in it is just that key. So the root depends on what is in the map and not on
 * the order in which it came there.
 *
 * <p><b>A proof is the map itself, pruned</b>: every part that does not lead to the keys in
 * question is replaced by its hash. Who has the pruned map and finds the right {@link #root()}
 * looks a key up in it as in the whole one, and learns what stands there, or that nothing does. A
 * root has one preimage only, and a key leads to one place in it: so there is one answer to each
 * question, whoever gives it.
 *
 * <p>Immutable: appending gives another map, which shares with this one all that did not change.
 * Hashes are computed when they are first asked for, so that a great many lines can be appended at
 * the cost of the hashes of the last map.
 */
public final class MerkleMap {

    /** The map without keys. */
    public static final MerkleMap EMPTY = new MerkleMap(Empty.NOTHING);

    /** The digest of a list without lines. */
    public static final Hash NO_LINES = Hash.EMPTY_TREE;

    /** The longest pruned map that is read, in bytes. */
    public static final int MAX_BYTES = 2 * 1024 * 1024;

    private static final int BITS = 8 * Hash.LENGTH;

    private final Node root;

    private MerkleMap(Node root) {
        this.root = root;
    }

    /** What a map says of a key. */
    public sealed interface Found {

        /** The digest of its list; see {@link #digest}. */
        record Present(Hash list) implements Found {}

        /** Nothing was ever appended under this key. */
        record Absent() implements Found {}

        /** The map was pruned, and this key with it. */
        record Pruned() implements Found {}
    }

    /** The hash under which a name stands in the map: SHA-256 of it. */
    public static Hash key(String name) {
        return Hash.owning(Hasher.sha256().digest(name.getBytes(UTF_8)));
    }

    /** The digest of a list that had the digest {@code before} when a line is put behind it. */
    public static Hash digest(Hash before, byte[] line) {
        return new Hasher().line(before, line);
    }

    /** The digest of a list of lines. */
    public static Hash digest(Iterable<byte[]> lines) {
        var hasher = new Hasher();
        var digest = NO_LINES;
        for (var line : lines) {
            digest = hasher.line(digest, line);
        }
        return digest;
    }

    /** The hash over the whole map, pruned or not. Of the map without keys, SHA-256 of nothing. */
    public Hash root() {
        return root.hash(new Hasher());
    }

    /** Looks a key up. */
    public Found find(Hash key) {
        var node = root;
        for (int depth = 0; ; depth++) {
            switch (node) {
                case Empty _ -> {
                    return new Found.Absent();
                }
                case Leaf leaf -> {
                    return leaf.key.equals(key) ? new Found.Present(leaf.list) : new Found.Absent();
                }
                case Stub _ -> {
                    return new Found.Pruned();
                }
                case Branch branch -> node = bit(key, depth) ? branch.right : branch.left;
            }
        }
    }

    /**
     * The map with one more line under a key; this map stays as it is.
     *
     * @throws IllegalStateException when the key was pruned from this map
     */
    public MerkleMap append(Hash key, byte[] line) {
        var before =
                switch (find(key)) {
                    case Found.Present(Hash list) -> list;
                    case Found.Absent _ -> NO_LINES;
                    case Found.Pruned _ ->
                            throw new IllegalStateException("nothing grows where it was pruned");
                };
        return new MerkleMap(put(root, 0, new Leaf(key, digest(before, line))));
    }

    private static Node put(Node node, int depth, Leaf leaf) {
        return switch (node) {
            case Empty _ -> leaf;
            case Leaf other when other.key.equals(leaf.key) -> leaf;
            case Leaf other -> put(pushedDown(other, depth), depth, leaf);
            case Branch branch ->
                    bit(leaf.key, depth)
                            ? new Branch(branch.left, put(branch.right, depth + 1, leaf))
                            : new Branch(put(branch.left, depth + 1, leaf), branch.right);
            case Stub _ -> throw new IllegalStateException("nothing grows where it was pruned");
        };
    }

    private static Branch pushedDown(Leaf leaf, int depth) {
        return bit(leaf.key, depth)
                ? new Branch(Empty.NOTHING, leaf)
                : new Branch(leaf, Empty.NOTHING);
    }

    private static boolean bit(Hash key, int depth) {
        return bit(key.shared(), depth);
    }

    private static boolean bit(byte[] bits, int at) {
        return (bits[at / 8] >>> (7 - at % 8) & 1) == 1;
    }

    // ---- Proofs -------------------------------------------------------------------------------

    /** What must be there of this map to look these keys up; it has the same root. */
    public MerkleMap prune(Collection<Hash> keys) {
        return new MerkleMap(prune(root, 0, List.copyOf(keys), new Hasher()));
    }

    private static Node prune(Node node, int depth, List<Hash> keys, Hasher hasher) {
        return switch (node) {
            case Empty _ -> node;
            case Stub _ -> node;
            case Leaf _ -> keys.isEmpty() ? new Stub(node.hash(hasher)) : node;
            case Branch branch -> {
                if (keys.isEmpty()) {
                    yield new Stub(branch.hash(hasher));
                }
                var left = new ArrayList<Hash>();
                var right = new ArrayList<Hash>();
                keys.forEach(key -> (bit(key, depth) ? right : left).add(key));
                var pruned =
                        new Branch(
                                prune(branch.left, depth + 1, left, hasher),
                                prune(branch.right, depth + 1, right, hasher));
                // Both are, where the map was pruned before.
                yield pruned.left instanceof Stub && pruned.right instanceof Stub
                        ? new Stub(branch.hash(hasher))
                        : pruned;
            }
        };
    }

    /** The map as it is sent: each node before its children, the left one first. */
    public byte[] bytes() {
        var out = new ByteArrayOutputStream();
        write(root, out);
        return out.toByteArray();
    }

    private static void write(Node node, ByteArrayOutputStream out) {
        switch (node) {
            case Empty _ -> out.write(Empty.TAG);
            case Leaf leaf -> {
                out.write(Leaf.TAG);
                out.writeBytes(leaf.key.shared());
                out.writeBytes(leaf.list.shared());
            }
            case Stub stub -> {
                out.write(Stub.TAG);
                out.writeBytes(stub.hash.shared());
            }
            case Branch branch -> {
                out.write(Branch.TAG);
                write(branch.left, out);
                write(branch.right, out);
            }
        }
    }

    /**
     * Reads a map. What it says is worth as much as the source of the {@link #root()} that it must
     * have.
     *
     * @throws MalformedInput if the bytes are not what {@link #bytes} writes of some map: a key
     *     stands where its bits do not lead, a part of the trie is longer than it need be,
     *     something is missing or left over
     */
    public static MerkleMap parse(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new MalformedInput(
                    "a pruned map of %d bytes; expected at most %d"
                            .formatted(bytes.length, MAX_BYTES));
        }
        var reader = new Reader(bytes);
        var root = reader.node(0);
        if (reader.at != bytes.length) {
            throw new MalformedInput(
                    "%d bytes are left over after a pruned map"
                            .formatted(bytes.length - reader.at));
        }
        return new MerkleMap(root);
    }

    /** Goes through the bytes once. */
    private static final class Reader {

        private final byte[] bytes;
        private final byte[] path = new byte[Hash.LENGTH];
        private int at;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        Node node(int depth) {
            int tag = at < bytes.length ? bytes[at++] & 0xff : -1;
            return switch (tag) {
                case Empty.TAG -> Empty.NOTHING;
                case Leaf.TAG -> leaf(depth);
                case Branch.TAG -> branch(depth);
                case Stub.TAG -> new Stub(hash());
                case -1 -> throw new MalformedInput("a pruned map ends too early");
                default ->
                        throw new MalformedInput(
                                "byte %d of a pruned map is %d; expected 0 to 3"
                                        .formatted(at - 1, tag));
            };
        }

        private Leaf leaf(int depth) {
            var leaf = new Leaf(hash(), hash());
            for (int i = 0; i < depth; i++) {
                if (bit(leaf.key, i) != bit(path, i)) {
                    throw new MalformedInput(
                            "the key %s stands where its bit %d does not lead"
                                    .formatted(leaf.key, i));
                }
            }
            return leaf;
        }

        private Branch branch(int depth) {
            if (depth == BITS) {
                throw new MalformedInput("a pruned map is deeper than a key has bits");
            }
            turn(depth, false);
            var left = node(depth + 1);
            turn(depth, true);
            var right = node(depth + 1);
            turn(depth, false);
            boolean needless =
                    switch (left) {
                        case Empty _ -> right instanceof Empty || right instanceof Leaf;
                        case Leaf _ -> right instanceof Empty;
                        case Stub _ -> right instanceof Stub;
                        case Branch _ -> false;
                    };
            if (needless) {
                throw new MalformedInput(
                        "a branch of a pruned map at depth %d need not be there".formatted(depth));
            }
            return new Branch(left, right);
        }

        private void turn(int depth, boolean right) {
            int mask = 1 << (7 - depth % 8);
            path[depth / 8] = (byte) (right ? path[depth / 8] | mask : path[depth / 8] & ~mask);
        }

        private Hash hash() {
            if (bytes.length - at < Hash.LENGTH) {
                throw new MalformedInput("a pruned map ends too early");
            }
            at += Hash.LENGTH;
            return Hash.at(bytes, at - Hash.LENGTH);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MerkleMap that && root().equals(that.root());
    }

    @Override
    public int hashCode() {
        return root().hashCode();
    }

    /** The root. */
    @Override
    public String toString() {
        return "map " + root();
    }

    // ---- Nodes, each with the byte that it begins with when it is sent ------------------------

    private sealed interface Node {

        Hash hash(Hasher hasher);
    }

    /** A part of the trie without keys. */
    private enum Empty implements Node {
        NOTHING;

        static final int TAG = 0;

        @Override
        public Hash hash(Hasher hasher) {
            return Hash.EMPTY_TREE;
        }
    }

    /** A node whose hash is computed when it is first asked for, and then remembered. */
    private abstract static sealed class Hashed implements Node {

        // Always the same value, whoever computes it; so it needs no lock.
        private @Nullable Hash hash;

        abstract Hash computed(Hasher hasher);

        @Override
        public final Hash hash(Hasher hasher) {
            var known = hash;
            if (known == null) {
                known = computed(hasher);
                hash = known;
            }
            return known;
        }
    }

    /** A part of the trie with one key. */
    private static final class Leaf extends Hashed {

        static final int TAG = 1;

        private final Hash key;
        private final Hash list;

        Leaf(Hash key, Hash list) {
            this.key = key;
            this.list = list;
        }

        @Override
        Hash computed(Hasher hasher) {
            return hasher.mapLeaf(key, list);
        }
    }

    /** A part of the trie with several keys, parted by one bit. */
    private static final class Branch extends Hashed {

        static final int TAG = 2;

        private final Node left;
        private final Node right;

        Branch(Node left, Node right) {
            this.left = left;
            this.right = right;
        }

        @Override
        Hash computed(Hasher hasher) {
            return hasher.mapBranch(left.hash(hasher), right.hash(hasher));
        }
    }

    /** A part of the trie of which only the hash is left. */
    private record Stub(Hash hash) implements Node {

        static final int TAG = 3;

        @Override
        public Hash hash(Hasher hasher) {
            return hash;
        }
    }
}
