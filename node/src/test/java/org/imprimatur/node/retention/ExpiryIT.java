package org.imprimatur.node.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.node.Eventually;
import org.imprimatur.node.Trial;
import org.imprimatur.node.follow.Seen;
import org.imprimatur.node.follow.ViewTable;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.DataDirectory;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Charter;
import org.imprimatur.register.KnownFlaws;
import org.imprimatur.register.Origin;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Sha256;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpiryIT {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration YEAR = Duration.ofDays(365);

    private static DataDirectory data;
    private static Database database;

    @BeforeAll
    static void open(@TempDir Path directory) {
        data = DataDirectory.open(directory);
        database = Database.open(Optional.empty(), data, Trial.PROGRAMS, new SecureRandom());
    }

    @AfterAll
    static void close() {
        database.close();
        data.close();
    }

    @AfterEach
    void empty() {
        database.change(
                db -> {
                    db.execute("delete from condemnation");
                    db.execute("delete from instance");
                    db.execute("delete from decision");
                    db.execute("delete from decision_view");
                    db.execute("delete from flaw");
                    db.execute("delete from flaw_revision");
                });
    }

    @Test
    void whatIsOlderThanTheSiteKeepsItGoesAndTheRestStays() {
        decision(400);
        var young = decision(300);

        look(Optional.of(YEAR), Optional.empty());

        assertThat(ids("decision")).containsExactly(young);
    }

    @Test
    void aDecisionStaysAsLongAsAnInstanceRestsOnIt() {
        var running = decision(400);
        var ended = decision(400);
        instance(running, null);
        instance(ended, 10);

        look(Optional.of(YEAR), Optional.of(YEAR));

        assertThat(ids("decision")).containsExactlyInAnyOrder(running, ended);
    }

    @Test
    void anInstanceThatEndedLongAgoGoesWithItsCondemnationsAndThenItsDecision() {
        var decision = decision(900);
        condemn(instance(decision, 400));
        instance(decision(900), null);

        look(Optional.of(YEAR), Optional.of(YEAR));

        assertThat(ids("instance")).hasSize(1);
        assertThat(ids("decision")).hasSize(1).doesNotContain(decision);
        assertThat(count("condemnation")).isZero();
    }

    @Test
    void whatIsNotSaidToEndIsKeptForEver() {
        instance(decision(9000), 8999);
        decision(9000);

        look(Optional.empty(), Optional.empty());

        assertThat(ids("decision")).hasSize(2);
        assertThat(ids("instance")).hasSize(1);
    }

    @Test
    void moreThanOneTransactionTakesAreTakenAtOneLook() {
        decisions(25_000, 400);

        look(Optional.of(YEAR), Optional.empty());

        assertThat(count("decision")).isZero();
    }

    @Test
    void whatWasInViewGoesADayAfterTheLastDecisionThatRestedOnIt() {
        var old = view(1, 400);
        rests(decision(401), old);
        var justUnused = view(2, 365);
        rests(decision(366), justUnused);
        var kept = view(3, 400);
        var running = decision(401);
        rests(running, kept);
        instance(running, null);
        var used = view(4, 10);
        rests(decision(20), used);

        look(Optional.of(YEAR), Optional.empty());

        assertThat(views()).containsExactlyInAnyOrder(justUnused, kept, used);
    }

    @Test
    void whatWasKnownOfFlawsGoesWhenNothingIsKeptThatWasDecidedInItsKnowledge() {
        known(1, 900);
        known(2, 500);
        known(3, 400);
        known(4, 20);
        flaw("long gone", 1, 2L);
        flaw("decided by", 2, 3L);
        flaw("gone lately", 2, 4L);
        flaw("open", 1, null);
        rests(decision(10), view(seen(1, 2L), 10));

        look(Optional.of(YEAR), Optional.empty());

        assertThat(flaws()).containsExactlyInAnyOrder("decided by", "gone lately", "open");

        look(Optional.empty(), Optional.of(YEAR));
        assertThat(flaws()).hasSize(3);
        database.change(db -> db.execute("delete from decision_view"));
        look(Optional.of(YEAR), Optional.empty());
        assertThat(flaws()).containsExactlyInAnyOrder("gone lately", "open");
    }

    private static void known(long revision, int daysAgo) {
        database.change(
                db ->
                        db.execute(
                                "insert into flaw_revision (revision, at, fault) values (?, ?, '')",
                                revision,
                                utc(NOW.minus(Duration.ofDays(daysAgo)))));
    }

    private static void flaw(String id, long from, @Nullable Long until) {
        database.change(
                db ->
                        db.execute(
                                """
                                insert into flaw (sbom, name, installed, id, from_revision,
                                                  until_revision, fixed, urgency, since)
                                values (sha256('x'), 'openssl', '1', ?, ?, ?, '', 'high', now())
                                """,
                                id,
                                from,
                                until));
    }

    private static List<String> flaws() {
        return database.read(
                db -> db.createQuery("select id from flaw").mapTo(String.class).list());
    }

    @Test
    void whatIsInViewForLongStaysWhileItIsDecidedBy() {
        var view = view(1, 400);
        view(1, 2);
        view(1, 400);

        look(Optional.of(YEAR), Optional.empty());

        assertThat(views()).containsExactly(view);
    }

    @Test
    void whatIsInViewAgainIsThereForADecisionThatIsJustBeingWritten() throws Exception {
        var view = view(1, 400);
        var writing = new CountDownLatch(1);
        var looked = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var written =
                    threads.submit(
                            () ->
                                    database.change(
                                            db -> {
                                                new ViewTable(db).keep(seen(1), NOW);
                                                writing.countDown();
                                                await(looked);
                                            }));
            await(writing);
            look(Optional.of(YEAR), Optional.empty());
            looked.countDown();
            written.get();
        }

        assertThat(views()).containsExactly(view);
    }

    @Test
    void whatIsJustBeingTakenAwayIsThereAgainForADecision() throws Exception {
        var view = view(1, 400);
        var taken = new CountDownLatch(1);
        var waits = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var gone =
                    threads.submit(
                            () ->
                                    database.change(
                                            db -> {
                                                new RetentionTable(db)
                                                        .takeViews(NOW.minus(YEAR), 10);
                                                taken.countDown();
                                                await(waits);
                                            }));
            await(taken);
            var written = threads.submit(() -> view(1, 0));
            Eventually.await(() -> count("pg_locks where not granted") > 0);
            waits.countDown();
            gone.get();
            written.get();
        }

        assertThat(views()).containsExactly(view);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- Records ------------------------------------------------------------------------------

    private static void look(Optional<Duration> decisions, Optional<Duration> instances) {
        try (var expiry =
                new Expiry(
                        () -> new Retention(decisions, instances),
                        database,
                        () -> NOW,
                        new Metrics())) {
            expiry.look();
        }
    }

    private static UUID decision(int daysAgo) {
        return decisions(1, daysAgo).getFirst();
    }

    private static List<UUID> decisions(int count, int daysAgo) {
        return database.write(
                db ->
                        db.createQuery(
                                        """
                                        insert into decision (id, at, permitted, class, action,
                                                              operator, reasons, obligations,
                                                              positions, policy)
                                        select gen_random_uuid(), :at, true, 'payload',
                                               'instantiate', 'CN=Olga', '[]', '[]', '{}', '\\x00'
                                          from generate_series(1, :count)
                                        returning id
                                        """)
                                .bind("at", utc(NOW.minus(Duration.ofDays(daysAgo))))
                                .bind("count", count)
                                .mapTo(UUID.class)
                                .list());
    }

    private static Seen seen(long size) {
        return seen(size, null);
    }

    private static Seen seen(long size, @Nullable Long flaws) {
        var charter =
                new Charter(
                        new Origin("a.example"),
                        NoteSigner.ofSeed("a.example", new byte[32]).verifier().toString(),
                        new PolicyRef("trial-policy", "1", Sha256.of(new byte[0])),
                        List.of());
        return new Seen(
                List.of(new Seen.Ledger(charter, size, null, null)),
                List.of(),
                flaws == null ? null : new KnownFlaws.AsOf(flaws, Duration.ofDays(7)));
    }

    /** What is in view with a ledger of so many entries, and is decided by on that day. */
    private static Sha256 view(long size, int daysAgo) {
        return view(seen(size), daysAgo);
    }

    private static Sha256 view(Seen seen, int daysAgo) {
        return database.write(
                db -> new ViewTable(db).keep(seen, NOW.minus(Duration.ofDays(daysAgo))));
    }

    private static void rests(UUID decision, Sha256 view) {
        database.change(
                db ->
                        db.execute(
                                "update decision set view = ? where id = ?",
                                view.bytes(),
                                decision));
    }

    private static List<Sha256> views() {
        return database.read(
                db ->
                        db.createQuery("select digest from decision_view")
                                .mapTo(byte[].class)
                                .map(Sha256::ofBytes)
                                .list());
    }

    private static UUID instance(UUID decision, @Nullable Integer endedDaysAgo) {
        var id = UUID.randomUUID();
        database.change(
                db ->
                        db.createUpdate(
                                        """
                                        insert into instance (id, decision, image, class, operator,
                                                              consumers, host, machine,
                                                              registered_at, stopped_at)
                                        values (:id, :decision, '\\x00', 'payload', 'CN=Olga', '{}',
                                                'wn001', :machine, :registered, :stopped)
                                        """)
                                .bind("id", id)
                                .bind("decision", decision)
                                .bind("machine", id.toString())
                                .bind("registered", utc(NOW.minus(YEAR.multipliedBy(3))))
                                .bind(
                                        "stopped",
                                        endedDaysAgo == null
                                                ? null
                                                : utc(NOW.minus(Duration.ofDays(endedDaysAgo))))
                                .execute());
        return id;
    }

    private static void condemn(UUID instance) {
        database.change(
                db -> {
                    db.execute(
                            "insert into condemnation_reasons (digest, reasons) values ('d', '[]')");
                    db.execute(
                            """
                            insert into condemnation (instance, since, reasons)
                            select number, now(), 'd' from instance where id = ?
                            """,
                            instance);
                });
    }

    private static List<UUID> ids(String table) {
        return database.read(
                db -> db.createQuery("select id from " + table).mapTo(UUID.class).list());
    }

    private static long count(String table) {
        return database.read(
                db -> db.createQuery("select count(*) from " + table).mapTo(Long.class).one());
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
