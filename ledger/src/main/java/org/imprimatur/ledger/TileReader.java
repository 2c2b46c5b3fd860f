package org.imprimatur.ledger;

/**
 * Where a proof finds its tiles: a table, a directory, or a server.
 *
 * @param <X> what reading may throw; {@link RuntimeException} for a reader that throws nothing
 *     checked
 */
@FunctionalInterface
public interface TileReader<X extends Exception> {

    /**
     * The bytes of a tile, {@code width * 32} of them. A reader that finds a wider form of the same
     * tile (its full form, say, where the partial one is gone) may return that; what is beyond the
     * width is ignored. The array is not changed and not kept.
     */
    byte[] read(Tile tile) throws X;
}
