package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.node.Eventually.await;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.node.catalogue.LedgerFault;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.store.ExternalPostgres;
import org.imprimatur.node.store.StoreException;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.Urgency;
import org.imprimatur.trust.SigningKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes of one site on one database, each with a data directory and a store of its own, and
 * with a copy of the ledger's key.
 */
class TwoNodesIT {

    private static Path directory;
    private static ExternalPostgres postgres;
    private static String database;
    private static Trial trial;
    private static Node catalogue;
    private static SiteTrial at;
    private static TrialPlace place;
    private static SigningKey officer;
    private static Node a;
    private static Node b;

    @BeforeAll
    static void start(@TempDir Path temp) throws Exception {
        directory = temp;
        postgres = new ExternalPostgres(temp.resolve("postgres"));
        database = postgres.create("site");
        trial = new Trial(temp, "catalogue.example/two");
        catalogue =
                Node.start(
                        config(trial.yaml() + database(postgres.create("catalogue"))),
                        new MovableClock());
        trial.prepare(catalogue);
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "1s");
        place = new TrialPlace(temp.resolve("place"));
        at.drivers =
                """
                drivers:
                  - {name: cloud, kind: exec, program: ["%1$s"]}
                notify: {command: ["%1$s"], from: site@example.org}
                instances:
                  operators: any
                  terminate: {after: 10m, classes: [infrastructure], driver: cloud}
                """
                        .formatted(place.program());
        a = node("a");
        at.prepare(a);
        officer = at.officer(a);
        takeKey("a", "b");
        b = node("b");
    }

    @AfterAll
    static void stop() {
        a.close();
        b.close();
        catalogue.close();
        postgres.close();
    }

    // ---- Tools --------------------------------------------------------------------------------

    private static String database(String url) {
        return "database: \"" + url + "\"\n";
    }

    private static NodeConfig config(String yaml) {
        return NodeConfig.of(YamlMember.parse(directory.resolve("node.yaml").toString(), yaml));
    }

    /** The configuration of one of the site's nodes; its site file is there then. */
    private static String yaml(String name) throws IOException {
        Files.writeString(
                directory.resolve("site-" + name + ".yaml"),
                at.siteYaml().replace("store: store", "store: store-" + name));
        return at.yaml()
                        .replace("data: site-data", "data: data-" + name)
                        .replace("site: site.yaml", "site: site-" + name + ".yaml")
                + database(database);
    }

    private static Node node(String name) throws IOException {
        return Node.start(config(yaml(name)), at.clock);
    }

    private static void takeKey(String from, String to) throws IOException {
        Files.createDirectories(directory.resolve("data-" + to));
        Files.copy(
                directory.resolve("data-" + from + "/ledger.key"),
                directory.resolve("data-" + to + "/ledger.key"));
    }

    private static Endorsed endorse(String content) throws IOException {
        var name = UUID.randomUUID().toString();
        Files.writeString(directory.resolve("files/" + name), content);
        return at.endorse(
                catalogue,
                content.getBytes(UTF_8),
                Trial.uri(catalogue, "/files/" + name).toString());
    }

    private static Path stored(String name, Endorsed endorsed) {
        return directory.resolve(
                "store-%s/%s-1.0.raw".formatted(name, endorsed.statement().guid()));
    }

    private static boolean permits(Node node, Endorsed endorsed) {
        return at.decide(node, endorsed.statement().image(), "infrastructure")
                .get("decision")
                .asBoolean();
    }

    private static JsonNode post(Node node, String path, String body) {
        var answer = at.ask(node, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
        return SiteTrial.json(answer);
    }

    /** What a node that is gone had taken on is free at once, and not only after its 15 seconds. */
    private static void endLeases() throws Exception {
        try (var db = DriverManager.getConnection(database);
                var statement = db.createStatement()) {
            statement.execute("update lease set until = now()");
        }
    }

    // ---- Promises -----------------------------------------------------------------------------

    @Test
    @Clause("END-2.operator")
    void whatIsSaidAtOneCountsAtTheOther() throws Exception {
        var endorsed = endorse("said at one");
        at.await(a, endorsed, "eligible"::equals);
        at.await(b, endorsed, "eligible"::equals);

        at.approve(a, endorsed);
        await(() -> permits(b, endorsed));
        at.approve(b, endorse("meanwhile at the other"));
        var suspension =
                new Suspension(
                        at.header(officer),
                        SiteTrial.ALPHA,
                        new org.imprimatur.register.Person("CN=Olga", "CN=Some CA"),
                        List.of(),
                        Suspension.Reason.SECURITY,
                        Urgency.CRITICAL,
                        "a key is at large");
        var id =
                SiteTrial.json(expect(201, trial.post(b, trial.sign(suspension, officer))))
                        .get("id")
                        .asText();
        await(() -> !permits(a, endorsed));
        expect(
                201,
                trial.post(
                        a,
                        trial.sign(
                                new org.imprimatur.register.Statement.Reinstatement(
                                        at.header(officer),
                                        SiteTrial.ALPHA,
                                        suspension.person(),
                                        org.imprimatur.register.StatementId.parse(id),
                                        "the key is found"),
                                officer)));
        await(() -> permits(b, endorsed));
    }

    @Test
    @Clause("END-4.6")
    void bothFollowAndHoldImagesInStoresOfTheirOwn() throws Exception {
        var endorsed = endorse("held by both");
        at.approve(b, endorsed);
        at.await(a, endorsed, "available"::equals);
        at.await(b, endorsed, "available"::equals);
        assertThat(stored("a", endorsed)).hasContent("held by both");
        assertThat(stored("b", endorsed)).hasContent("held by both");
        for (int i = 0; i < 3; i++) {
            var more = endorse("more " + i);
            at.await(a, more, "eligible"::equals);
            at.await(b, more, "eligible"::equals);
        }
        for (var node : List.of(a, b)) {
            assertThat(at.source(node).get("state").asText())
                    .as(at.source(node).toString())
                    .isEqualTo("fresh");
        }

        var before = Files.getAttribute(stored("a", endorsed), "unix:ctime");
        a.close();
        a = node("a");
        at.await(a, endorsed, "available"::equals);
        assertThat(Files.getAttribute(stored("a", endorsed), "unix:ctime"))
                .as("it was not taken out of sight")
                .isEqualTo(before);

        at.revoke(catalogue, endorsed);
        await(() -> !Files.exists(stored("a", endorsed)) && !Files.exists(stored("b", endorsed)));
    }

    @Test
    void whatOneDoesTheOtherDoesNotDoAgain() throws Exception {
        var endorsed = endorse("once");
        var image = endorsed.statement().image();
        int published = place.asked("publish").size();
        at.approve(a, endorsed);
        at.await(a, endorsed, "available"::equals);
        at.await(b, endorsed, "available"::equals);
        await(() -> place.asked("publish").size() > published);
        var decision =
                post(
                        a,
                        "/access/v1/evaluation",
                        """
                        {"subject": {"type": "operator", "id": "CN=Karl"},
                         "action": {"name": "instantiate"},
                         "resource": {"type": "image", "id": "%s"},
                         "context": {"class": "infrastructure", "host": "wn1"}}
                        """
                                .formatted(image));
        post(
                b,
                "/api/v1/site/instances",
                """
                {"id": "%s", "decision": "%s", "host": "wn1", "machine": "m-once"}
                """
                        .formatted(UUID.randomUUID(), decision.get("context").get("id").asText()));
        var refused = endorse("told once");
        at.await(a, refused, "eligible"::equals);
        at.await(b, refused, "eligible"::equals);
        expect(201, at.submit(b, at.refusal(refused, trial.origin)));

        at.revoke(catalogue, endorsed);
        await(() -> condemned().contains("m-once"));
        at.clock.forward(Duration.ofMinutes(11));
        await(() -> !place.asked("terminate m-once").isEmpty());
        await(() -> !place.asked("mail").isEmpty());
        await(() -> place.asked("withdraw").size() == 1);
        Thread.sleep(1000); // long enough for the other node to do the same

        assertThat(place.asked("publish").size()).isEqualTo(published + 1);
        assertThat(place.asked("terminate m-once")).hasSize(1);
        assertThat(place.asked("mail")).hasSize(1);
        assertThat(place.asked("withdraw")).hasSize(1);
    }

    private static List<String> condemned() {
        return SiteTrial.json(trial.get(b, "/api/v1/site/instances?state=condemned"))
                .get("instances")
                .findValuesAsText("machine");
    }

    @Test
    void oneGoesOnWhenTheOtherIsKilledInTheMiddleOfItsWork() throws Exception {
        b.close();
        a.close();
        Files.writeString(directory.resolve("site-node.yaml"), yaml("b"));
        var killed = SiteKillIT.process(directory);
        Endorsed endorsed;
        try {
            await(
                    () -> {
                        try {
                            return Files.readString(directory.resolve("site.log")).contains("PORT");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
            // It alone keeps the drivers and looks after what runs.
            a = node("a");
            endorsed = endorse("survives");
            at.approve(a, endorsed);
            await(() -> Files.exists(stored("b", endorsed)) || Files.exists(stored("a", endorsed)));
        } finally {
            killed.destroyForcibly().waitFor();
        }
        endLeases();

        at.await(a, endorsed, "available"::equals);
        assertThat(permits(a, endorsed)).isTrue();
        await(() -> publications(endorsed).equals(List.of("published")));
        var later = endorse("later");
        at.approve(a, later);
        at.await(a, later, "available"::equals);
        await(() -> publications(later).equals(List.of("published")));
        at.revoke(catalogue, endorsed);
        await(() -> !permits(a, endorsed));
        await(() -> publications(endorsed).equals(List.of("removed")));

        b = node("b");
        at.await(b, later, "available"::equals);
        assertThat(permits(b, endorsed)).isFalse();
        assertThat(stored("b", endorsed)).doesNotExist();
    }

    private static List<String> publications(Endorsed endorsed) {
        var all = SiteTrial.json(trial.get(a, "/api/v1/site/publications")).get("publications");
        return java.util.stream.StreamSupport.stream(all.spliterator(), false)
                .filter(one -> one.toString().contains(endorsed.statement().image().toString()))
                .map(one -> one.get("state").asText())
                .toList();
    }

    @Test
    void aNodeWithoutTheLedgersKeyOrWithTheStoreOfAnotherIsRefused() throws Exception {
        assertThatThrownBy(() -> node("c"))
                .isInstanceOf(LedgerFault.class)
                .hasMessageContaining("put this ledger's ledger.key back");

        var beingMade = directory.resolve("store-a/.converted/.one.qcow2.1.part");
        Files.createFile(beingMade);
        takeKey("a", "d");
        String shared = yaml("d");
        Files.writeString(
                directory.resolve("site-d.yaml"),
                at.siteYaml().replace("store: store", "store: store-a"));
        assertThatThrownBy(() -> Node.start(config(shared), at.clock))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("in use by another node");
        assertThat(beingMade).exists();
        assertThat(at.decide(a, Sha512.of(new byte[0]), "infrastructure").toString())
                .contains("image-unknown");
    }
}
