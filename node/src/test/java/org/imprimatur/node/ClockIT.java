package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Eventually.await;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.store.ExternalPostgres;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement.SiteException;
import org.imprimatur.register.UseClass;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clock of a site jumps, or its catalogue is away for a day. */
class ClockIT {

    private static final Duration DAY = Duration.ofDays(1);

    private static Path directory;
    private static ExternalPostgres postgres;
    private static Trial trial;
    private static Node catalogue;
    private static SiteTrial at;
    private static Node site;
    private static Endorsed endorsed;
    private static Path file;

    @BeforeAll
    static void start(@TempDir Path temp) throws Exception {
        directory = temp;
        postgres = new ExternalPostgres(temp.resolve("postgres"));
        var ofCatalogue = postgres.create("catalogue");
        trial = new Trial(temp, "catalogue.example/clock");
        catalogue = node(trial.yaml(), ofCatalogue, new MovableClock());
        trial.prepare(catalogue);
        // So rarely asked, the site looks only when it is told of something.
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "1h");
        at.config();
        site = node(at.yaml(), postgres.create("site"), at.clock);
        at.prepare(site);
        Files.writeString(temp.resolve("files/image"), "the disk");
        endorsed =
                at.endorse(
                        catalogue,
                        "the disk".getBytes(UTF_8),
                        Trial.uri(catalogue, "/files/image").toString());
        at.approve(site, endorsed);
        file = Path.of(at.await(site, endorsed, "available"::equals).get("path").asText());
    }

    @AfterAll
    static void stop() {
        site.close();
        catalogue.close();
        postgres.close();
    }

    @BeforeEach
    void look() {
        tell();
        await(() -> codes().contains("endorsed-and-approved"));
    }

    /** The catalogue is away for as long as the test goes on with that. */
    private static void awayDuring(Runnable rest) {
        int port = catalogue.address().getPort();
        catalogue.close();
        try {
            rest.run();
        } finally {
            catalogue =
                    node(
                            trial.yaml().replace("127.0.0.1:0", "127.0.0.1:" + port),
                            postgres.url("catalogue"),
                            new MovableClock());
        }
    }

    private static Node node(String yaml, String url, MovableClock clock) {
        var name = directory.resolve("node.yaml").toString();
        return Node.start(
                NodeConfig.of(YamlMember.parse(name, yaml + "database: \"" + url + "\"\n")), clock);
    }

    private static JsonNode decide(String action) {
        return at.decide(site, endorsed.statement().image(), "infrastructure", action);
    }

    private static List<String> codes() {
        return SiteTrial.codes(decide("instantiate"));
    }

    private static Instant verifiedAt() {
        return Instant.parse(at.source(site).get("verifiedAt").asText());
    }

    /** The catalogue has something to tell, so that the site looks. */
    private static void tell() {
        at.endorse(catalogue, UUID.randomUUID().toString().getBytes(UTF_8));
    }

    @Test
    @Clause("TVM-3.3")
    void aJumpOfTheClockDeniesUntilTheLedgerWasLookedAtAgainAndMakesNothingFresher() {
        at.clock.forward(DAY);
        assertThat(codes()).containsExactly("view-stale");
        tell();
        await(() -> codes().contains("endorsed-and-approved"));
        var tomorrow = verifiedAt();

        at.clock.forward(Duration.ofHours(-1));
        var denied = decide("instantiate");
        assertThat(SiteTrial.codes(denied)).containsExactly("view-stale");
        assertThat(denied.toString()).contains("which is still to come");
        assertThat(at.source(site).get("state").asText()).isEqualTo("stale");
        assertThat(decide("continue").get("decision").asBoolean()).isTrue();
        tell();
        await(() -> codes().contains("endorsed-and-approved"));
        assertThat(verifiedAt()).isBefore(tomorrow);

        // Back where it belongs, and the catalogue is gone: what was verified "tomorrow" is not
        // taken for fresh, by this run and by the next.
        awayDuring(
                () -> {
                    at.clock.forward(Duration.ofHours(-23));
                    assertThat(codes()).containsExactly("view-stale");
                    at.clock.forward(Duration.ofMinutes(10));
                    assertThat(codes()).containsExactly("view-stale");
                });
        assertThat(file).hasContent("the disk");
    }

    @Test
    @Clause("END-1")
    void anExceptionThatIsOverDoesNotHoldAgainWhenTheClockIsSetBack() {
        var image = Sha512.of("nobody endorses it".getBytes(UTF_8));
        var until = at.clock.instant().plus(Duration.ofHours(1));
        expect(
                201,
                at.submit(
                        site,
                        new SiteException(
                                at.header(at.approver),
                                image,
                                SiteTrial.ALPHA,
                                UseClass.INFRASTRUCTURE,
                                until.truncatedTo(java.time.temporal.ChronoUnit.SECONDS),
                                "for the move")));
        assertThat(permits(image)).isTrue();
        at.clock.forward(Duration.ofHours(2));
        assertThat(permits(image)).isFalse();
        // Something is said while it is over.
        expect(201, at.submit(site, at.approval(another(), trial.origin)));

        at.clock.forward(Duration.ofHours(-2));

        assertThat(permits(image)).isFalse();
    }

    private static boolean permits(Sha512 image) {
        return at.decide(site, image, "infrastructure").get("decision").asBoolean();
    }

    private static Endorsed another() {
        var another = at.endorse(catalogue, "another".getBytes(UTF_8));
        at.await(site, another, "eligible"::equals);
        return another;
    }

    @Test
    @Clause({"END-2.operator", "TVM-3.3"})
    void aCatalogueThatIsAwayForADayStopsNewStartsInTimeAndNothingElse() {
        awayDuring(
                () -> {
                    at.clock.forward(Duration.ofMinutes(14));
                    assertThat(codes()).containsExactly("endorsed-and-approved");
                    at.clock.forward(Duration.ofMinutes(2));
                    var denied = decide("instantiate");
                    assertThat(SiteTrial.codes(denied)).containsExactly("view-stale");
                    assertThat(denied.toString()).contains("last verified at", "PT15M", "TVM-3.3");
                    for (int hour = 0; hour < 24; hour += 6) {
                        at.clock.forward(Duration.ofHours(6));
                        assertThat(codes()).containsExactly("view-stale");
                        assertThat(decide("continue").get("decision").asBoolean()).isTrue();
                        assertThat(file).hasContent("the disk");
                    }
                    site.close();
                    site = node(at.yaml(), postgres.url("site"), at.clock);
                    assertThat(codes()).containsExactly("view-stale");
                    at.await(site, endorsed, "available"::equals);
                });

        await(() -> codes().contains("endorsed-and-approved"));
        assertThat(file).hasContent("the disk");
        assertThat(at.source(site).get("state").asText()).isEqualTo("fresh");
    }
}
