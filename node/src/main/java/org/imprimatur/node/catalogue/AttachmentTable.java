package org.imprimatur.node.catalogue;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.imprimatur.register.Sha256;
import org.jdbi.v3.core.Handle;

/**
 * The {@code attachment} table: which attachments are here, and which of them statements name. The
 * bytes are in files named by their digest.
 */
final class AttachmentTable {

    private final Handle db;

    AttachmentTable(Handle db) {
        this.db = db;
    }

    Optional<Long> size(Sha256 digest) {
        return db.createQuery(
                        "select size from attachment where sha256 = :sha256 and size is not null")
                .bind("sha256", digest.bytes())
                .mapTo(Long.class)
                .findOne();
    }

    /** Notes one whose file is in place. */
    void add(Sha256 digest, long size, Instant at) {
        db.createUpdate(
                        """
                        insert into attachment (sha256, size, stored_at, referenced)
                        values (:sha256, :size, :at, false)
                        on conflict (sha256) do update
                           set size = excluded.size, stored_at = excluded.stored_at
                        """)
                .bind("sha256", digest.bytes())
                .bind("size", size)
                .bind("at", at)
                .execute();
    }

    /** A statement names these: they are kept, whether they have come already or will come. */
    void reference(Collection<Sha256> digests) {
        var batch =
                db.prepareBatch(
                        """
                        insert into attachment (sha256, referenced) values (:sha256, true)
                        on conflict (sha256) do update set referenced = true
                        """);
        // In one order, so that two transactions never wait for each other.
        digests.stream()
                .map(Sha256::hex)
                .distinct()
                .sorted()
                .forEach(hex -> batch.bind("sha256", new Sha256(hex).bytes()).add());
        batch.execute();
    }

    boolean referenced(Sha256 digest) {
        return db.createQuery(
                                "select count(*) from attachment where sha256 = :sha256 and referenced")
                        .bind("sha256", digest.bytes())
                        .mapTo(Long.class)
                        .one()
                > 0;
    }

    /** Bytes of all that no statement names. */
    long unreferencedBytes() {
        return db.createQuery(
                        "select coalesce(sum(size), 0)::bigint from attachment where not referenced")
                .mapTo(Long.class)
                .one();
    }

    /** Forgets those that no statement has named since {@code before}, and says which they were. */
    List<Sha256> dropUnreferenced(Instant before) {
        return db.createQuery(
                        """
                        delete from attachment where not referenced and stored_at < :before
                        returning sha256
                        """)
                .bind("before", before)
                .mapTo(byte[].class)
                .map(Sha256::ofBytes)
                .list();
    }
}
