package org.imprimatur.node.instance;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.UseClass;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The tables {@code condemnation} and {@code condemnation_reasons}; the transaction is the
 * caller's.
 */
final class CondemnationTable {

    private static final int AT_ONCE = 10_000;

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

    /** What the verdict on an instance depends on, and what was noted of it before. */
    private record Question(Run run, @Nullable String reasons) {}

    private record Running(long number, Question question) {}

    /**
     * All that runs, image by image.
     *
     * @param looking the classes in which host and contextualisation matter
     */
    List<Group> running(Set<UseClass> looking) {
        // Grouped here: PostgreSQL would sort hundred thousands by their digests and names.
        db.execute("set local work_mem = '64MB'");
        var digests = new HashMap<ByteBuffer, Sha512>();
        return db
                .createQuery(
                        """
                        select i.number, i.image, i.converted, i.class, i.operator, i.consumers,
                               case when i.class = any(:looking) then i.host end as at_host,
                               case when i.class = any(:looking) then i.contextualisation end
                                    as made_by,
                               c.reasons
                          from instance i
                          left join condemnation c
                                 on c.instance = i.number and c.pardoned_at is null
                         where i.stopped_at is null
                        """)
                .bindArray("looking", String.class, wires(looking))
                .setFetchSize(AT_ONCE)
                .map((row, _) -> running(row, digests))
                .collect(
                        groupingBy(
                                running -> running.question().run().image(),
                                groupingBy(Running::question, mapping(Running::number, toList()))))
                .values()
                .stream()
                .flatMap(ofAnImage -> ofAnImage.entrySet().stream())
                .map(one -> new Group(one.getKey().run(), one.getKey().reasons(), one.getValue()))
                .toList();
    }

    private static Running running(ResultSet row, Map<ByteBuffer, Sha512> digests)
            throws SQLException {
        byte[] converted = row.getBytes("converted");
        byte[] madeBy = row.getBytes("made_by");
        return new Running(
                row.getLong("number"),
                new Question(
                        new Run(
                                once(row.getBytes("image"), digests),
                                converted == null ? null : once(converted, digests),
                                UseClass.parse(row.getString("class")),
                                row.getString("operator"),
                                List.of((String[]) row.getArray("consumers").getArray()),
                                row.getString("at_host"),
                                madeBy == null ? null : Sha256.ofBytes(madeBy)),
                        row.getString("reasons")));
    }

