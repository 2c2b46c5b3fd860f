package org.imprimatur.node.approval;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.StatementId;
import org.jdbi.v3.core.Handle;

/** The table {@code refusal_notice}; the transaction is the caller's. */
final class NoticeTable {

    /**
     * How it stands with the notice of one refusal.
     *
     * @param state {@code waiting} or {@code sent}
     * @param recipient whom it is for; empty where nobody is known
     * @param why what went wrong the last time; empty for nothing
     * @param attempts how often it was tried
     */
    record Row(
            StatementId refusal,
            String state,
            String recipient,
            String why,
            int attempts,
            Instant changedAt) {}

    private final Handle db;

    NoticeTable(Handle db) {
        this.db = db;
    }

    /** Notes a refusal whose endorser is to be told; what is noted stays as it is. */
    void note(StatementId refusal, Instant now) {
        db.createUpdate(
                        """
                        insert into refusal_notice
                               (refusal, state, recipient, why, attempts, retry_at, changed_at)
                        values (:refusal, 'waiting', '', '', 0, :now, :now)
                        on conflict (refusal) do nothing
                        """)
                .bind("refusal", refusal.sha256().bytes())
                .bind("now", now)
                .execute();
    }

    /** Those whose time has come, or is so far off that the clock was set back meanwhile. */
    List<Row> due(Instant now, Instant latest) {
        return db.createQuery(
                        """
                        select refusal, state, recipient, why, attempts, changed_at
                          from refusal_notice where state = 'waiting' and (retry_at <= :now or retry_at > :latest)
                         order by changed_at limit 100
                        """)
                .bind("now", now)
                .bind("latest", latest)
                .map((row, _) -> row(row))
                .list();
    }

    /**
     * Takes one on, for as long as an attempt lasts: whoever falls over meanwhile leaves it to be
     * tried again then.
     *
     * @return false when another node was faster
     */
    boolean take(Row due, Instant until) {
        return db.createUpdate(
                                """
                                update refusal_notice set attempts = attempts + 1, retry_at = :until
                                 where refusal = :refusal and state = 'waiting'
                                   and attempts = :attempts
                                """)
                        .bind("refusal", due.refusal().sha256().bytes())
                        .bind("attempts", due.attempts())
                        .bind("until", until)
                        .execute()
                == 1;
    }

    void put(Row row, Instant retryAt) {
        db.createUpdate(
                        """
                        update refusal_notice
                           set state = :state, recipient = :recipient, why = :why,
                               retry_at = :retryAt, changed_at = :changedAt
                         where refusal = :refusal
                        """)
                .bind("refusal", row.refusal().sha256().bytes())
                .bind("state", row.state())
                .bind("recipient", row.recipient())
                .bind("why", row.why())
                .bind("retryAt", retryAt)
                .bind("changedAt", row.changedAt())
                .execute();
    }

    /** All of them, by refusal. */
    Map<StatementId, Row> all() {
        return db
                .createQuery(
                        """
                        select refusal, state, recipient, why, attempts, changed_at
                          from refusal_notice
                        """)
                .map((row, _) -> row(row))
                .stream()
                .collect(Collectors.toMap(Row::refusal, row -> row));
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                new StatementId(Sha256.ofBytes(row.getBytes("refusal"))),
                row.getString("state"),
                row.getString("recipient"),
                row.getString("why"),
                row.getInt("attempts"),
                row.getObject("changed_at", OffsetDateTime.class).toInstant());
    }
}
