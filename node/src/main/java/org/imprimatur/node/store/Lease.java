package org.imprimatur.node.store;

import java.time.Duration;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * The right to be the only one of those that share a database who does something: the table {@code
 * lease}. It lasts for a time by the database's clock, and on and on while its holder asks for it
 * again; after a crash another takes it when that time is over. The transactions are the caller's:
 * whoever writes what only the holder may write holds the lease in the same one.
 *
 * @param name what only one does at a time
 * @param holder who wants to do it
 * @param length how long it lasts
 */
public record Lease(String name, UUID holder, Duration length) {

    /** What came of asking for it. */
    public enum Held {
        /** The holder has it still, and nobody else had it since it was taken. */
        STILL,
        /** The holder has taken it now: others may have had it, and have done what it does. */
        ANEW,
        /** Another holder has it. */
        BY_ANOTHER
    }

    /** Takes it, or keeps it on. */
    public Held hold(Handle db) {
        if (execute(
                db,
                """
                update lease set until = now() + :seconds * interval '1 second'
                 where name = :name and holder = :holder and until >= now()
                """)) {
            return Held.STILL;
        }
        return execute(
                        db,
                        """
                        insert into lease (name, holder, until)
                        values (:name, :holder, now() + :seconds * interval '1 second')
                        on conflict (name) do update
                           set holder = excluded.holder, until = excluded.until
                         where lease.until < now()
                        """)
                ? Held.ANEW
                : Held.BY_ANOTHER;
    }

    private boolean execute(Handle db, String sql) {
        return db.createUpdate(sql)
                        .bind("name", name)
                        .bind("holder", holder)
                        .bind("seconds", length.toSeconds())
                        .execute()
                == 1;
    }

    /** Gives it back. */
    public void release(Handle db) {
        db.createUpdate("delete from lease where name = :name and holder = :holder")
                .bind("name", name)
                .bind("holder", holder)
                .execute();
    }
}
