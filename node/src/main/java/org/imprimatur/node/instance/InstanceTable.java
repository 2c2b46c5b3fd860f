package org.imprimatur.node.instance;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.UseClass;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The {@code instance} table; the transaction is the caller's. Rows are never taken away here. */
final class InstanceTable {

    private static final String COLUMNS =
            """
            select i.number, id, decision, image, converted, class, operator, consumers, host, machine,
                   contextualisation, registered_at, started_at, stopped_at,
                   c.since, r.reasons, c.attempts, c.failure, c.terminated_at
              from instance i
              left join condemnation c on c.instance = i.number and c.pardoned_at is null
              left join condemnation_reasons r on r.digest = c.reasons
            """;

    private final Handle db;

    InstanceTable(Handle db) {
        this.db = db;
    }

    /**
     * What a list may be narrowed to; empty for anything.
     *
     * @param running true for what may run now, false for what has ended
     * @param condemned true for nothing but what no longer passes
     */
    record Filter(
            Optional<Boolean> running,
            boolean condemned,
            Optional<Sha512> image,
            Optional<String> operator,
            Optional<String> host,
            Optional<String> machine) {}

    /** A row and its place in the order in which instances were registered. */
    record Row(long number, Instance instance) {}

    /** Adds an instance, unless its id or its decision is there already. */
    void add(Instance instance) {
        var report = instance.report();
        var contextualisation = report.contextualisation();
        var converted = instance.converted();
        db.createUpdate(
                        """
                        insert into instance (id, decision, image, converted, class, operator,
                                              consumers, host, machine, contextualisation, registered_at, started_at,
                                              stopped_at)
                        values (:id, :decision, :image, :converted, :class, :operator,
                                :consumers, :host, :machine, :contextualisation, :registeredAt, :startedAt,
                                :stoppedAt)
                        on conflict do nothing
                        """)
                .bind("id", report.id())
                .bind("decision", report.decision())
                .bind("image", instance.image().bytes())
                .bind("converted", converted == null ? null : converted.bytes())
                .bind("class", instance.useClass().wire())
                .bind("operator", instance.operator())
                .bindArray("consumers", String.class, report.consumers())
                .bind("host", report.host())
                .bind("machine", report.machine())
                .bind(
                        "contextualisation",
                        contextualisation == null ? null : contextualisation.bytes())
                .bind("registeredAt", instance.registeredAt())
                .bind("startedAt", instance.startedAt())
                .bind("stoppedAt", instance.stoppedAt())
                .execute();
    }

    Optional<Instance> find(UUID id) {
        return db.createQuery(COLUMNS + " where id = :id")
                .bind("id", id)
                .map((row, _) -> row(row).instance())
                .findOne();
    }

    /** The instance that rests on a decision. */
    Optional<Instance> ofDecision(UUID decision) {
        return db.createQuery(COLUMNS + " where decision = :decision")
                .bind("decision", decision)
                .map((row, _) -> row(row).instance())
                .findOne();
    }

    /** Notes that it runs; what was noted before stays. */
    void started(UUID id, Instant at) {
        db.createUpdate(
                        "update instance set started_at = :at where id = :id and started_at is null")
                .bind("id", id)
                .bind("at", at)
                .execute();
    }

    /** Notes that it has ended; what was noted before stays. */
    void stopped(UUID id, Instant at) {
        db.createUpdate(
                        "update instance set stopped_at = :at where id = :id and stopped_at is null")
                .bind("id", id)
                .bind("at", at)
                .execute();
    }

    /** Instances registered before the one with that number, newest first. */
    List<Row> newest(Filter filter, long before, int limit) {
        return db.createQuery(
                        COLUMNS
                                + """
                                   where i.number < :before
                                     and (not :condemned or c.instance is not null)
                                     and (cast(:running as boolean) is null
                                          or cast(:running as boolean) = (stopped_at is null))
                                     and (cast(:image as bytea) is null or image = cast(:image as bytea)
                                          or image in (select digest from publication
                                                        where converted = cast(:image as bytea)))
                                     and (cast(:operator as text) is null
                                          or operator = cast(:operator as text))
                                     and (cast(:host as text) is null or host = cast(:host as text))
                                     and (cast(:machine as text) is null
                                          or machine = cast(:machine as text))
                                   order by i.number desc limit :limit
                                  """)
                .bind("before", before)
                .bind("running", filter.running().orElse(null))
                .bind("condemned", filter.condemned())
                .bind("image", filter.image().map(Sha512::bytes).orElse(null))
                .bind("operator", filter.operator().orElse(null))
                .bind("host", filter.host().orElse(null))
                .bind("machine", filter.machine().orElse(null))
                .bind("limit", limit)
                .map((row, _) -> row(row))
                .list();
    }

    private static Row row(ResultSet row) throws SQLException {
        byte[] contextualisation = row.getBytes("contextualisation");
        byte[] converted = row.getBytes("converted");
        return new Row(
                row.getLong("number"),
                new Instance(
                        new Instance.Report(
                                row.getObject("id", UUID.class),
                                row.getObject("decision", UUID.class),
                                row.getString("host"),
                                row.getString("machine"),
                                contextualisation == null
                                        ? null
                                        : Sha256.ofBytes(contextualisation),
                                List.of((String[]) row.getArray("consumers").getArray())),
                        Sha512.ofBytes(row.getBytes("image")),
                        converted == null ? null : Sha512.ofBytes(converted),
                        UseClass.parse(row.getString("class")),
                        row.getString("operator"),
                        row.getObject("registered_at", OffsetDateTime.class).toInstant(),
                        instant(row, "started_at"),
                        instant(row, "stopped_at"),
                        condemnation(row)));
    }

    private static @Nullable Condemnation condemnation(ResultSet row) throws SQLException {
        var since = instant(row, "since");
        return since == null
                ? null
                : new Condemnation(
                        since,
                        row.getString("reasons"),
                        row.getInt("attempts"),
                        row.getString("failure"),
                        instant(row, "terminated_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
