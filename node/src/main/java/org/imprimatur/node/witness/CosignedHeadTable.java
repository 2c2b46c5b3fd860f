package org.imprimatur.node.witness;

import java.util.List;
import java.util.Map;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.SignedNote;
import org.jdbi.v3.core.Handle;

/** The table {@code cosigned_head}; the transaction is the caller's. */
final class CosignedHeadTable {

    private final Handle db;

    CosignedHeadTable(Handle db) {
        this.db = db;
    }

    List<SignedNote> all() {
        return db.createQuery("select note from cosigned_head order by size, cosignatures")
                .mapTo(byte[].class)
                .map(SignedNote::parse)
                .list();
    }

    void put(Map<Integer, SignedNote> newest) {
        var batch =
                db.prepareBatch(
                        """
                        insert into cosigned_head (cosignatures, size, note)
                        values (:cosignatures, :size, :note)
                        on conflict (cosignatures) do update
                           set size = excluded.size, note = excluded.note
                         where cosigned_head.size <= excluded.size
                        """);
        newest.forEach(
                (cosignatures, note) ->
                        batch.bind("cosignatures", cosignatures)
                                .bind("size", Checkpoint.parse(note.text()).size())
                                .bind("note", note.bytes())
                                .add());
        batch.execute();
    }
}
