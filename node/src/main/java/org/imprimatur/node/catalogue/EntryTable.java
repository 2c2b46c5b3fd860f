package org.imprimatur.node.catalogue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.imprimatur.ledger.Hash;
import org.imprimatur.register.StatementId;
import org.jdbi.v3.core.Handle;

/**
 * The {@code entry} table: the leaves, in order. The transaction is the caller's, so that an entry,
 * its tiles and what is derived from it are visibly one unit where they are written.
 */
public final class EntryTable {

    /** One leaf as it goes in. */
    record Row(
            long index, StatementId id, String kind, Instant admittedAt, Hash leaf, byte[] bytes) {}

    private final Handle db;

    /** The table, in one transaction. */
    public EntryTable(Handle db) {
        this.db = db;
    }

    void add(List<Row> rows) {
        var batch =
                db.prepareBatch(
                        """
                        insert into entry (index, id, kind, admitted_at, leaf_hash, bytes)
                        values (:index, :id, :kind, :admittedAt, :leaf, :bytes)
                        """);
        for (Row row : rows) {
            batch.bind("index", row.index())
                    .bind("id", row.id().sha256().bytes())
                    .bind("kind", row.kind())
                    .bind("admittedAt", row.admittedAt())
                    .bind("leaf", row.leaf().bytes())
                    .bind("bytes", row.bytes())
                    .add();
        }
        batch.execute();
    }

    Optional<byte[]> bytes(long index) {
        return db.createQuery("select bytes from entry where index = :index")
                .bind("index", index)
                .mapTo(byte[].class)
                .findOne();
    }

    /** The leaves {@code from} (inclusive) to {@code to} (exclusive), at most 256, in order. */
    List<byte[]> bytes(long from, long to) {
        return db.createQuery(
                        """
                        select bytes from entry
                         where index >= :from and index < :to order by index limit 256
                        """)
                .bind("from", from)
                .bind("to", to)
                .mapTo(byte[].class)
                .list();
    }

    /** All leaves {@code from} (inclusive) to {@code to} (exclusive), one after the other. */
    public void each(long from, long to, Consumer<byte[]> action) {
        try (var stream =
                db
                        .createQuery(
                                """
                                select bytes from entry
                                 where index >= :from and index < :to order by index
                                """)
                        .bind("from", from)
                        .bind("to", to)
                        .setFetchSize(500)
                        .mapTo(byte[].class)
                        .stream()) {
            stream.forEach(action);
        }
    }
}
