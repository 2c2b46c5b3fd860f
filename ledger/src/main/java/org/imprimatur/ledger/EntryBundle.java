package org.imprimatur.ledger;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Up to 256 neighbouring entries in one file, each with its length in front as a big-endian uint16.
 *
 * @param index position, from 0: the first entry is {@code 256 * index}
 * @param width how many entries: 1 to 256
 */
public record EntryBundle(long index, int width) implements TilePath {

    /** The longest entry, in bytes. */
    public static final int MAX_ENTRY = 65_535;

    /** The longest bundle, in bytes. */
    public static final int MAX_BYTES = Tile.FULL * (2 + MAX_ENTRY);

    /**
     * @throws MalformedInput if a number is out of its range
     */
    public EntryBundle {
        PathForm.check("entry bundle", index, width);
    }

    /**
     * The bundles that hold the entries from {@code before} (inclusive) to {@code after}
     * (exclusive), each in the form that it has in a tree of {@code after} entries. The first may
     * begin with entries before {@code before}.
     *
     * @throws MalformedInput unless {@code 0 <= before <= after}
     */
    public static Stream<EntryBundle> changed(long before, long after) {
        Tile.checkGrowth(before, after);
        return Tile.indices(before, after)
                .mapToObj(index -> new EntryBundle(index, Tile.widthAt(index, after)));
    }

    /** The position in the ledger of the bundle's first entry. */
    public long firstEntry() {
        return index * Tile.FULL;
    }

    /**
     * The bytes of a bundle, or of a part of one.
     *
     * @throws MalformedInput if there are more than 256 entries or one is above 65,535 bytes
     */
    public static byte[] encode(List<byte[]> entries) {
        if (entries.size() > Tile.FULL) {
            throw new MalformedInput("a bundle has at most 256 entries, not " + entries.size());
        }
        var bytes = new ByteArrayOutputStream();
        for (var entry : entries) {
            if (entry.length > MAX_ENTRY) {
                throw new MalformedInput("an entry has at most 65,535 bytes, not " + entry.length);
            }
            bytes.write(entry.length >>> 8);
            bytes.write(entry.length);
            bytes.writeBytes(entry);
        }
        return bytes.toByteArray();
    }

    /**
     * The entries of this bundle from its bytes, or from those of a wider form of it.
     *
     * @throws MalformedInput if there are fewer entries than the width says, more than 256, or the
     *     bytes end within one
     */
    public List<byte[]> decode(byte[] bytes) {
        var entries = new ArrayList<byte[]>();
        int at = 0;
        while (at < bytes.length) {
            if (entries.size() == Tile.FULL) {
                throw new MalformedInput(path() + " has more than 256 entries");
            }
            if (bytes.length - at < 2) {
                throw new MalformedInput(path() + " ends within a length");
            }
            int length = (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
            at += 2;
            if (bytes.length - at < length) {
                throw new MalformedInput(
                        "%s ends within entry %d".formatted(path(), entries.size()));
            }
            entries.add(Arrays.copyOfRange(bytes, at, at + length));
            at += length;
        }
        if (entries.size() < width) {
            throw new MalformedInput(
                    "%s has %d entries instead of %d".formatted(path(), entries.size(), width));
        }
        return List.copyOf(entries.subList(0, width));
    }

    /** The same bundle once it is complete. */
    public EntryBundle complete() {
        return new EntryBundle(index, Tile.FULL);
    }

    @Override
    public String path() {
        return "tile/entries/" + PathForm.suffix(index, width);
    }

    /** The path. */
    @Override
    public String toString() {
        return path();
    }
}
