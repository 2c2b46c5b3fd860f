package org.imprimatur.node.follow;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.imprimatur.register.Origin;
import org.jdbi.v3.core.Handle;

/** The table {@code alarm}; the transaction is the caller's. */
final class AlarmTable {

    private final Handle db;

    AlarmTable(Handle db) {
        this.db = db;
    }

    List<Alarms.Alarm> all() {
        return db.createQuery(
                        """
                        select id, origin, kind, found_at, last_at, explanation
                          from alarm order by found_at, id
                        """)
                .map(
                        (row, _) ->
                                new Alarms.Alarm(
                                        row.getString("id"),
                                        new Origin(row.getString("origin")),
                                        row.getString("kind"),
                                        row.getObject("found_at", OffsetDateTime.class).toInstant(),
                                        row.getObject("last_at", OffsetDateTime.class).toInstant(),
                                        row.getString("explanation")))
                .list();
    }

    Optional<byte[]> evidence(String id) {
        return db.createQuery("select evidence from alarm where id = :id")
                .bind("id", id)
                .mapTo(byte[].class)
                .findOne();
    }

    void add(Alarms.Alarm alarm, byte[] evidence) {
        db.createUpdate(
                        """
                        insert into alarm
                               (id, origin, kind, found_at, last_at, explanation, evidence)
                        values (:id, :origin, :kind, :foundAt, :lastAt, :explanation, :evidence)
                        on conflict (id) do nothing
                        """)
                .bind("id", alarm.id())
                .bind("origin", alarm.origin().text())
                .bind("kind", alarm.kind())
                .bind("foundAt", alarm.foundAt())
                .bind("lastAt", alarm.lastAt())
                .bind("explanation", alarm.explanation())
                .bind("evidence", evidence)
                .execute();
    }

    void again(String id, Instant at) {
        db.createUpdate("update alarm set last_at = :at where id = :id")
                .bind("id", id)
                .bind("at", at)
                .execute();
    }
}
