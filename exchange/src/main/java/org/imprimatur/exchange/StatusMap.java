package org.imprimatur.exchange;

import java.time.Instant;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.MerkleMap;
import org.imprimatur.ledger.TreeHead;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.StatusKey;
import org.imprimatur.register.StatusLine;

/**
 * The status map of a ledger at one size, as everybody computes it who has the entries. Immutable:
 * the next entry gives another, which shares with this one all that did not change.
 *
 * @param size how many entries are in it
 * @param newest when the newest of them was admitted; the epoch for none
 */
public record StatusMap(MerkleMap map, long size, Instant newest) {

    /** The map of the ledger without entries. */
    public static final StatusMap EMPTY = new StatusMap(MerkleMap.EMPTY, 0, Instant.EPOCH);

    /**
     * The map with the next entry of the ledger.
     *
     * @throws IllegalArgumentException when another entry is next
     */
    public StatusMap with(Recorded<?> entry) {
        if (entry.index() != size) {
            throw new IllegalArgumentException(
                    "entry %d where entry %d is next".formatted(entry.index(), size));
        }
        var line = StatusLine.of(entry);
        byte[] bytes = line.bytes();
        var next = map;
        for (var key : line.keys()) {
            next = next.append(place(key), bytes);
        }
        return new StatusMap(next, size + 1, entry.admittedAt());
    }

    /** Where a record stands in the map. */
    static org.imprimatur.ledger.Hash place(StatusKey key) {
        return MerkleMap.key(key.text());
    }

    /** What the checkpoint of this size says of the map. */
    public StatusRoot root() {
        return new StatusRoot(map.root(), newest);
    }

    /** The checkpoint of this size, which is yet to be signed. */
    public Checkpoint checkpoint(Origin origin, TreeHead head) {
        if (head.size() != size) {
            throw new IllegalArgumentException(
                    "a map of %d entries and a tree of %d".formatted(size, head.size()));
        }
        return new Checkpoint(origin.text(), head, java.util.List.of(root().line()));
    }
}
