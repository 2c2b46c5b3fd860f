package org.imprimatur.node.catalogue;

import java.util.Optional;
import org.imprimatur.ledger.SignedNote;
import org.jdbi.v3.core.Handle;

/** The {@code head} table: one row, the newest checkpoint. */
final class HeadTable {

    /** Any number that no other lock of this schema uses. */
    private static final long LEDGER_LOCK = 0x1A9_1A7_0001L;

    /** The newest checkpoint and its size. */
    record Row(long size, SignedNote checkpoint) {}

    private final Handle db;

    HeadTable(Handle db) {
        this.db = db;
    }

    /** Until this transaction ends no other node writes the first checkpoint. */
    void lock() {
        db.createQuery("select 1 from pg_advisory_xact_lock(:lock)")
                .bind("lock", LEDGER_LOCK)
                .mapTo(Integer.class)
                .one();
    }

    long size() {
        return db.createQuery("select size from head").mapTo(Long.class).findOne().orElse(0L);
    }

    /** The size, of which no other node can make another until this transaction ends. */
    long lockedSize() {
        return db.createQuery("select size from head for update").mapTo(Long.class).one();
    }

    Optional<SignedNote> checkpoint() {
        return db.createQuery("select checkpoint from head")
                .mapTo(byte[].class)
                .findOne()
                .map(SignedNote::parse);
    }

    /**
     * Replaces the checkpoint of {@code before} entries, or writes the first.
     *
     * @throws LedgerFault when the row is another one: then nobody may append
     */
    void move(long before, long after, SignedNote checkpoint) {
        int rows =
                db.createUpdate(
                                """
                                insert into head (size, checkpoint) values (:after, :checkpoint)
                                on conflict (only_row) do update
                                   set size = excluded.size, checkpoint = excluded.checkpoint
                                 where head.size = :before
                                """)
                        .bind("before", before)
                        .bind("after", after)
                        .bind("checkpoint", checkpoint.bytes())
                        .execute();
        if (rows != 1) {
            throw new LedgerFault("the head is not the one of " + before + " entries");
        }
    }
}
