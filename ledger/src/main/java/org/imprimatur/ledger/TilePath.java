package org.imprimatur.ledger;

/**
 * One of the immutable files of a tiled ledger, known by its path (C2SP tlog-tiles).
 *
 * <p>The path is relative to the ledger's prefix and has no slash in front: {@code
 * tile/0/x001/000.p/5}.
 */
public sealed interface TilePath permits Tile, EntryBundle {

    /** Position within its level, from 0. */
    long index();

    /** How many hashes or entries it holds: 1 to 256, and 256 means complete. */
    int width();

    /** The canonical path. */
    String path();

    /** Whether nothing will be added any more. */
    default boolean full() {
        return width() == Tile.FULL;
    }

    /**
     * Reads a path as it comes in a request. There is exactly one spelling for each file; nothing
     * else is accepted, so that a path can never lead anywhere else.
     *
     * @throws MalformedInput if it is not the canonical path of a tile or an entry bundle
     */
    static TilePath parse(String path) {
        var parts = PathForm.PATH.matcher(path.length() <= PathForm.MAX_LENGTH ? path : "");
        if (!parts.matches()) {
            throw new MalformedInput("not the path of a tile: " + MalformedInput.quoted(path));
        }
        long index = Long.parseLong(parts.group("index").replace("x", "").replace("/", ""));
        var partial = parts.group("width");
        int width = partial == null ? Tile.FULL : Integer.parseInt(partial);
        var level = parts.group("level");
        TilePath parsed =
                level.equals("entries")
                        ? new EntryBundle(index, width)
                        : new Tile(Integer.parseInt(level), index, width);
        // Refuses what the pattern lets through: groups of leading zeros, a partial width of 256.
        if (!parsed.path().equals(path)) {
            throw new MalformedInput(
                    "not the canonical path of a tile, which would be %s: %s"
                            .formatted(parsed.path(), MalformedInput.quoted(path)));
        }
        return parsed;
    }
}
