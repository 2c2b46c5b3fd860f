package org.imprimatur.ledger;

import java.util.List;

/**
 * Proof that a larger tree does <em>not</em> continue a smaller one: the root that its first
 * entries really have, and the consistency proof from there. With two checkpoints that a ledger has
 * signed it convicts the ledger, whoever made it: to make one against an honest ledger is to find a
 * collision of SHA-256.
 *
 * @param prefix root of the larger tree's first entries, as many as the smaller tree has
 * @param hashes consistency proof from there to the larger tree's root
 */
public record ForkProof(Hash prefix, List<Hash> hashes) {

    /**
     * @throws MalformedInput if there are more than 63 hashes
     */
    public ForkProof {
        if (hashes.size() > ConsistencyProof.MAX_HASHES) {
            throw new MalformedInput("a proof has at most 63 hashes, not " + hashes.size());
        }
        hashes = List.copyOf(hashes);
    }

    /**
     * Makes the proof from the tiles of the larger tree.
     *
     * @param from size of the smaller tree, not 0
     * @param to size of the larger tree
     * @throws MalformedInput unless {@code 0 < from < to}, and if a tile is too short
     * @throws X what the reader throws
     */
    public static <X extends Exception> ForkProof read(long from, long to, TileReader<X> tiles)
            throws X {
        if (from <= 0 || from >= to) {
            throw new MalformedInput("no tree of %d can part from one of %d".formatted(to, from));
        }
        return new ForkProof(
                new TileHashes<>(to, tiles).root(new TileHashes.Range(0, from)),
                ConsistencyProof.read(from, to, tiles).hashes());
    }

    /** Whether this proves that {@code larger} does not continue {@code smaller}. */
    public boolean convicts(TreeHead smaller, TreeHead larger) {
        return smaller.size() > 0
                && smaller.size() < larger.size()
                && !prefix.equals(smaller.root())
                && new ConsistencyProof(smaller.size(), larger.size(), hashes)
                        .proves(new TreeHead(smaller.size(), prefix), larger);
    }
}
