package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.BadServer.head;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.store.ExternalPostgres;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The PostgreSQL of a catalogue and a site ends, in both ways, while decisions, approvals and a
 * transfer run.
 */
class DatabaseFaultsIT {

    private static final int IMAGES = 8;

    private final MovableClock clock = new MovableClock();
    private Trial trial;
    private ExternalPostgres postgres;
    private Node catalogue;
    private SiteTrial at;
    private Node site;

    private final List<Endorsed> endorsed = new ArrayList<>();
    private Endorsed asEver;
    private Endorsed revoked;

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> decisions = ConcurrentHashMap.newKeySet();
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final AtomicInteger permits = new AtomicInteger();
    private volatile boolean stop;

    @BeforeEach
    void start(@TempDir Path directory) throws SQLException {
        trial = new Trial(directory, "catalogue.example/database");
        postgres = new ExternalPostgres(directory.resolve("postgres"));
        catalogue = start(trial.yaml(), postgres.create("catalogue"));
        trial.prepare(catalogue);
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "1s");
        at.config();
        site = start(at.yaml(), postgres.create("site"));
        at.prepare(site);
    }

    @AfterEach
    void end() {
        stop = true;
        site.close();
        catalogue.close();
        postgres.close();
    }

    @Test
    @Clause({"END-2.operator", "WLCG-5"})
    void aSiteComesBackByItselfAndLosesNothingThatItAcknowledged() throws Exception {
        var goOn = new CountDownLatch(1);
        byte[] image = new byte[400_000];
        new Random(1).nextBytes(image);
        try (var server = new BadServer()) {
            for (int i = 0; i < IMAGES; i++) {
                endorsed.add(at.endorse(catalogue, ("image " + i).getBytes(UTF_8)));
            }
            asEver = at.endorse(catalogue, "as ever".getBytes(UTF_8));
            revoked = at.endorse(catalogue, "revoked".getBytes(UTF_8));
            at.revoke(catalogue, revoked);
            var slow = at.endorse(catalogue, image, server.at("/image", slow(image, goOn)));
            at.approve(site, slow);
            Path file = at.store.resolve(slow.statement().guid() + "-1.0.raw");
            at.await(site, revoked, "revoked"::equals);
            at.await(site, slow, Set.of("transferring", "failed")::contains);
            var load = List.of(begin(this::approveAndRefuse), begin(this::decide));
            await(() -> acknowledged.size() > 3 && permits.get() > 3);

            postgres.kill();
            int before = decisions.size();
            await(() -> decisions.size() > before);
            Thread.sleep(1000);
            assertThat(file).doesNotExist();
            assertThat(ready(503)).isTrue();
            postgres.start();
            var size = acknowledged.size();
            await(() -> acknowledged.size() > size + 3 && ready(200));

            postgres.stop();
            Thread.sleep(500);
            postgres.start();
            var then = acknowledged.size();
            await(() -> acknowledged.size() > then + 3 && ready(200));
            goOn.countDown();
            clock.forward(Duration.ofMinutes(2)); // for the pause after a failure
            at.await(site, slow, "available"::equals);
            stop = true;
            for (var thread : load) {
                thread.join();
            }

            assertThat(file).hasBinaryContent(image);
            assertThat(wrong).isEmpty();
            for (var id : acknowledged) {
                expect(200, trial.get(site, "/api/v1/statements/" + id));
            }
            assertThat(decisions.size()).isGreaterThan(50);
            for (var id : decisions) {
                expect(200, trial.get(site, "/api/v1/site/decisions/" + id));
            }
            site.close();
            assertThat(Files.exists(file)).isTrue();
        }
    }

    @Test
    @Clause("WLCG-3")
    void anApprovalThatTheDatabaseEndsUnderCountsNotAtAllOrForGood() throws Exception {
        var image = at.endorse(catalogue, "approved".getBytes(UTF_8));
        at.await(site, image, "eligible"::equals);
        byte[] approval = trial.sign(at.approval(image, trial.origin), at.approver);
        try (var held = hold("entry")) {
            var answer = CompletableFuture.supplyAsync(() -> trial.post(site, approval));
            await(() -> waiting(held) > 0);
            postgres.kill();
            assertThat(answer.join().statusCode()).isEqualTo(503);
            assertThat(permitted(image, "infrastructure")).isFalse();
        }

        postgres.start();
        await(() -> ready(200));
        assertThat(permitted(image, "infrastructure")).as("nobody was told so").isFalse();
        var id = submit(at.approval(image, trial.origin));
        assertThat(permitted(image, "infrastructure")).isTrue();

        postgres.kill();
        postgres.start();
        await(() -> ready(200));
        expect(200, trial.get(site, "/api/v1/statements/" + id));
        site.close();
        site = start(at.yaml(), postgres.url("site"));
        assertThat(permitted(image, "infrastructure")).isTrue();
    }

    /** First when the new rules are to be kept, then when a ledger is to be taken up anew. */
    @ParameterizedTest
    @ValueSource(strings = {"site_policy", "followed_ledger"})
    @Clause("END-2.operator")
    void anExchangeOfTheSitesFileThatTheDatabaseEndsUnderIsMadeWhenItIsBack(String table)
            throws Exception {
        asEver = at.endorse(catalogue, "as ever".getBytes(UTF_8));
        revoked = at.endorse(catalogue, "revoked".getBytes(UTF_8));
        at.revoke(catalogue, revoked);
        at.await(site, asEver, _ -> true);
        at.await(site, revoked, "revoked"::equals);
        var before = policy().get("sitePolicy").asText();
        var load = begin(this::decide);
        await(() -> permits.get() > 3);

        try (var held = hold(table)) {
            long kept = count(held, "select count(*) from site_policy");
            at.writeSite(
                    at.siteYaml()
                            .replace("poll: 1s", "poll: 2s")
                            .replace(
                                    "trusted-payload: {trust: [\"vo:biomed\"]",
                                    "trusted-payload: {trust: [\"vo:other\"]"));
            await(
                    () ->
                            table.equals("site_policy")
                                    ? waiting(held) > 0
                                    : count(held, "select count(*) from site_policy") > kept);
            Thread.sleep(500); // until the exchange waits for the table
            postgres.kill();
            Thread.sleep(1500); // it is tried again meanwhile
        }
        assertThat(policy().get("sitePolicy").asText()).isEqualTo(before);
        postgres.start();
        await(() -> !policy().get("sitePolicy").asText().equals(before) && ready(200));

        assertThat(policy().get("faults")).isEmpty();
        var strict = at.decide(site, asEver.statement().image(), "trusted-payload");
        assertThat(SiteTrial.codes(strict)).containsExactly("owner-not-trusted");
        var later = at.endorse(catalogue, "later".getBytes(UTF_8));
        at.await(site, later, _ -> true);
        stop = true;
        load.join();
        assertThat(wrong).isEmpty();
        for (var id : decisions) {
            var replay = "/api/v1/site/decisions/%s/replay".formatted(id);
            var made = SiteTrial.json(expect(200, trial.get(site, replay)));
            assertThat(made.get("same").asBoolean()).as(made.toPrettyString()).isTrue();
            assertThat(made.at("/recorded/decision").asBoolean())
                    .isEqualTo(
                            made.at("/question/resource/id")
                                            .asText()
                                            .equals(asEver.statement().image().toString())
                                    && made.at("/recorded/context/sitePolicy")
                                            .asText()
                                            .equals(before));
        }
    }

    @Test
    void oneReplayRunsAtATimeAndWhoeverComesMeanwhileIsToldToComeAgain() throws Exception {
        asEver = at.endorse(catalogue, "as ever".getBytes(UTF_8));
        at.await(site, asEver, _ -> true);
        assertThat(permitted(asEver, "trusted-payload")).isTrue();
        var replay = "/api/v1/site/decisions/%s/replay".formatted(decisions.iterator().next());
        expect(200, trial.get(site, replay)); // on record
        CompletableFuture<HttpResponse<String>> first;
        try (var held = hold("site_policy")) {
            first = CompletableFuture.supplyAsync(() -> trial.get(site, replay));
            await(() -> waiting(held) > 0);

            var second = expect(503, trial.get(site, replay));
            assertThat(second.body()).contains("replay-busy");
            assertThat(second.headers().firstValue("Retry-After")).contains("5");
        }
        expect(200, first.join());
        expect(200, trial.get(site, replay));
    }

    private JsonNode policy() {
        return SiteTrial.json(expect(200, trial.get(site, "/api/v1/site/policy")));
    }

    /** Nobody gets at that table of the site until the connection ends. */
    private Connection hold(String table) throws SQLException {
        var connection = DriverManager.getConnection(postgres.url("site"));
        connection.setAutoCommit(false);
        try (var sql = connection.createStatement()) {
            sql.execute("lock table %s in access exclusive mode".formatted(table));
        }
        return connection;
    }

    /** How many others wait for what is held. */
    private static long waiting(Connection held) {
        return count(
                held,
                "select count(*) from pg_locks where not granted and database = (select oid from pg_database where datname = 'site')");
    }

    private static long count(Connection connection, String query) {
        try (var sql = connection.createStatement();
                var rows = sql.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private Node start(String yaml, String url) {
        var file = trial.directory.resolve("node.yaml").toString();
        var config = YamlMember.parse(file, yaml + "database: \"" + url + "\"\n");
        return Node.start(NodeConfig.of(config), clock);
    }

    /** A part of the file, and then nothing until it may go on. */
    private static BadServer.Manners slow(byte[] image, CountDownLatch goOn) {
        return (ask, out) -> {
            int from = ask.from();
            head(
                    out,
                    ask.range().isEmpty() ? "200 OK" : "206 Partial Content",
                    "Content-Length: " + (image.length - from),
                    "Content-Range: bytes %d-%d/%d"
                            .formatted(from, image.length - 1, image.length));
            int part = Math.min(1000, image.length - from);
            out.write(image, from, part);
            out.flush();
            goOn.await();
            out.write(image, from + part, image.length - from - part);
        };
    }

    private interface Work {
        void run(int round) throws Exception;
    }

    private Thread begin(Work work) {
        return Thread.ofVirtual()
                .start(
                        () -> {
                            for (int round = 0; !stop; round++) {
                                try {
                                    work.run(round);
                                    Thread.sleep(5);
                                } catch (Exception | AssertionError e) {
                                    wrong.add(e.toString());
                                    return;
                                }
                            }
                        });
    }

    /** One image after the other is approved, asked for, refused, and asked for again. */
    private void approveAndRefuse(int round) throws InterruptedException {
        var one = endorsed.get(round % IMAGES);
        acknowledged.add(submit(at.approval(one, trial.origin)));
        if (!permitted(one, "infrastructure")) {
            wrong.add("approved, and denied: " + round);
        }
        acknowledged.add(submit(at.refusal(one, trial.origin)));
        if (permitted(one, "infrastructure")) {
            wrong.add("refused, and permitted: " + round);
        }
    }

    /** The same statement again and again, until the site has taken it: its id. */
    private String submit(Statement statement) throws InterruptedException {
        byte[] envelope = trial.sign(statement, at.approver);
        var answer = trial.post(site, envelope);
        while (answer.statusCode() == 503) {
            Thread.sleep(50);
            answer = trial.post(site, envelope);
        }
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
        return SiteTrial.json(answer).get("id").asText();
    }

    private boolean permitted(Endorsed one, String useClass) {
        var decision = at.decide(site, one.statement().image(), useClass);
        decisions.add(decision.get("context").get("id").asText());
        return decision.get("decision").asBoolean();
    }

    /** A revoked image is never permitted; one that needs no approval is all the time. */
    private void decide(int round) {
        if (permitted(revoked, "trusted-payload")) {
            wrong.add("revoked, and permitted");
        }
        if (permitted(asEver, "trusted-payload")) {
            permits.incrementAndGet();
        }
    }

    private boolean ready(int status) {
        return trial.get(site, "/health/ready").statusCode() == status;
    }

    private void await(BooleanSupplier what) {
        Eventually.await(
                () -> {
                    assertThat(wrong).isEmpty();
                    return what.getAsBoolean();
                });
    }
}
