package org.imprimatur.node.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database with rows of an older release, brought to this version. */
class MigrationsIT {

    /** The oldest version that is filled here. */
    private static final String FIRST = "21";

    private static final String ENDORSED = "decode(repeat('e1', 64), 'hex')";
    private static final String CONVERTED = "c0".repeat(64);

    private static ExternalPostgres postgres;
    private static Handle db;
    private static Map<String, Long> before;

    @BeforeAll
    static void migrate(@TempDir Path directory) throws SQLException {
        postgres = new ExternalPostgres(directory);
        var url = postgres.create("older");
        to(url, FIRST);
        db = Jdbi.open(url);
        fill();
        before = rows();
        to(url, "latest");
    }

    @AfterAll
    static void close() {
        db.close();
        postgres.close();
    }

    private static void to(String url, String version) {
        Flyway.configure()
                .dataSource(url, null, null)
                .locations("classpath:org/imprimatur/node/migrations")
                .target(version)
                .load()
                .migrate();
    }

    /** How many rows each table has. */
    private static Map<String, Long> rows() {
        var tables =
                db.createQuery(
                                """
                                select table_name from information_schema.tables
                                 where table_schema = 'public' and table_name not like 'flyway%'
                                """)
                        .mapTo(String.class)
                        .list();
        var rows = new TreeMap<String, Long>();
        tables.forEach(
                table ->
                        rows.put(
                                table,
                                db.createQuery("select count(*) from " + table)
                                        .mapTo(Long.class)
                                        .one()));
        return rows;
    }

    private static void fill() {
        db.execute(
                """
                insert into refusal_notice
                       (refusal, state, recipient, why, attempts, retry_at, changed_at)
                values (decode(repeat('0a', 32), 'hex'), 'sent', 'security@example.org', '', 1,
                        now(), now()),
                       (decode(repeat('0b', 32), 'hex'), 'waiting', 'down@example.org',
                        'no answer', 3, now(), now())
                """);
        publication("raw-1", "decode('%s', 'hex')".formatted(CONVERTED), "published");
        publication("gone-1", "decode('%s', 'hex')".formatted(CONVERTED), "removed");
        publication("as-endorsed-1", "null", "published");

        decision("by-digest", "null", ENDORSED);
        decision("by-converted-digest", "'sha512:%s'".formatted(CONVERTED), ENDORSED);
        decision("by-unknown-digest", "'sha512:%s'".formatted(CONVERTED), "null");
        decision("by-guid", "'00000000-0000-4000-8000-000000000001@1.0'", ENDORSED);
        decision("by-id-of-converted", "'driver:cloud/raw-1'", ENDORSED);
        decision("by-id-of-removed", "'driver:cloud/gone-1'", ENDORSED);
        decision("by-id-of-endorsed", "'driver:cloud/as-endorsed-1'", ENDORSED);
        decision("by-id-of-another-image", "'driver:cloud/raw-1'", "decode('aa', 'hex')");

        instance("by-digest");
        instance("by-converted-digest");
        instance("by-id-of-converted");

        db.execute("insert into condemnation_reasons values ('d', '[]')");
        db.execute(
                """
                insert into condemnation (instance, since, reasons, attempts, failure)
                select number, '2026-11-01T00:00:00Z', 'd', 3, 'no answer' from instance
                 where machine = 'by-converted-digest'
                """);
        db.execute("insert into decision_view values ('\\x01', '{}')");
        db.execute("insert into charter values ('\\x02', '\\x7b7d')");
        db.execute("insert into site_policy values ('\\x00', 'owner: x', '2026-01-01T00:00:00Z')");
    }

    private static void publication(String id, String converted, String state) {
        db.execute(
                """
                insert into publication (mark, driver, file_name, digest, catalogue, endorsement,
                                         state, why, driver_id, attempts, changed_at, converted)
                values (gen_random_uuid(), 'cloud', '%1$s', %2$s, 'a.example', '\\x00', '%3$s', '',
                        '%1$s', 0, now(), %4$s)
                """
                        .formatted(id, ENDORSED, state, converted));
    }

    /** One that its operator tells from the others. */
    private static void decision(String operator, String resource, String image) {
        db.execute(
                """
                insert into decision (id, at, permitted, image, resource, class, action, operator,
                                      reasons, obligations, positions, policy, view)
                values (gen_random_uuid(), '2026-11-01T00:00:00Z', true, %3$s, %2$s, 'payload',
                        'instantiate', '%1$s', '[]', '[]', '{}', '\\x00', '\\x01')
                """
                        .formatted(operator, resource, image));
    }

    private static void instance(String operator) {
        db.execute(
                """
                insert into instance (id, decision, image, class, operator, consumers, host,
                                      machine, registered_at)
                select gen_random_uuid(), id, image, class, operator, '{}', 'wn001', operator, at
                  from decision where operator = ?
                """,
                operator);
    }

    private static Map<String, String> converted(String table) {
        var all = new TreeMap<String, String>();
        db.createQuery(
                        "select operator, coalesce(encode(converted, 'hex'), '') as hex from "
                                + table)
                .map((row, _) -> all.put(row.getString("operator"), row.getString("hex")))
                .list();
        return all;
    }

    @Test
    void noTableLosesARow() {
        var after = rows();

        assertThat(before).containsEntry("decision", 8L).containsEntry("condemnation", 1L);
        var renamed = new TreeMap<>(before);
        renamed.put("notice", renamed.remove("refusal_notice"));
        // Who has a lease takes it again.
        renamed.keySet().removeAll(List.of("driver_lease", "watch_lease", "flaw_lease"));
        assertThat(after).containsAllEntriesOf(renamed);
    }

    @Test
    void whoWasToldOfARefusalStaysSoAndWhoWaitsIsLookedForAgain() {
        assertThat(
                        db.createQuery(
                                        """
                                        select name || ' ' || recipient || ' ' || state
                                          from notice where kind = 'refusal' order by name
                                        """)
                                .mapTo(String.class)
                                .list())
                .containsExactly(
                        "0a".repeat(32) + " security@example.org sent",
                        "0b".repeat(32) + "  waiting");
    }

    @Test
    void decisionsAndInstancesOfAConvertedFileNameIt() {
        assertThat(converted("decision"))
                .isEqualTo(
                        Map.of(
                                "by-digest", "",
                                "by-converted-digest", CONVERTED,
                                "by-unknown-digest", "",
                                "by-guid", "",
                                "by-id-of-converted", CONVERTED,
                                "by-id-of-removed", "",
                                "by-id-of-endorsed", "",
                                "by-id-of-another-image", ""));
        assertThat(converted("instance"))
                .isEqualTo(
                        Map.of(
                                "by-digest", "",
                                "by-converted-digest", CONVERTED,
                                "by-id-of-converted", CONVERTED));
    }

    @Test
    void aCondemnationStandsAsItWas() {
        assertThat(
                        db.createQuery(
                                        """
                                        select machine || ' ' || c.attempts || ' ' || failure
                                          from condemnation c
                                          join instance on number = c.instance
                                         where pardoned_at is null and reasons = 'd'
                                           and since = '2026-11-01T00:00:00Z'
                                        """)
                                .mapTo(String.class)
                                .list())
                .containsExactly("by-converted-digest 3 no answer");
    }

    @Test
    void whatWasInViewIsKeptAsIfItWereUsedNow() {
        assertThat(
                        db.createQuery(
                                        """
                                        select count(*) from decision_view
                                         where used_at > now() - interval '10 minutes'
                                        """)
                                .mapTo(Long.class)
                                .one())
                .isEqualTo(1);
    }
}
