package org.imprimatur.node.retention;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * What is taken off the tables {@code decision}, {@code decision_view}, {@code instance}, {@code
 * condemnation}, and those of what is known of flaws; the transaction is the caller's.
 */
final class RetentionTable {

    private final Handle db;

    RetentionTable(Handle db) {
        this.db = db;
    }

    /** Takes instances that ended before then, with their condemnations; says how many. */
    int takeInstances(Instant before, int most) {
        List<Long> over =
                db.createQuery(
                                """
                                select number from instance where stopped_at < :before
                                 order by number limit :most for update skip locked
                                """)
                        .bind("before", before)
                        .bind("most", most)
                        .mapTo(Long.class)
                        .list();
        take("delete from condemnation where instance = any(:over)", over);
        take("delete from instance where number = any(:over)", over);
        return over.size();
    }

    private void take(String delete, List<Long> instances) {
        db.createUpdate(delete).bindArray("over", Long.class, instances).execute();
    }

    /** Takes decisions that were given before then and that no instance rests on; says how many. */
    int takeDecisions(Instant before, int most) {
        return db.createUpdate(
                        """
                        delete from decision where id in (
                               select id from decision d
                                where at < :before
                                  and not exists (select from instance where decision = d.id)
                                limit :most for update skip locked)
                        """)
                .bind("before", before)
                .bind("most", most)
                .execute();
    }

    /**
     * Takes what was in view only for decisions that were given before then, and of which none is
     * left; says how many. It is noted to the hour until when a view was used, and decisions wait a
     * while before they are written down, so it goes a day later.
     */
    int takeViews(Instant before, int most) {
        return db.createUpdate(
                        """
                        delete from decision_view where digest in (
                               select digest from decision_view v
                                where used_at < :before - interval '1 day'
                                  and not exists (select from decision
                                                   where at < :before and view = v.digest)
                                limit :most for update skip locked)
                        """)
                .bind("before", before)
                .bind("most", most)
                .execute();
    }

    /**
     * Takes what was known of flaws before then and is known no longer, as far as nothing that is
     * still kept was decided in its knowledge; says how much. Decisions wait a while before they
     * are written down, so it goes a day later.
     */
    int takeFlaws(Instant before, int most) {
        return Stream.of("flaw", "flaw_look", "flaw_feed")
                .mapToInt(table -> takeKnown(table, before, most))
                .max()
                .orElse(0);
    }

    private int takeKnown(String table, Instant before, int most) {
        return db.createUpdate(
                        """
                        delete from %1$s where ctid in (
                               select k.ctid from %1$s k
                                 join flaw_revision r on r.revision = k.until_revision
                                where r.at < :before - interval '1 day'
                                  and not exists (select from decision_view
                                                   where flaws < k.until_revision)
                                limit :most for update of k skip locked)
                        """
                                .formatted(table))
                .bind("before", before)
                .bind("most", most)
                .execute();
    }
}
