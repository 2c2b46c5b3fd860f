package org.imprimatur.node.lists;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.imprimatur.register.Person;
import org.imprimatur.register.Sha256;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * The {@code image_list} table: of each path the newest list. A row is replaced by a list of a
 * higher version only, and never taken away, so that versions rise for ever.
 */
final class ImageListTable {

    private static final RowMapper<StoredList> ROW =
            (row, _) ->
                    new StoredList(
                            row.getString("path"),
                            row.getString("version"),
                            row.getObject("created", OffsetDateTime.class).toInstant(),
                            row.getObject("expires", OffsetDateTime.class).toInstant(),
                            new Person(row.getString("subject"), row.getString("issuer")),
                            row.getBoolean("by_node"),
                            Sha256.ofBytes(row.getBytes("content")),
                            row.getBytes("message"));

    private final Handle db;

    ImageListTable(Handle db) {
        this.db = db;
    }

    /** Until the transaction ends, nobody else changes the list at this path. */
    void lock(String path) {
        db.createQuery("select pg_advisory_xact_lock(hashtextextended(:path, 8151)) is null")
                .bind("path", path)
                .mapTo(Boolean.class)
                .one();
    }

    Optional<String> version(String path) {
        return db.createQuery("select version from image_list where path = :path")
                .bind("path", path)
                .mapTo(String.class)
                .findOne();
    }

    Optional<StoredList> find(String path) {
        return db.createQuery("select * from image_list where path = :path")
                .bind("path", path)
                .map(ROW)
                .findOne();
    }

    /** All, without their messages, in order of path. */
    List<StoredList> all() {
        return db.createQuery(
                        """
                        select path, version, created, expires, subject, issuer, by_node, content,
                               ''::bytea as message
                          from image_list order by path limit 10000
                        """)
                .map(ROW)
                .list();
    }

    /** Puts the next list in the place of the one before; the caller holds the path's lock. */
    void put(StoredList list) {
        db.createUpdate(
                        """
                        insert into image_list (path, version, created, expires, subject, issuer,
                                                by_node, content, message)
                        values (:path, :version, :created, :expires, :subject, :issuer,
                                :byNode, :content, :message)
                        on conflict (path) do update
                           set version = excluded.version, created = excluded.created,
                               expires = excluded.expires, subject = excluded.subject,
                               issuer = excluded.issuer, by_node = excluded.by_node,
                               content = excluded.content, message = excluded.message
                        """)
                .bind("path", list.path())
                .bind("version", list.version())
                .bind("created", list.created())
                .bind("expires", list.expires())
                .bind("subject", list.signer().subject())
                .bind("issuer", list.signer().issuer())
                .bind("byNode", list.byNode())
                .bind("content", list.content().bytes())
                .bind("message", list.message())
                .execute();
    }
}
