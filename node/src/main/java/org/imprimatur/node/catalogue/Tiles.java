package org.imprimatur.node.catalogue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.imprimatur.ledger.Growth;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.Tile;
import org.imprimatur.ledger.TileReader;
import org.imprimatur.node.store.Database;
import org.jspecify.annotations.Nullable;

/**
 * The ledger's tiles, read through a cache. A row of hashes only grows, so a cached row is never
 * wrong, at most too short; then the table is asked.
 */
public final class Tiles implements TileReader<RuntimeException> {

    private static final int CACHED = 4096;

    private record Key(int level, long index) {}

    private final Database database;

    // Guarded by itself. The least recently used goes first.
    private final Map<Key, byte[]> cache =
            new LinkedHashMap<>(256, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, byte[]> eldest) {
                    return size() > CACHED;
                }
            };

    Tiles(Database database) {
        this.database = database;
    }

    /** The tile's bytes, exactly as many as its width asks for. */
    @Override
    public byte[] read(Tile tile) {
        var key = new Key(tile.level(), tile.index());
        int length = tile.width() * Hash.LENGTH;
        byte[] row = cached(key);
        if (row == null || row.length < length) {
            row =
                    database.<byte @Nullable []>read(
                            db ->
                                    new TileTable(db)
                                            .hashes(tile.level(), tile.index())
                                            .orElse(null));
            if (row == null || row.length < length) {
                throw new LedgerFault("the database has no " + tile.path());
            }
            keep(key, row);
        }
        return row.length == length ? row : Arrays.copyOf(row, length);
    }

    /** After a commit: what was just added needs no reading. */
    void grown(Growth growth) {
        growth.additions()
                .forEach(
                        addition -> {
                            var key = new Key(addition.level(), addition.index());
                            byte[] old = addition.offset() == 0 ? new byte[0] : cached(key);
                            if (old != null && old.length == addition.offset() * Hash.LENGTH) {
                                byte[] more = addition.bytes();
                                byte[] row = Arrays.copyOf(old, old.length + more.length);
                                System.arraycopy(more, 0, row, old.length, more.length);
                                keep(key, row);
                            }
                        });
    }

    private byte @Nullable [] cached(Key key) {
        synchronized (cache) {
            return cache.get(key);
        }
    }

    private void keep(Key key, byte[] row) {
        synchronized (cache) {
            byte[] other = cache.get(key);
            if (other == null || other.length < row.length) {
                cache.put(key, row);
            }
        }
    }
}
