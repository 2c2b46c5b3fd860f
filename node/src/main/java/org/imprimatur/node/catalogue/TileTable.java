package org.imprimatur.node.catalogue;

import java.util.Optional;
import org.imprimatur.ledger.Growth;
import org.jdbi.v3.core.Handle;

/** The {@code tile} table: rows of hashes that only grow, at their end. */
final class TileTable {

    private final Handle db;

    TileTable(Handle db) {
        this.db = db;
    }

    void add(Growth growth) {
        var batch =
                db.prepareBatch(
                        """
                        insert into tile (level, index, hashes) values (:level, :index, :hashes)
                        on conflict (level, index) do update
                           set hashes = tile.hashes || excluded.hashes
                        """);
        growth.additions()
                .forEach(
                        addition ->
                                batch.bind("level", addition.level())
                                        .bind("index", addition.index())
                                        .bind("hashes", addition.bytes())
                                        .add());
        batch.execute();
    }

    Optional<byte[]> hashes(int level, long index) {
        return db.createQuery("select hashes from tile where level = :level and index = :index")
                .bind("level", level)
                .bind("index", index)
                .mapTo(byte[].class)
                .findOne();
    }
}
