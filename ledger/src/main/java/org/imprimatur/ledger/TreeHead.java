package org.imprimatur.ledger;

/**
 * All of a ledger in two values: how many entries, and the Merkle root over them.
 *
 * @param size number of entries, not negative
 * @param root the root; for size 0 the {@linkplain Hash#EMPTY_TREE empty root}
 */
public record TreeHead(long size, Hash root) {

    /** The head of a ledger without entries. */
    public static final TreeHead EMPTY = new TreeHead(0, Hash.EMPTY_TREE);

    /**
     * @throws MalformedInput if the size is negative, or is 0 with another root than the empty one
     */
    public TreeHead {
        if (size < 0) {
            throw new MalformedInput("tree size is negative: " + size);
        }
        if (size == 0 && !root.equals(Hash.EMPTY_TREE)) {
            throw new MalformedInput("a tree of size 0 cannot have the root " + root);
        }
    }
}
