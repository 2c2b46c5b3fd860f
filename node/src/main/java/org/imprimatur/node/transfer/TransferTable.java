package org.imprimatur.node.transfer;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.imprimatur.node.driver.FileStamp;
import org.imprimatur.node.driver.ImageFileName;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.StatementId;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The {@code transfer} table; the transaction is the caller's. */
final class TransferTable {

    private final Handle db;
    private final UUID store;

    /** What concerns one store. */
    TransferTable(Handle db, UUID store) {
        this.db = db;
        this.store = store;
    }

    /** All, with what an older release has noted, which knew one store only. */
    List<Transfer> adopted() {
        db.createUpdate("update transfer set store = :store where store = :none")
                .bind("store", store)
                .bind("none", new UUID(0, 0))
                .execute();
        return all();
    }

    private List<Transfer> all() {
        return db.createQuery(
                        """
                        select catalogue, endorsement, state, why, file_name, digest, attempts,
                               retry_at, modified_at, file_bytes, changed_at, inode, verified_at
                          from transfer where store = :store order by catalogue, endorsement
                        """)
                .bind("store", store)
                .map((row, _) -> transfer(row))
                .list();
    }

    private static Transfer transfer(ResultSet row) throws SQLException {
        return new Transfer(
                new TransferKey(
                        new Origin(row.getString("catalogue")),
                        new StatementId(Sha256.ofBytes(row.getBytes("endorsement")))),
                Transfer.State.parse(row.getString("state")),
                row.getString("why"),
                new ImageFileName(row.getString("file_name")),
                Sha512.ofBytes(row.getBytes("digest")),
                row.getInt("attempts"),
                instant(row, "retry_at"),
                seen(row));
    }

    /** Empty too for what an older release has noted, which knew less. */
    private static @Nullable Seen seen(ResultSet row) throws SQLException {
        var modifiedAt = instant(row, "modified_at");
        var changedAt = instant(row, "changed_at");
        var verifiedAt = instant(row, "verified_at");
        if (modifiedAt == null || changedAt == null || verifiedAt == null) {
            return null;
        }
        return new Seen(
                new FileStamp(
                        row.getLong("file_bytes"), modifiedAt, changedAt, row.getLong("inode")),
                verifiedAt);
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    /** Forgets how often what is not there has failed, and the pauses since. */
    void tryAgain() {
        db.createUpdate(
                        """
                        update transfer set attempts = 0, retry_at = null
                         where store = :store and state in ('failed', 'transferring')
                        """)
                .bind("store", store)
                .execute();
    }

    void put(Transfer transfer) {
        var seen = transfer.seen();
        var stamp = seen == null ? null : seen.stamp();
        db.createUpdate(
                        """
                        insert into transfer (store, catalogue, endorsement, state, why, file_name, digest,
                                              attempts, retry_at, modified_at, file_bytes,
                                              changed_at, inode, verified_at)
                        values (:store, :catalogue, :endorsement, :state, :why, :fileName, :digest,
                                :attempts, :retryAt, :modifiedAt, :fileBytes, :changedAt, :inode,
                                :verifiedAt)
                        on conflict (store, catalogue, endorsement) do update
                           set state = excluded.state, why = excluded.why,
                               file_name = excluded.file_name, digest = excluded.digest,
                               attempts = excluded.attempts, retry_at = excluded.retry_at,
                               modified_at = excluded.modified_at,
                               file_bytes = excluded.file_bytes, changed_at = excluded.changed_at,
                               inode = excluded.inode, verified_at = excluded.verified_at
                        """)
                .bind("store", store)
                .bind("catalogue", transfer.key().catalogue().text())
                .bind("endorsement", transfer.key().endorsement().sha256().bytes())
                .bind("state", transfer.state().wire())
                .bind("why", transfer.why())
                .bind("fileName", transfer.name().text())
                .bind("digest", transfer.image().bytes())
                .bind("attempts", transfer.attempts())
                .bind("retryAt", transfer.retryAt())
                .bind("modifiedAt", stamp == null ? null : stamp.modifiedAt())
                .bind("fileBytes", stamp == null ? null : (Long) stamp.bytes())
                .bind("changedAt", stamp == null ? null : stamp.changedAt())
                .bind("inode", stamp == null ? null : (Long) stamp.inode())
                .bind("verifiedAt", seen == null ? null : seen.verifiedAt())
                .execute();
    }
}
