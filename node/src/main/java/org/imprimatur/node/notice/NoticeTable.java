package org.imprimatur.node.notice;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The table {@code notice}; the transaction is the caller's. */
final class NoticeTable {

    /**
     * How it stands with telling somebody something.
     *
     * @param name of the news
     * @param kind of the news
     * @param recipient whom it is for; empty while nobody is known
     * @param text what they are told; empty once they were
     * @param state {@code waiting} or {@code sent}
     * @param why what went wrong the last time; empty for nothing
     * @param attempts how often it was tried
     */
    record Row(
            String name,
            String kind,
            String recipient,
            String subject,
            String text,
            String state,
            String why,
            int attempts,
            Instant notedAt,
            Instant changedAt) {

        private static final Comparator<Row> OLDEST_FIRST =
                Comparator.comparing(Row::notedAt).thenComparing(Row::name);
    }

    /** News that were told. */
    record Told(String name, String kind) {}

    private final Handle db;

    NoticeTable(Handle db) {
        this.db = db;
    }

    /** Notes news for somebody; what is noted stays as it is. */
    void note(String name, String kind, MailAddress recipient, NewsText text, Instant now) {
        note(name, kind, recipient.text(), text, now);
    }

    /** Notes news that nobody is known for, unless somebody was. */
    void noteForNobody(String name, String kind, NewsText text, Instant now) {
        boolean known =
                db.createQuery("select exists (select from notice where name = :name)")
                        .bind("name", name)
                        .mapTo(Boolean.class)
                        .one();
        if (!known) {
            note(name, kind, "", text, now);
        }
    }

    private void note(String name, String kind, String recipient, NewsText text, Instant now) {
        db.createUpdate(
                        """
                        insert into notice (name, recipient, kind, subject, text, state, why,
                                            attempts, noted_at, retry_at, changed_at)
                        values (:name, :recipient, :kind, :subject, :text, 'waiting', '',
                                0, :now, :now, :now)
                        on conflict (name, recipient) do nothing
                        """)
                .bind("name", name)
                .bind("recipient", recipient)
                .bind("kind", kind)
                .bind("subject", text.subject())
                .bind("text", text.text())
                .bind("now", now)
                .execute();
    }

    /** Somebody is known now, or need not be. */
    void forgetNobody(String name) {
        db.createUpdate("delete from notice where name = :name and recipient = ''")
                .bind("name", name)
                .execute();
    }

    /**
     * Those who are to be told something whose time has come, or is so far off that the clock was
     * set back meanwhile; and who were told nothing for a while.
     *
     * @param pause since when they were told nothing
     */
    List<String> due(Instant now, Instant latest, Instant pause) {
        return db.createQuery(
                        """
                        select recipient from notice one
                         where state = 'waiting' and (retry_at <= :now or retry_at > :latest)
                           and (recipient = '' or not exists (
                                select from notice told
                                 where told.recipient = one.recipient and told.state = 'sent'
                                   and told.changed_at > :pause and told.changed_at <= :now))
                         group by recipient order by min(noted_at) limit 100
                        """)
                .bind("now", now)
                .bind("latest", latest)
                .bind("pause", pause)
                .mapTo(String.class)
                .list();
    }

    /**
     * Takes on what is due for one of them, the oldest first, for as long as an attempt lasts:
     * whoever falls over meanwhile leaves it to be tried again then. Of two nodes one gets it.
     */
    List<Row> take(String recipient, Instant now, Instant latest, Instant until, int atMost) {
        return db
                .createQuery(
                        """
                        update notice set attempts = attempts + 1, retry_at = :until
                         where state = 'waiting' and recipient = :recipient
                           and (retry_at <= :now or retry_at > :latest)
                           and name in (
                               select name from notice
                                where state = 'waiting' and recipient = :recipient
                                  and (retry_at <= :now or retry_at > :latest)
                                order by noted_at, name limit :atMost)
                        returning *
                        """)
                .bind("recipient", recipient)
                .bind("now", now)
                .bind("latest", latest)
                .bind("until", until)
                .bind("atMost", atMost)
                .map((row, _) -> row(row))
                .stream()
                .sorted(Row.OLDEST_FIRST)
                .toList();
    }

    /** They were told. */
    void sent(Row row, Instant now) {
        db.createUpdate(
                        """
                        update notice set state = 'sent', text = '', why = '', changed_at = :now
                         where name = :name and recipient = :recipient
                        """)
                .bind("name", row.name())
                .bind("recipient", row.recipient())
                .bind("now", now)
                .execute();
    }

    /** They could not be told. */
    void failed(Row row, String why, Instant now, Instant retryAt) {
        db.createUpdate(
                        """
                        update notice set why = :why, changed_at = :now, retry_at = :retryAt
                         where name = :name and recipient = :recipient
                        """)
                .bind("name", row.name())
                .bind("recipient", row.recipient())
                .bind("why", why)
                .bind("now", now)
                .bind("retryAt", retryAt)
                .execute();
    }

    /** News that all whom they are for were told before then, in order of name, after this one. */
    List<Told> told(Instant before, String after, int atMost) {
        return db.createQuery(
                        """
                        select name, kind from notice where name > :after
                         group by name, kind
                        having bool_and(state = 'sent') and max(changed_at) < :before
                         order by name limit :atMost
                        """)
                .bind("after", after)
                .bind("before", before)
                .bind("atMost", atMost)
                .map((row, _) -> new Told(row.getString("name"), row.getString("kind")))
                .list();
    }

    /** Forgets who was told of these news. */
    void forget(List<String> names) {
        db.createUpdate("delete from notice where name = any(:names)")
                .bindArray("names", String.class, names)
                .execute();
    }

    /** All of one kind. */
    List<Row> all(String kind) {
        return db.createQuery("select * from notice where kind = :kind order by recipient")
                .bind("kind", kind)
                .map((row, _) -> row(row))
                .list();
    }

    /** How many wait after an attempt that failed. */
    long untold() {
        return db.createQuery("select count(*) from notice where state = 'waiting' and why <> ''")
                .mapTo(Long.class)
                .one();
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getString("name"),
                row.getString("kind"),
                row.getString("recipient"),
                row.getString("subject"),
                row.getString("text"),
                row.getString("state"),
                row.getString("why"),
                row.getInt("attempts"),
                row.getObject("noted_at", OffsetDateTime.class).toInstant(),
                row.getObject("changed_at", OffsetDateTime.class).toInstant());
    }
}
