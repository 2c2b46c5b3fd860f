package org.imprimatur.ledger;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Leaf and node hashing with one digest, used over and over. Belongs to one computation on one
 * thread; making one costs far less than a hash over a kilobyte, so nothing is kept per thread.
 */
final class Hasher {

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    // Those of MerkleMap are others, so that nothing of a map can pass for something of a tree.
    private static final byte MAP_LEAF = 2;
    private static final byte MAP_BRANCH = 3;
    private static final byte LINE = 4;

    private final MessageDigest digest = sha256();

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK must provide SHA-256", impossible);
        }
    }

    Hash leaf(byte[] entry) {
        digest.update(LEAF);
        return Hash.owning(digest.digest(entry));
    }

    Hash node(Hash left, Hash right) {
        return pair(NODE, left, right);
    }

    Hash mapLeaf(Hash key, Hash list) {
        return pair(MAP_LEAF, key, list);
    }

    Hash mapBranch(Hash left, Hash right) {
        return pair(MAP_BRANCH, left, right);
    }

    private Hash pair(byte prefix, Hash first, Hash second) {
        digest.update(prefix);
        digest.update(first.shared());
        digest.update(second.shared());
        return Hash.owning(digest.digest());
    }

    /** The digest of a list when a line is put behind it. */
    Hash line(Hash before, byte[] line) {
        digest.update(LINE);
        digest.update(before.shared());
        return Hash.owning(digest.digest(line));
    }

    /**
     * The hash over neighbouring perfect subtrees of falling height, as they stand at the right
     * edge of a tree; of none, the root of the empty tree.
     */
    Hash fold(List<Hash> subtrees) {
        if (subtrees.isEmpty()) {
            return Hash.EMPTY_TREE;
        }
        var root = subtrees.getLast();
        for (int i = subtrees.size() - 2; i >= 0; i--) {
            root = node(subtrees.get(i), root);
        }
        return root;
    }
}
