package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.BadServer.head;
import static org.imprimatur.node.SiteTrial.codes;
import static org.imprimatur.node.SiteTrial.json;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.node.config.YamlMember;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A site whose whole file is exchanged, member after member, while its node runs. */
class SiteExchangeIT {

    private static final String FOLLOW = "(?m)^follow:\n.*\n";

    private static Path pool;
    private static Trial trial;
    private static SiteTrial at;
    private static Node catalogue;
    private static Node site;
    private static String first;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        pool = Files.createDirectory(directory.resolve("pool"));
        trial = new Trial(directory, "catalogue.example/exchange");
        catalogue = trial.start();
        trial.prepare(catalogue);
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
        site =
                at.start(
                        NodeConfig.of(
                                YamlMember.parse(
                                        directory.resolve("site-node.yaml").toString(),
                                        at.yaml() + "witness: {name: w.example}\n")));
        at.prepare(site);
        first = policy(_ -> true).get("sitePolicy").asText();
    }

    @AfterAll
    static void stop() {
        site.close();
        catalogue.close();
    }

    @AfterEach
    void theFirstFile() {
        at.writeSite(at.siteYaml());
        policy(p -> p.get("faults").isEmpty() && p.get("sitePolicy").asText().equals(first));
    }

    // ---- Tools --------------------------------------------------------------------------------

    private static JsonNode await(String path, Predicate<JsonNode> wanted) {
        return Eventually.await(() -> json(expect(200, trial.get(site, path))), wanted);
    }

    private static JsonNode policy(Predicate<JsonNode> wanted) {
        return await("/api/v1/site/policy", wanted);
    }

    private static String put(String yaml) {
        return at.exchange(site, yaml);
    }

    private static void putMember(String member) {
        put(at.siteYaml() + member + "\n");
    }

    private Endorsed endorsed(String content, int times) throws IOException {
        byte[] image = content.repeat(times).getBytes(UTF_8);
        Files.write(trial.directory.resolve("files").resolve(content), image);
        var endorsed =
                at.endorse(catalogue, image, Trial.uri(catalogue, "/files/" + content).toString());
        at.await(site, endorsed, _ -> true);
        return endorsed;
    }

    private static JsonNode decide(Endorsed endorsed) {
        return at.decide(site, endorsed.statement().image(), "trusted-payload");
    }

    /** The ledgers that the node cosigns, since it follows them. */
    private static List<String> cosigned() {
        return json(expect(200, trial.get(site, "/api/v1/witness")))
                .get("ledgers")
                .findValuesAsText("origin");
    }

    private static Path file(Path directory, Endorsed endorsed) {
        return directory.resolve(endorsed.statement().guid() + "-1.0.raw");
    }

    // ---- Promises -----------------------------------------------------------------------------

    @Test
    void aLedgerThatIsTakenOutPermitsNothingAndCountsAgainWhenItIsBack() throws IOException {
        var endorsed = endorsed("followed", 100);
        var before = decide(endorsed);
        assertThat(before.get("decision").asBoolean()).isTrue();

        var without = put(at.siteYaml().replaceFirst(FOLLOW, ""));

        assertThat(json(trial.get(site, "/api/v1/site/sources")).get("sources")).isEmpty();
        assertThat(cosigned()).isEmpty();
        var denied = decide(endorsed);
        assertThat(codes(denied)).containsExactly("image-unknown");
        assertThat(denied.at("/context/sitePolicy").asText()).isEqualTo(without);
        // What was decided while it was followed is kept with all that it rests on.
        var replay =
                await(
                        "/api/v1/site/decisions/" + before.at("/context/id").asText() + "/replay",
                        _ -> true);
        assertThat(replay.get("same").asBoolean()).isTrue();
        assertThat(replay.get("differs").asBoolean()).isTrue();

        assertThat(put(at.siteYaml())).isEqualTo(first);
        assertThat(cosigned()).containsExactly(trial.origin.text());
        assertThat(decide(endorsed).get("decision").asBoolean()).isTrue();
        var later = endorsed("afterwards", 100);
        assertThat(decide(later).get("decision").asBoolean()).isTrue();
    }

    @Test
    void noDecisionIsByTheLedgersOfOneFileAndThePolicyOfAnother() throws Exception {
        var endorsed = endorsed("mixed", 100);
        // Neither file permits it: one trusts nobody whose word it has, the other has no word.
        var untrusting = at.siteYaml().replace("vo:biomed", "vo:other");
        var unfollowing = at.siteYaml().replaceFirst(FOLLOW, "");
        var digests = new ArrayList<String>(List.of(put(untrusting)));
        var done = new AtomicBoolean();
        var seen = ConcurrentHashMap.<String>newKeySet();
        var asking = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            asking.add(
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        while (!done.get()) {
                                            var decision = decide(endorsed);
                                            seen.add(
                                                    codes(decision)
                                                            + decision.at("/context/sitePolicy")
                                                                    .asText());
                                        }
                                    }));
        }
        for (int i = 0; i < 3; i++) {
            digests.add(put(unfollowing));
            digests.add(put(untrusting));
        }
        done.set(true);
        for (var thread : asking) {
            thread.join();
        }

        assertThat(seen)
                .isSubsetOf(
                        "[owner-not-trusted]" + digests.get(0), "[image-unknown]" + digests.get(1));
        assertThat(seen).anyMatch(one -> one.endsWith(digests.get(1)));
    }

    @Test
    void aDriverBeginsGoesOnOtherwiseAndWithdrawsWhatItOffersWhenItIsTakenOut() throws IOException {
        var endorsed = endorsed("published", 1000);
        at.approve(site, endorsed);
        at.await(site, endorsed, "available"::equals);

        putMember("drivers: [{name: pool, kind: directory, path: pool}]");
        at.awaitPublication(site, "pool", endorsed, "published");
        assertThat(file(pool, endorsed)).hasContent("published".repeat(1000));

        putMember("drivers: [{name: pool, kind: directory, path: pool, owners: [\"vo:other\"]}]");
        at.awaitPublication(site, "pool", endorsed, "removed");
        assertThat(file(pool, endorsed)).doesNotExist();

        putMember("drivers: [{name: pool, kind: directory, path: pool}]");
        Eventually.await(() -> Files.exists(file(pool, endorsed)));
        at.awaitPublication(site, "pool", endorsed, "published");

        put(at.siteYaml());
        var gone = at.awaitPublication(site, "pool", endorsed, "removed");
        assertThat(gone.get("why").asText()).contains("no longer in the site's file");
        assertThat(file(pool, endorsed)).doesNotExist();
        assertThat(at.publications(site).at("/drivers/0/leaving").asBoolean()).isTrue();

        putMember("drivers: [{name: pool, kind: directory, path: pool}]");
        Eventually.await(() -> Files.exists(file(pool, endorsed)));
        assertThat(at.publications(site).at("/drivers/0").has("leaving")).isFalse();
    }

    @Test
    void aLimitOnTransfersCountsForThoseThatRun() throws IOException {
        var slow = at.siteYaml().replace("transfer: {", "transfer: {bandwidth: 100K, ");
        put(slow);
        var endorsed = endorsed("large", 1_000_000);
        at.approve(site, endorsed);
        at.await(site, endorsed, "transferring"::equals);
        assertThat(at.await(site, endorsed, _ -> true).get("state").asText())
                .isEqualTo("transferring");

        long start = System.nanoTime();
        put(at.siteYaml());
        at.await(site, endorsed, "available"::equals);

        // It would take fifty seconds.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(25));
    }

    @Test
    void whatCouldNotBeFetchedIsTriedAtOnceByTheNewFile() {
        try (var server = new BadServer()) {
            byte[] image = "late".repeat(100).getBytes(UTF_8);
            var address = server.at("/late.raw", (_, out) -> head(out, "403 Forbidden"));
            var endorsed = at.endorse(catalogue, image, address);
            at.approve(site, endorsed);
            at.await(site, endorsed, "failed"::equals);
            // Its pause is longer then than this test waits.
            for (int failures = 1; failures < 5; failures++) {
                int asked = server.asked.size();
                at.clock.forward(Duration.ofSeconds(10L << failures - 1));
                Eventually.await(
                        () -> {
                            at.endorse(catalogue, UUID.randomUUID().toString().getBytes(UTF_8));
                            return server.asked.size() > asked;
                        });
                at.await(site, endorsed, "failed"::equals);
            }
            server.at("/late.raw", BadServer.good(image));

            put(at.siteYaml().replace("stall-after: 1s", "stall-after: 2s"));

            at.await(site, endorsed, "available"::equals);
        }
    }

    @Test
    void endorsersAreToldByTheCommandThatIsInForce() throws IOException {
        var mail = trial.directory.resolve("mail");
        putMember("notify: {command: [/usr/bin/tee, %s]}".formatted(mail));
        var endorsed = endorsed("refused", 100);

        expect(201, at.submit(site, at.refusal(endorsed, trial.origin)));

        Eventually.await(() -> Files.exists(mail));
    }

    /** A connection to the site's database. */
    private static Connection database() throws IOException, SQLException {
        var data = trial.directory.resolve("site-data");
        var port = Files.readAllLines(data.resolve("postgresql/postmaster.pid")).get(3);
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%s/postgres".formatted(port),
                "imprimatur",
                Files.readString(data.resolve("postgresql.password")).strip());
    }

    private static long kept(java.sql.Statement sql) {
        try (var rows = sql.executeQuery("select count(*) from site_policy")) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aLedgerGoesOnWhenAnExchangeWasBrokenOffAndTheFileIsAsItWas() throws Exception {
        var other = at.siteYaml().replace("poll: 30s", "poll: 29s");
        assertThat(other).isNotEqualTo(at.siteYaml());
        try (var db = database();
                var sql = db.createStatement()) {
            long before = kept(sql);
            sql.execute("alter table followed_ledger rename to out_of_reach");
            try {
                at.writeSite(other);
                Eventually.await(() -> kept(sql) > before);
                Thread.sleep(1000); // long enough to fail after that, too
                at.writeSite(at.siteYaml());
            } finally {
                sql.execute("alter table out_of_reach rename to followed_ledger");
            }
        }

        var endorsed = endorsed("resumed", 100);
        assertThat(decide(endorsed).get("decision").asBoolean()).isTrue();
        assertThat(policy(_ -> true).get("sitePolicy").asText()).isEqualTo(first);
    }

    private static HttpResponse<String> register(String decision, UUID id) {
        return at.ask(
                site,
                "/api/v1/site/instances",
                """
                {"id": "%s", "decision": "%s", "host": "wn1", "machine": "vm1"}
                """
                        .formatted(id, decision));
    }

    @Test
    void instancesAreRegisteredAndEndedByWhatIsInForce() throws IOException {
        var endorsed = endorsed("runs", 100);
        var decision = decide(endorsed).at("/context/id").asText();
        var id = UUID.randomUUID();
        expect(422, register(decision, id));

        putMember("instances: {operators: any}");
        expect(201, register(decision, id));
        at.revoke(catalogue, endorsed);
        await("/api/v1/site/instances/" + id, one -> one.has("condemned"));

        put(
                at.siteYaml()
                        + """
                        drivers:
                          - {name: cloud, kind: exec, program: [/bin/sh, -c, "cat > /dev/null; echo '{}'"]}
                        instances:
                          operators: any
                          terminate: {after: 1s, classes: [trusted-payload], driver: cloud}
                        """);
        await("/api/v1/site/instances/" + id, one -> one.get("state").asText().equals("stopped"));
    }

    @Test
    void aFileThatCannotBeTakenChangesNothingOfIt() throws IOException {
        var endorsed = endorsed("unchanged", 100);
        var bad =
                List.of(
                        at.siteYaml().replace("store: store", "store: elsewhere"),
                        at.siteYaml() + "notify: {command: [sendmail]}\n",
                        at.siteYaml()
                                + "drivers: [{name: cloud, kind: glance, endpoints: {image: \"https://image.example\"}, authorities: nothing.pem}]\n");
        for (var yaml : bad) {
            at.writeSite(yaml.replaceFirst(FOLLOW, ""));
            policy(p -> !p.get("faults").isEmpty());
            assertThat(json(trial.get(site, "/api/v1/site/sources")).get("sources")).hasSize(1);
            var decision = decide(endorsed);
            assertThat(decision.get("decision").asBoolean()).isTrue();
            assertThat(decision.at("/context/sitePolicy").asText()).isEqualTo(first);
            at.writeSite(at.siteYaml());
            policy(p -> p.get("faults").isEmpty());
        }
    }
}
