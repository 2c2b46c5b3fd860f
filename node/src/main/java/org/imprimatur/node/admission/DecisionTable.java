package org.imprimatur.node.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.node.driver.PublishedImages.Meant;
import org.imprimatur.node.follow.Seen;
import org.imprimatur.node.follow.ViewTable;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.store.StoreException;
import org.imprimatur.register.Decision;
import org.imprimatur.register.DecisionRequest;
import org.imprimatur.register.ImageName;
import org.imprimatur.register.Inquiry;
import org.imprimatur.register.Reason;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.UseClass;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The table {@code decision}: every decision as it was given. Rows are only added here. */
final class DecisionTable {

    private final Handle db;

    DecisionTable(Handle db) {
        this.db = db;
    }

    /** Adds decisions, and what was in view; what is there already changes nothing. */
    void add(List<Given> decisions) {
        var views = new ViewTable(db);
        var seen = new IdentityHashMap<Seen, Sha256>();
        var last = decisions.getLast().at();
        decisions.forEach(
                given -> seen.computeIfAbsent(given.seen(), view -> views.keep(view, last)));
        try {
            insert(decisions, seen);
        } catch (SQLException e) {
            throw new StoreException("decisions cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * All rows in one statement of as many arrays as there are columns: the cheapest to take in.
     */
    private void insert(List<Given> rows, Map<Seen, Sha256> views) throws SQLException {
        try (var insert =
                db.getConnection()
                        .prepareStatement(
                                """
                                insert into decision
                                       (id, at, permitted, image, converted, resource, class,
                                        action, operator, consumer, host, contextualisation, reasons,
                                        audited, obligations, positions, policy, view)
                                select * from unnest(?::uuid[], ?::timestamptz[], ?::boolean[],
                                       ?::bytea[], ?::bytea[], ?::text[], ?::text[], ?::text[],
                                       ?::text[], ?::text[], ?::text[], ?::bytea[], ?::text[],
                                       ?::text[], ?::text[], ?::text[], ?::bytea[], ?::bytea[])
                                on conflict (id) do nothing
                                """)) {
            int count = rows.size();
            // Texts of what most decisions of one moment have in common.
            var common = new HashMap<Object, String>();
            var columns =
                    List.of(
                            column(rows, "uuid", new UUID[count], Given::id),
                            column(rows, "timestamptz", text(count), g -> g.at().toString()),
                            column(
                                    rows,
                                    "boolean",
                                    new Boolean[count],
                                    g -> decision(g).permitted()),
                            column(rows, "bytea", binary(count), g -> image(g.judged())),
                            column(rows, "bytea", binary(count), g -> converted(g.judged())),
                            column(rows, "text", text(count), g -> resource(g)),
                            column(rows, "text", text(count), g -> g.asked().useClass().wire()),
                            column(rows, "text", text(count), g -> g.asked().action().wire()),
                            column(rows, "text", text(count), g -> g.asked().operator()),
                            column(rows, "text", text(count), g -> g.asked().consumer()),
                            column(rows, "text", text(count), g -> g.asked().host()),
                            column(
                                    rows,
                                    "bytea",
                                    binary(count),
                                    g -> bytes(g.asked().contextualisation())),
                            column(
                                    rows,
                                    "text",
                                    text(count),
                                    g -> text(DecisionJson.reasons(decision(g).reasons()))),
                            column(rows, "text", text(count), g -> audited(decision(g).audited())),
                            column(
                                    rows,
                                    "text",
                                    text(count),
                                    g ->
                                            common.computeIfAbsent(
                                                    decision(g).obligations(),
                                                    _ ->
                                                            text(
                                                                    DecisionJson.obligations(
                                                                            decision(g))))),
                            column(
                                    rows,
                                    "text",
                                    text(count),
                                    g ->
                                            common.computeIfAbsent(
                                                    decision(g).positions(),
                                                    _ ->
                                                            text(
                                                                    DecisionJson.positions(
                                                                            decision(g))))),
                            column(
                                    rows,
                                    "bytea",
                                    binary(count),
                                    g -> decision(g).policyDigest().bytes()),
                            column(rows, "bytea", binary(count), g -> bytes(views.get(g.seen()))));
            for (int i = 0; i < columns.size(); i++) {
                insert.setArray(i + 1, columns.get(i));
            }
            insert.executeUpdate();
        }
    }

    private Array column(List<Given> rows, String type, @Nullable Object[] values, Value value)
            throws SQLException {
        for (int i = 0; i < values.length; i++) {
            values[i] = value.of(rows.get(i));
        }
        return db.getConnection().createArrayOf(type, values);
    }

    private static @Nullable Object[] text(int count) {
        return new @Nullable String[count];
    }

    private static @Nullable Object[] binary(int count) {
        return new byte[count] @Nullable [];
    }

    /** What a row has in a column. */
    private interface Value {
        @Nullable Object of(Given given);
    }

    /** A decision by its id. */
    Optional<Decided> find(UUID id) {
        return db.createQuery(
                        """
                        select id, at, permitted, image, converted, resource, class, action,
                               operator, consumer, host, contextualisation, reasons, audited,
                               obligations, positions, policy, view
                          from decision where id = :id
                        """)
                .bind("id", id)
                .map((row, _) -> decided(row))
                .findOne();
    }

    private static Decided decided(ResultSet row) throws SQLException {
        byte[] image = row.getBytes("image");
        byte[] converted = row.getBytes("converted");
        var meant =
                image == null
                        ? null
                        : new Meant(
                                Sha512.ofBytes(image),
                                converted == null ? null : Sha512.ofBytes(converted));
        var resource = row.getString("resource");
        return new Decided(
                row.getObject("id", UUID.class),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getBoolean("permitted"),
                new Inquiry(
                        resource == null && meant != null
                                ? new ImageName.ByDigest(meant.image())
                                : ImageName.parse(resource),
                        UseClass.parse(row.getString("class")),
                        DecisionRequest.Action.parse(row.getString("action")),
                        row.getString("operator"),
                        row.getString("consumer"),
                        row.getString("host"),
                        digest(row.getBytes("contextualisation"))),
                meant,
                new Decided.Said(
                        row.getString("reasons"),
                        row.getString("audited"),
                        row.getString("obligations"),
                        row.getString("positions")),
                Sha256.ofBytes(row.getBytes("policy")),
                digest(row.getBytes("view")));
    }

    /** What a decision is recorded to have said. */
    static Decided.Said said(Decision decision) {
        return new Decided.Said(
                text(DecisionJson.reasons(decision.reasons())),
                audited(decision.audited()),
                text(DecisionJson.obligations(decision)),
                text(DecisionJson.positions(decision)));
    }

    private static Decision decision(Given given) {
        return given.judged().decision();
    }

    private static byte @Nullable [] image(Judged judged) {
        return judged.meant() == null ? null : judged.meant().image().bytes();
    }

    private static byte @Nullable [] converted(Judged judged) {
        return judged.meant() == null || judged.meant().converted() == null
                ? null
                : judged.meant().converted().bytes();
    }

    /** Nothing, for the many that are asked for by what they are. */
    private static @Nullable String resource(Given given) {
        var name = given.asked().image();
        var meant = given.judged().meant();
        return name instanceof ImageName.ByDigest(var digest)
                        && meant != null
                        && digest.equals(meant.image())
                ? null
                : name.toString();
    }

    private static @Nullable Sha256 digest(byte @Nullable [] bytes) {
        return bytes == null ? null : Sha256.ofBytes(bytes);
    }

    private static byte @Nullable [] bytes(@Nullable Sha256 digest) {
        return digest == null ? null : digest.bytes();
    }

    /** Nothing, for the many decisions that let nothing pass. */
    private static @Nullable String audited(List<Reason> audited) {
        return audited.isEmpty() ? null : text(DecisionJson.reasons(audited));
    }

    private static String text(JsonNode json) {
        return new String(Json.bytes(json), StandardCharsets.UTF_8);
    }
}
