package org.imprimatur.ledger;

import java.util.Arrays;
import java.util.List;

/** Any bytes as a pruned map: one that is written again as it came, or the one exception. */
public final class MerkleMapFuzz {

    private MerkleMapFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        MerkleMap map;
        try {
            map = MerkleMap.parse(input);
        } catch (MalformedInput e) {
            if (e.explanation().isBlank()) {
                throw new AssertionError("no explanation", e);
            }
            return;
        }
        if (!Arrays.equals(map.bytes(), input)) {
            throw new AssertionError("two spellings of one map");
        }
        var key = Hash.ofLeaf(input);
        var pruned = map.prune(List.of(key));
        if (!pruned.root().equals(map.root()) || !pruned.find(key).equals(map.find(key))) {
            throw new AssertionError("a pruned map says something else");
        }
        if (!MerkleMap.parse(pruned.bytes()).root().equals(map.root())) {
            throw new AssertionError("a pruned map that cannot be read");
        }
        if (!(map.find(key) instanceof MerkleMap.Found.Pruned)
                && map.append(key, input).root().equals(map.root())) {
            throw new AssertionError("a line that leaves no trace");
        }
    }
}
