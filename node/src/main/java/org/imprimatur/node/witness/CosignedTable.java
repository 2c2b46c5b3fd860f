package org.imprimatur.node.witness;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.TreeHead;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.RowView;

/** The table {@code cosigned}: the latest checkpoint of each ledger; the transaction is others'. */
final class CosignedTable {

    /**
     * What was cosigned last.
     *
     * @param note with the ledger's signature and ours
     */
    record Row(String origin, SignedNote note, Instant at) {

        TreeHead head() {
            return Checkpoint.parse(note.text()).head();
        }
    }

    private final Handle db;

    CosignedTable(Handle db) {
        this.db = db;
    }

    Optional<Row> find(String origin) {
        return db.createQuery(
                        """
                        select origin, note, cosigned_at from cosigned
                         where origin = :origin and note is not null
                        """)
                .bind("origin", origin)
                .map(CosignedTable::row)
                .findOne();
    }

    List<Row> all() {
        return db.createQuery(
                        """
                        select origin, note, cosigned_at from cosigned
                         where note is not null order by origin
                        """)
                .map(CosignedTable::row)
                .list();
    }

    /** As {@link #find}; nobody else can change the row before this transaction ends. */
    Optional<Row> lock(String origin) {
        db.createUpdate(
                        """
                        insert into cosigned (origin, size) values (:origin, 0)
                        on conflict (origin) do nothing
                        """)
                .bind("origin", origin)
                .execute();
        db.createQuery("select size from cosigned where origin = :origin for update")
                .bind("origin", origin)
                .mapTo(Long.class)
                .one();
        return find(origin);
    }

    void put(Row row) {
        db.createUpdate(
                        """
                        update cosigned set size = :size, note = :note, cosigned_at = :at
                         where origin = :origin
                        """)
                .bind("origin", row.origin())
                .bind("size", row.head().size())
                .bind("note", row.note().bytes())
                .bind("at", row.at())
                .execute();
    }

    private static Row row(RowView row) {
        return new Row(
                row.getColumn("origin", String.class),
                SignedNote.parse(row.getColumn("note", byte[].class)),
                row.getColumn("cosigned_at", OffsetDateTime.class).toInstant());
    }
}
