package org.imprimatur.node.instance;

import java.sql.Array;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.imprimatur.node.store.StoreException;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.UseClass;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The tables {@code condemnation}, {@code condemnation_reasons} and {@code watch_lease}; the
 * transaction is the caller's.
 */
final class CondemnationTable {

    private final Handle db;

    CondemnationTable(Handle db) {
        this.db = db;
    }

    /**
     * Running instances that agree in everything that their verdict depends on.
     *
     * @param reasons the digest of the reasons for which they are condemned; null while they pass
     * @param numbers the instances
     */
    record Group(Run run, @Nullable String reasons, List<Long> numbers) {}

    /**
     * All that runs.
     *
     * @param looking the classes in which host and contextualisation matter
     */
    List<Group> running(Set<UseClass> looking) {
        return db.createQuery(
                        """
                        select i.image, i.converted, i.class, i.operator, i.consumers,
                               case when i.class = any(:looking) then i.host end as at_host,
                               case when i.class = any(:looking) then i.contextualisation end
                                    as made_by,
                               c.reasons, array_agg(i.number) as numbers
                          from instance i
                          left join condemnation c
                                 on c.instance = i.number and c.pardoned_at is null
                         where i.stopped_at is null
                         group by 1, 2, 3, 4, 5, 6, 7, 8
                        """)
                .bindArray("looking", String.class, wires(looking))
                .map(
                        (row, _) -> {
                            byte[] converted = row.getBytes("converted");
                            byte[] madeBy = row.getBytes("made_by");
                            return new Group(
                                    new Run(
                                            Sha512.ofBytes(row.getBytes("image")),
                                            converted == null ? null : Sha512.ofBytes(converted),
                                            UseClass.parse(row.getString("class")),
                                            row.getString("operator"),
                                            List.of(
                                                    (String[])
                                                            row.getArray("consumers").getArray()),
                                            row.getString("at_host"),
                                            madeBy == null ? null : Sha256.ofBytes(madeBy)),
                                    row.getString("reasons"),
                                    numbers(row.getArray("numbers")));
                        })
                .list();
    }

    private static List<Long> numbers(Array array) throws SQLException {
        return List.of((Long[]) array.getArray());
    }

    private static List<String> wires(Collection<UseClass> classes) {
        return classes.stream().map(UseClass::wire).toList();
    }

    /** Keeps the texts of reasons, by their digests. */
    void keepReasons(Map<String, String> texts) {
        if (texts.isEmpty()) {
            return;
        }
        var batch =
                db.prepareBatch(
                        """
                        insert into condemnation_reasons (digest, reasons)
                        values (:digest, :reasons) on conflict do nothing
                        """);
        texts.forEach((digest, text) -> batch.bind("digest", digest).bind("reasons", text).add());
        batch.execute();
    }

    /**
     * Condemns instances that still run, each for the reasons at the same place of the other list;
     * one that is condemned already is so for these reasons now, and since then.
     */
    void condemn(List<Long> numbers, List<String> reasons, Instant at) {
        if (numbers.isEmpty()) {
            return;
        }
        planForThese();
        // Few different reasons, for many instances: each is sent once.
        var digests = List.copyOf(new LinkedHashSet<>(reasons));
        var places = new HashMap<String, Integer>();
        digests.forEach(digest -> places.put(digest, places.size() + 1));
        db.createUpdate(
                        """
                        insert into condemnation (instance, since, reasons)
                        select i.number, :at, (:digests)[new.place]
                          from unnest(:numbers, :places) as new (number, place)
                          join instance i on i.number = new.number and i.stopped_at is null
                        on conflict (instance) where pardoned_at is null
                           do update set reasons = excluded.reasons
                        """)
                .bind("at", utc(at))
                .bindBySqlType("numbers", array("int8", numbers.toArray(Long[]::new)), Types.ARRAY)
                .bindBySqlType(
                        "places",
                        array("int4", reasons.stream().map(places::get).toArray(Integer[]::new)),
                        Types.ARRAY)
                .bindArray("digests", String.class, digests)
                .execute();
    }

    /** Notes that instances pass again. */
    void pardon(List<Long> numbers, Instant at) {
        if (numbers.isEmpty()) {
            return;
        }
        planForThese();
        db.createUpdate(
                        """
                        update condemnation c set pardoned_at = :at
                          from unnest(:numbers) as passing (number)
                         where c.instance = passing.number and c.pardoned_at is null
                           and c.terminated_at is null
                        """)
                .bind("at", utc(at))
                .bindBySqlType("numbers", array("int8", numbers.toArray(Long[]::new)), Types.ARRAY)
                .execute();
    }