    private static Sha512 once(byte[] digest, Map<ByteBuffer, Sha512> digests) {
        return digests.computeIfAbsent(ByteBuffer.wrap(digest), _ -> Sha512.ofBytes(digest));
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
     * Condemns instances that are not condemned yet. One that ends just now is condemned too, and
     * stays so.
     *
     * @param instances by the digest of the reasons
     */
    void condemn(Map<String, List<Long>> instances, Instant since) {
        var batch =
                db.prepareBatch(
                        """
                        insert into condemnation (instance, since, reasons)
                        select unnest(:instances), :since, :reasons
                        """);
        instances.forEach(
                (reasons, numbers) ->
                        batch.bindArray("instances", Long.class, rising(numbers))
                                .bind("since", since)
                                .bind("reasons", reasons)
                                .add());
        batch.execute();
    }

    /** In the order of the index, which takes them in faster. */
    private static List<Long> rising(List<Long> numbers) {
        return numbers.stream().sorted().toList();
    }

    /**
     * Notes other reasons of condemnations that stand.
     *
     * @param instances by the digest of the reasons
     */
    void changeReasons(Map<String, List<Long>> instances) {
        planForThese();
        var batch =
                db.prepareBatch(
                        """
                        update condemnation set reasons = :reasons
                         where instance = any(:instances) and pardoned_at is null
                        """);
        instances.forEach(
                (reasons, numbers) ->
                        batch.bindArray("instances", Long.class, numbers)
                                .bind("reasons", reasons)
                                .add());
        batch.execute();
    }

    /** Notes that instances pass again. */
    void pardon(List<Long> instances, Instant at) {
        planForThese();
        db.createUpdate(
                        """
                        update condemnation set pardoned_at = :at
                         where instance = any(:instances) and pardoned_at is null
                           and terminated_at is null
                        """)
                .bind("at", at)
                .bindArray("instances", Long.class, instances)
                .execute();
    }

    /**
     * Has PostgreSQL plan for as many instances as there are. A plan for any number may compare
     * each of them with each condemnation: minutes for tens of thousands.
     */
    private void planForThese() {
        db.execute("set local plan_cache_mode = force_custom_plan");
    }

    /**
     * What stands condemned of what runs, so far as is needed to see that it has changed: a
     * condemnation is newer than those before, a pardon or an end leaves fewer, or others.
     */
    record Summary(int count, BigDecimal instances, @Nullable OffsetDateTime newest) {}

    /** What stands condemned of what runs. */
    Summary summary() {
        return db.createQuery(
                        """
                        select count(*) as condemned, coalesce(sum(c.instance), 0) as instances,
                               max(c.since) as newest
                          from condemnation c join instance i on i.number = c.instance
                         where c.pardoned_at is null and i.stopped_at is null
                        """)
                .map(
                        (row, _) ->
                                new Summary(
                                        row.getInt("condemned"),
                                        row.getBigDecimal("instances"),
                                        row.getObject("newest", OffsetDateTime.class)))
                .one();
    }

    // ---- Ends ---------------------------------------------------------------------------------

    /** A condemned instance whose time has come. */
    record Due(long instance, Instant since, int attempts, UUID id) {}

    /**
     * The first running instance that was condemned long enough ago, and is to be tried now. One
     * whose machine runs again as another instance is none: its own end was only not told.
     *
     * @param latest a pause that lasts longer was begun before the clock was set back, and is over
     */
    Optional<Due> due(Set<UseClass> classes, Instant condemnedBefore, Instant now, Instant latest) {
        return db.createQuery(
                        """
                        select c.instance, c.since, c.attempts, i.id
                          from condemnation c join instance i on i.number = c.instance
                         where c.pardoned_at is null and i.stopped_at is null
                           and i.class = any(:classes)
                           and c.since <= :before
                           and (c.retry_at is null or c.retry_at <= :now or c.retry_at > :latest)
                           and not exists (select from instance later
                                            where later.machine = i.machine
                                              and later.number > i.number
                                              and later.stopped_at is null)
                         order by coalesce(c.retry_at, c.since), c.instance limit 1
                        """)
                .bindArray("classes", String.class, wires(classes))
                .bind("before", condemnedBefore)
                .bind("now", now)
                .bind("latest", latest)
                .map(
                        (row, _) ->
                                new Due(
                                        row.getLong("instance"),
                                        row.getObject("since", OffsetDateTime.class).toInstant(),
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
                                 where instance = :instance and since = :since
                                   and attempts = :attempts and pardoned_at is null
                                """)
                        .bind("instance", due.instance())
                        .bind("since", due.since())
                        .bind("attempts", due.attempts())
                        .bind("retryAt", retryAt)
                        .execute()
                == 1;
    }

    /** Notes why an attempt failed, unless it was pardoned meanwhile. */
    void failed(Due due, String why) {
        db.createUpdate(
                        """
                        update condemnation set failure = :why
                         where instance = :instance and since = :since and pardoned_at is null
                        """)
                .bind("instance", due.instance())
                .bind("since", due.since())
                .bind("why", why)
                .execute();
    }

    /** Notes that the driver has ended it, also if it was pardoned meanwhile. */
    void terminated(Due due, Instant at) {
        db.createUpdate(
                        """
                        update condemnation set terminated_at = :at, failure = null
                         where instance = :instance and since = :since
                        """)
                .bind("instance", due.instance())
                .bind("since", due.since())
                .bind("at", at)
                .execute();
    }
}
