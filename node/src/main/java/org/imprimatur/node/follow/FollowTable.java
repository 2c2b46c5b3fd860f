package org.imprimatur.node.follow;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha256;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The tables {@code followed_ledger} and {@code followed_entry}; the transaction is the caller's.
 */
final class FollowTable {

    /**
     * One followed ledger.
     *
     * @param charter digest of the pinned charter under which the entries were verified
     * @param checkpoint the newest note that was believed
     * @param size how many entries were verified and applied
     * @param verifiedAt when size and checkpoint last agreed with what the ledger shows
     * @param fault a fault that only a person ends
     */
    record Row(
            Sha256 charter,
            byte[] checkpoint,
            long size,
            @Nullable Instant verifiedAt,
            @Nullable String fault) {

        /**
         * What two nodes know together: nothing that one has seen is forgotten because the other
         * lags behind. What is still to come was noted before the clock was set back.
         */
        Row with(Row other, Instant now) {
            if (!charter.equals(other.charter)) {
                return this;
            }
            boolean further = sizeOf(other.checkpoint) > sizeOf(checkpoint);
            return new Row(
                    charter,
                    further ? other.checkpoint : checkpoint,
                    Math.max(size, other.size),
                    later(verifiedAt, other.verifiedAt, now),
                    fault == null ? other.fault : fault);
        }

        private static long sizeOf(byte[] checkpoint) {
            return Checkpoint.parse(SignedNote.parse(checkpoint).text()).size();
        }

        private static @Nullable Instant later(
                @Nullable Instant one, @Nullable Instant other, Instant now) {
            if (other == null || other.isAfter(now)) {
                return one;
            }
            return one == null || other.isAfter(one) ? other : one;
        }
    }

    /**
     * An entry that was verified.
     *
     * @param bytes as it stands in the ledger
     * @param dispute why it is not relied on here; null for nothing
     */
    record Entry(byte[] bytes, @Nullable String dispute) {}

    private final Handle db;

    FollowTable(Handle db) {
        this.db = db;
    }

    Optional<Row> find(Origin origin) {
        return find(origin, "");
    }

    /** The row, which no other node changes until this transaction ends. */
    Optional<Row> locked(Origin origin) {
        return find(origin, "for update");
    }

    private Optional<Row> find(Origin origin, String lock) {
        return db.createQuery(
                        """
                        select charter, checkpoint, size, verified_at, fault
                          from followed_ledger where origin = :origin
                        """
                                + lock)
                .bind("origin", origin.text())
                .map(
                        (row, _) -> {
                            var at = row.getObject("verified_at", OffsetDateTime.class);
                            return new Row(
                                    Sha256.ofBytes(row.getBytes("charter")),
                                    row.getBytes("checkpoint"),
                                    row.getLong("size"),
                                    at == null ? null : at.toInstant(),
                                    row.getString("fault"));
                        })
                .findOne();
    }

    void put(Origin origin, Row row) {
        db.createUpdate(
                        """
                        insert into followed_ledger
                               (origin, charter, checkpoint, size, verified_at, fault)
                        values (:origin, :charter, :checkpoint, :size, :verifiedAt, :fault)
                        on conflict (origin) do update
                           set charter = excluded.charter, checkpoint = excluded.checkpoint,
                               size = excluded.size, verified_at = excluded.verified_at,
                               fault = excluded.fault
                        """)
                .bind("origin", origin.text())
                .bind("charter", row.charter().bytes())
                .bind("checkpoint", row.checkpoint())
                .bind("size", row.size())
                .bind("verifiedAt", row.verifiedAt())
                .bind("fault", row.fault())
                .execute();
    }

    /** Adds entries; those that another node has added already stay as they are. */
    void add(Origin origin, long first, List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        var batch =
                db.prepareBatch(
                        """
                        insert into followed_entry (origin, index, bytes, dispute)
                        values (:origin, :index, :bytes, :dispute)
                        on conflict (origin, index) do nothing
                        """);
        long index = first;
        for (var entry : entries) {
            batch.bind("origin", origin.text())
                    .bind("index", index++)
                    .bind("bytes", entry.bytes())
                    .bind("dispute", entry.dispute())
                    .add();
        }
        batch.execute();
    }

    /** The entries below {@code size}, in order. */
    void each(Origin origin, long size, Consumer<Entry> action) {
        try (var stream =
                db
                        .createQuery(
                                """
                                select bytes, dispute from followed_entry
                                 where origin = :origin and index < :size order by index
                                """)
                        .bind("origin", origin.text())
                        .bind("size", size)
                        .setFetchSize(500)
                        .map((row, _) -> new Entry(row.getBytes("bytes"), row.getString("dispute")))
                        .stream()) {
            stream.forEach(action);
        }
    }

    /** One entry. */
    Optional<byte[]> bytes(Origin origin, long index) {
        return db.createQuery(
                        """
                        select bytes from followed_entry where origin = :origin and index = :index
                        """)
                .bind("origin", origin.text())
                .bind("index", index)
                .mapTo(byte[].class)
                .findOne();
    }

    void forgetEntries(Origin origin) {
        db.createUpdate("delete from followed_entry where origin = :origin")
                .bind("origin", origin.text())
                .execute();
    }

    /** Forgets a ledger, and what rests on it; it may be followed afresh. */
    void forget(Origin origin) {
        new ViewTable(db).forget(origin);
        forgetEntries(origin);
        db.createUpdate("delete from followed_ledger where origin = :origin")
                .bind("origin", origin.text())
                .execute();
    }

    /** Those with a fault that only a person ends. */
    List<Origin> faulty() {
        return db.createQuery(
                        "select origin from followed_ledger where fault is not null order by origin")
                .mapTo(String.class)
                .map(Origin::new)
                .list();
    }
}