    /** The condemnations of what runs, rising. */
    List<Long> standing() {
        return db.createQuery(
                        """
                        select c.number
                          from condemnation c join instance i on i.number = c.instance
                         where c.pardoned_at is null and i.stopped_at is null
                         order by c.number
                        """)
                .mapTo(Long.class)
                .list();
    }

    /**
     * Has PostgreSQL plan for as many numbers as there are. After ten times it would keep one plan
     * for any, which compares each number with each condemnation: minutes for tens of thousands.
     */
    private void planForThese() {
        db.execute("set local plan_cache_mode = force_custom_plan");
    }

    private Array array(String type, Object[] values) {
        try {
            return db.getConnection().createArrayOf(type, values);
        } catch (SQLException e) {
            throw new StoreException("an array cannot be made: " + e.getMessage(), e);
        }
    }

    // ---- Ends ---------------------------------------------------------------------------------

    /** A condemned instance whose time has come. */
    record Due(long condemnation, int attempts, UUID instance) {}

    /**
     * The first running instance that was condemned long enough ago, and is to be tried now. One
     * whose machine runs again as another instance is none: its own end was only not told.
     *
     * @param latest a pause that lasts longer was begun before the clock was set back, and is over
     */
    Optional<Due> due(Set<UseClass> classes, Instant condemnedBefore, Instant now, Instant latest) {
        return db.createQuery(
                        """
                        select c.number, c.attempts, i.id
                          from condemnation c join instance i on i.number = c.instance
                         where c.pardoned_at is null and i.stopped_at is null
                           and i.class = any(:classes)
                           and c.since <= :before
                           and (c.retry_at is null or c.retry_at <= :now or c.retry_at > :latest)
                           and not exists (select from instance later
                                            where later.machine = i.machine
                                              and later.number > i.number
                                              and later.stopped_at is null)
                         order by coalesce(c.retry_at, c.since), c.number limit 1
                        """)
                .bindArray("classes", String.class, wires(classes))
                .bind("before", utc(condemnedBefore))
                .bind("now", utc(now))
                .bind("latest", utc(latest))
                .map(
                        (row, _) ->
                                new Due(
                                        row.getLong("number"),
                                        row.getInt("attempts"),
                                        row.getObject("id", UUID.class)))
                .findOne();
    }

    /** Notes that an attempt begins; false when somebody else has begun it. */
    boolean begin(Due due, Instant retryAt) {
        return db.createUpdate(
                                """
                                update condemnation
                                   set attempts = attempts + 1, retry_at = :retryAt
                                 where number = :number and attempts = :attempts
                                   and pardoned_at is null
                                """)
                        .bind("number", due.condemnation())
                        .bind("attempts", due.attempts())
                        .bind("retryAt", utc(retryAt))
                        .execute()
                == 1;
    }

    /** Notes why an attempt failed. */
    void failed(Due due, String why) {
        db.createUpdate("update condemnation set failure = :why where number = :number")
                .bind("number", due.condemnation())
                .bind("why", why)
                .execute();
    }

    /** Notes that the driver has ended it. */
    void terminated(Due due, Instant at) {
        db.createUpdate(
                        """
                        update condemnation set terminated_at = :at, failure = null
                         where number = :number
                        """)
                .bind("number", due.condemnation())
                .bind("at", utc(at))
                .execute();
    }

    // ---- Who looks ----------------------------------------------------------------------------

    /** Takes or keeps the watch by the database's clock; false while another holder has it. */
    boolean lease(UUID holder, Duration length) {
        return db.createUpdate(
                                """
                                insert into watch_lease (holder, until)
                                values (:holder, now() + :seconds * interval '1 second')
                                on conflict (one) do update
                                   set holder = excluded.holder, until = excluded.until
                                 where watch_lease.holder = excluded.holder
                                    or watch_lease.until < now()
                                """)
                        .bind("holder", holder)
                        .bind("seconds", length.toSeconds())
                        .execute()
                == 1;
    }

    /** Gives the watch back. */
    void release(UUID holder) {
        db.createUpdate("delete from watch_lease where holder = :holder")
                .bind("holder", holder)
                .execute();
    }

    private static OffsetDateTime utc(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }
}
