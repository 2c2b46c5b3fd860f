package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Eventually.await;
import static org.imprimatur.node.SiteTrial.json;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.imprimatur.node.TrialFeeds.Flaw;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.store.ExternalPostgres;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Role;
import org.imprimatur.register.Statement.Reinstatement;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Urgency;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one image, or one moment, must not do to what is known of all. */
class AdvisoryWatchFaultsIT {

    @TempDir private Path directory;
    private ExternalPostgres postgres;
    private String database;
    private Trial trial;
    private TrialFeeds feeds;
    private Node node;

    @BeforeEach
    void start() throws Exception {
        postgres = new ExternalPostgres(directory.resolve("postgres"));
        database = postgres.create("catalogue");
        trial = new Trial(directory, "catalogue.example/trial");
        feeds = new TrialFeeds(directory.resolve("advisories"));
        feeds.put();
        node =
                Node.start(
                        NodeConfig.of(
                                YamlMember.parse(
                                        directory.resolve("node.yaml").toString(),
                                        trial.yaml()
                                                + feeds.yaml().replace("}", ", notify: low}")
                                                + "database: \"%s\"\n".formatted(database))),
                        InstantSource.system());
        trial.prepare(node);
    }

    @AfterEach
    void stop() {
        node.close();
        postgres.close();
    }

    private SiteTrial.Endorsed endorsed(byte[] sbom) {
        AdvisoryTrial.upload(trial, node, sbom);
        return AdvisoryTrial.endorse(trial, node, UUID.randomUUID().toString(), sbom);
    }

    private JsonNode seen(SiteTrial.Endorsed endorsed) {
        return AdvisoryTrial.advisories(trial, node, endorsed).at("/endorsements/0");
    }

    private static List<String> ids(JsonNode seen) {
        return seen.path("flaws").findValuesAsText("id");
    }

    private void awaitObstacle(SiteTrial.Endorsed endorsed, String part) {
        await(() -> seen(endorsed), seen -> seen.path("obstacle").asText().contains(part));
    }

    private void sql(String text) throws Exception {
        try (var db = DriverManager.getConnection(database);
                var statement = db.createStatement()) {
            statement.execute(text);
        }
    }

    private long count(String rows) {
        try (var db = DriverManager.getConnection(database);
                var statement = db.createStatement();
                var count = statement.executeQuery("select count(*) from " + rows)) {
            count.next();
            return count.getLong(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatCannotBeKeptOfOneImageIsItsObstacleAndKeepsNoOtherFromBeingKept() throws Exception {
        feeds.put(new Flaw("CVE-2026-0001", "bash", "low", ""));
        var good = endorsed(TrialFeeds.sbom("openssl=3.0.1-1", "bash=5.2-1"));
        var bad = endorsed(TrialFeeds.sbom("openssl=6.6.6-1", "bash=5.2-2"));
        await(() -> ids(seen(good)).size() == 1 && ids(seen(bad)).size() == 1);

        sql("alter table flaw add constraint bad check (installed <> '6.6.6-1')");
        feeds.put(new Flaw("CVE-2026-0002", "openssl", "high", "9.0-1"));

        await(() -> ids(seen(good)).equals(List.of("CVE-2026-0002")));
        awaitObstacle(bad, "cannot be kept");
        assertThat(ids(seen(bad))).containsExactly("CVE-2026-0001");

        sql("alter table flaw drop constraint bad");
        feeds.put(new Flaw("CVE-2026-0003", "openssl", "high", "9.0-1"));
        await(() -> ids(seen(bad)).equals(List.of("CVE-2026-0003")));
        assertThat(seen(bad).has("obstacle")).isFalse();
    }

    @Test
    void whatADocumentSaysOfItselfIsKeptInWordsThatAreShown() {
        feeds.put(new Flaw("CVE-2026-0001", "openssl", "high", "9.0-1"));
        var hostile = endorsed("{\"bomFormat\": tr\0ue}".getBytes(UTF_8));
        var good = endorsed(TrialFeeds.sbom("openssl=3.0.1-1"));

        await(() -> ids(seen(good)).size() == 1);
        awaitObstacle(hostile, "Unrecognized token 'tr\\x00ue'");
    }

    @Test
    void textsOfFeedsThatAreTooLongForAKeyAreCut() {
        var id =
                "CVE-2026-"
                        + new Random(1)
                                .ints(5000, '0', '9' + 1)
                                .collect(
                                        StringBuilder::new,
                                        StringBuilder::appendCodePoint,
                                        StringBuilder::append);
        feeds.put(new Flaw(id, "openssl", "high", "9" + id.substring(9)));
        var image = endorsed(TrialFeeds.sbom("openssl=3.0.1-1"));

        await(() -> ids(seen(image)).size() == 1);
        var flaw = seen(image).at("/flaws/0");
        assertThat(flaw.path("id").asText()).isEqualTo(id.substring(0, 200) + "…");
        assertThat(flaw.path("fixed").asText()).hasSize(201).endsWith("…");
    }

    @Test
    @Clause({"END-4.8", "EGI-C1"})
    void imagesOfASuspendedEndorserAreWatchedSinceTheyMayCountAgain() {
        var image = endorsed(TrialFeeds.sbom("openssl=3.0.1-1"));
        await(() -> !seen(image).has("obstacle"));
        var officer = trial.authority.issue("Oskar Officer", KeyKind.EC_P256);
        var appointment =
                trial.appointment(trial.appointer, Role.SECURITY_OFFICER, officer.person());
        expect(201, trial.post(node, trial.sign(appointment, trial.appointer)));
        expect(201, trial.post(node, trial.sign(trial.acceptance(officer), officer)));
        var suspension =
                new Suspension(
                        trial.header(officer),
                        Trial.BIOMED,
                        trial.endorser.person(),
                        List.of(),
                        Suspension.Reason.SECURITY,
                        Urgency.HIGH,
                        "the key was stolen");
        var id =
                json(expect(201, trial.post(node, trial.sign(suspension, officer))))
                        .get("id")
                        .asText();

        feeds.put(new Flaw("CVE-2026-0001", "openssl", "high", "3.0.2-1"));
        await(() -> count("flaw where id = 'CVE-2026-0001'") == 1);
        assertThat(count("notice where kind = 'advisories'")).isEqualTo(1);

        var before = Instant.now();
        var reinstatement =
                new Reinstatement(
                        trial.header(officer),
                        Trial.BIOMED,
                        trial.endorser.person(),
                        StatementId.parse(id),
                        "the key is another");
        expect(201, trial.post(node, trial.sign(reinstatement, officer)));
        await(() -> ids(seen(image)).size() == 1);
        assertThat(Instant.parse(seen(image).at("/flaws/0/since").asText())).isBefore(before);
    }

    @Test
    @Clause("END-4.8")
    void aFlawOfWhichNobodySaysHowGraveItIsCountsWithTheMildest() {
        var image = endorsed(TrialFeeds.sbom("openssl=3.0.1-1"));
        await(() -> !seen(image).has("obstacle"));

        feeds.put(new Flaw("CVE-2026-0001", "openssl", "not yet assigned", "3.0.2-1"));

        await(() -> trial.messages().stream().anyMatch(one -> one.contains("CVE-2026-0001")));
        await(() -> seen(image).at("/flaws/0/urgency").asText().equals("unknown"));
    }
}
