package org.imprimatur.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Up to 256 neighbouring hashes of one level of the tree. Hash {@code i} of the tile {@code n} at
 * level {@code l} is the root over the leaves from {@code (256n + i) * 256^l}, {@code 256^l} of
 * them: leaf hashes at level 0, roots of full tiles above.
 *
 * @param level 0 to 63; trees below 2^63 leaves reach level 7
 * @param index position within the level, from 0
 * @param width how many hashes: 1 to 256
 */
public record Tile(int level, long index, int width) implements TilePath {

    /** Hashes in a full tile, entries in a full bundle. */
    public static final int FULL = 256;

    /** Bytes of a full tile. */
    public static final int FULL_BYTES = FULL * Hash.LENGTH;

    /** Levels that a tree below 2^63 leaves can have. */
    static final int LEVELS = 8;

    /** How much higher in the tree each level's hashes stand than those of the level below. */
    static final int HEIGHT = 8;

    static final long MAX_INDEX = 1L << 55;
    private static final int MAX_LEVEL = 63;

    /**
     * @throws MalformedInput if a number is out of its range
     */
    public Tile {
        if (level < 0 || level > MAX_LEVEL) {
            throw new MalformedInput("tile level is not in 0 to 63: " + level);
        }
        PathForm.check("tile", index, width);
    }

    /** How many hashes level {@code level} holds in a tree of {@code size} leaves. */
    public static long hashesAt(int level, long size) {
        return level < LEVELS ? size >>> HEIGHT * level : 0;
    }

    /**
     * The tiles that a tree of {@code after} leaves has and one of {@code before} leaves has not,
     * or has narrower; from 0, all of them. Lowest level first, then from left to right, each in
     * its widest form.
     *
     * @throws MalformedInput unless {@code 0 <= before <= after}
     */
    public static Stream<Tile> changed(long before, long after) {
        checkGrowth(before, after);
        return Stream.iterate(0, level -> level < LEVELS, level -> level + 1)
                .flatMap(level -> changedAt(level, before, after));
    }

    private static Stream<Tile> changedAt(int level, long before, long after) {
        long old = hashesAt(level, before);
        long now = hashesAt(level, after);
        return indices(old, now).mapToObj(index -> new Tile(level, index, widthAt(index, now)));
    }

    /** Which groups of 256 get something new when a row grows. */
    static LongStream indices(long before, long after) {
        return before == after
                ? LongStream.empty()
                : LongStream.rangeClosed(before / FULL, (after - 1) / FULL);
    }

    /** How wide the group of this index is in a row of {@code count}. */
    static int widthAt(long index, long count) {
        return (int) Math.min(FULL, count - index * FULL);
    }

    static void checkGrowth(long before, long after) {
        if (before < 0 || after < before) {
            throw new MalformedInput(
                    "a tree cannot grow from %d to %d leaves".formatted(before, after));
        }
    }

    /** The bytes of a tile, or of a part of one. */
    public static byte[] bytesOf(List<Hash> hashes) {
        var bytes = new byte[hashes.size() * Hash.LENGTH];
        for (int i = 0; i < hashes.size(); i++) {
            System.arraycopy(hashes.get(i).shared(), 0, bytes, i * Hash.LENGTH, Hash.LENGTH);
        }
        return bytes;
    }

    /**
     * The hashes of this tile from its bytes, or from those of a wider form of it.
     *
     * @throws MalformedInput if there are too few bytes, more than a full tile has, or half a hash
     */
    public List<Hash> hashes(byte[] bytes) {
        check(bytes);
        var hashes = new ArrayList<Hash>(width);
        for (int i = 0; i < width; i++) {
            hashes.add(Hash.at(bytes, i * Hash.LENGTH));
        }
        return List.copyOf(hashes);
    }

    void check(byte[] bytes) {
        if (bytes.length < width * Hash.LENGTH
                || bytes.length > FULL_BYTES
                || bytes.length % Hash.LENGTH != 0) {
            throw new MalformedInput(
                    "%s should have %d bytes, not %d"
                            .formatted(path(), width * Hash.LENGTH, bytes.length));
        }
    }

    /** The same tile once it is complete. */
    public Tile complete() {
        return new Tile(level, index, FULL);
    }

    @Override
    public String path() {
        return "tile/" + level + "/" + PathForm.suffix(index, width);
    }

    /** The path. */
    @Override
    public String toString() {
        return path();
    }
}
