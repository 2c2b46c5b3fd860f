package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What the people of a site type, at a site that follows a catalogue and a list that it serves. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SiteCommandsIT {

    @TempDir static Path home;
    private static TrialNode catalogue;
    private static TrialNode site;
    private static int count;

    @BeforeAll
    static void start() throws IOException {
        NodeLog.from(Level.SEVERE);
        TrialNode.keys(home, "Endorser", "Approver", "Robot");
        var script = home.resolve("notify.sh");
        Files.writeString(script, "cat >> '%s'\n".formatted(home.resolve("mail.txt")));
        catalogue =
                TrialNode.start(
                        home,
                        "catalogue.example/main",
                        List.of("vo:biomed", "vo:climate"),
                        """
                        lists:
                          url: https://catalogue.example
                          key: keys/robot-key.pem
                          certificate: keys/robot.pem
                          email: operations@catalogue.example
                        """);
        var robot = PersonOptions.ofCertificate(keys().resolve("robot.pem"));
        Files.writeString(
                home.resolve("site.yaml"),
                """
                owner: "site:HERE"
                max-staleness: 5s
                store: store
                follow:
                  - {url: "%1$s", charter: main.json, poll: 1s}
                lists:
                  - name: climate
                    url: %1$s/store/vo/climate/image.list
                    known-as: https://catalogue.example/store/vo/climate/image.list
                    signer: {subject: "%3$s", issuer: "%4$s"}
                    owner: "vo:climate"
                    poll: 1s
                notify: {command: [/bin/sh, %2$s], from: here@site.example}
                classes:
                  infrastructure: {trust: ["vo:biomed"], approval: required}
                """
                        .formatted(catalogue.url(), script, robot.subject(), robot.issuer()));
        site =
                TrialNode.start(
                        home, "site.example/here", List.of("site:HERE"), "site: site.yaml\n");
        catalogue.enrol("endorser", "endorser", "vo:biomed");
        catalogue.signed("manager", catalogue.appointment("endorser", "endorser", "vo:climate"));
        endorsedFor(
                "vo:climate",
                "--image-version",
                "1.0",
                "--location",
                "https://images.example/climate.raw");
        site.enrol("approver", "site-approver", "site:HERE");
    }

    @AfterAll
    static void stop() {
        site.close();
        catalogue.close();
    }

    // ---- status -----------------------------------------------------------------------------

    @Test
    @Order(1)
    void aSiteWhoseLedgersAreInViewNeedsNobody() {
        var ran = eventually(r -> r.status() == 0, "site", "status");

        assertThat(ran.out())
                .contains("fresh    catalogue.example/main", "verified ", " ago)")
                .endsWith("all is as it should be\n");
        assertThat(ask("site", "status", "--output", "json").json().path("trouble").asBoolean(true))
                .isFalse();
    }

    @Test
    @Order(2)
    void aFollowedListIsShownBesideTheLedgers() {
        var ran = eventually(r -> r.out().contains("1 images"), "site", "status");

        assertThat(ran.out())
                .containsPattern(
                        "fresh    list:climate  version \\S+, 1 images, verified 20.* ago\\)\n")
                .contains(
                        "         " + catalogue.url() + "/store/vo/climate/image.list\n",
                        "fresh    catalogue.example/main");
        var list = ask("site", "status", "--output", "json").json().path("lists").get(0);
        assertThat(list.path("name").asText()).isEqualTo("list:climate");
        assertThat(list.path("state").asText()).isEqualTo("fresh");
        assertThat(list.path("images").asInt()).isEqualTo(1);
        assertThat(list.has("problem")).isFalse();
    }

    // ---- the queue ---------------------------------------------------------------------------

    @Test
    @Order(10)
    @Clause("WLCG-3")
    void whatWaitsIsListedApprovedByNameAndThenToldOfItsNextVersion() throws IOException {
        var first = endorsed();
        var listed = eventually(r -> r.out().contains(first), "site", "queue", "--output", "json");
        var entry = entry(listed, first);
        var guid = entry.path("guid").asText();

        assertThat(entry.path("classes").toString()).isEqualTo("[\"infrastructure\"]");
        assertThat(entry.path("inspection").path("completeness").asText()).isEqualTo("COMPLETE");
        assertThat(entry.path("inspection").path("sbom").asText())
                .startsWith(catalogue.url() + "/api/v1/attachments/sha256:");
        assertThat(entry.has("newerThan")).isFalse();
        assertThat(ask("site", "queue").out())
                .contains(guid + "@1.0", "CN=Endorser", "waits in   infrastructure", "ago)")
                .endsWith(" waiting\n");

        var approved = approve(guid);
        assertThat(approved.status()).as(approved.err()).isZero();
        assertThat(approved.out())
                .contains(
                        guid + "@1.0",
                        "inspected  COMPLETE",
                        "The image is approved for site:HERE");
        assertThat(ask("site", "queue").out()).doesNotContain(first);

        var second = endorsed("--guid", guid, "--image-version", "2.0");
        listed = eventually(r -> r.out().contains(second), "site", "queue", "--output", "json");
        var newer = entry(listed, second).path("newerThan");
        assertThat(newer.path("version").asText()).isEqualTo("1.0");
        assertThat(newer.path("endorsement").asText()).isEqualTo(first);
        assertThat(newer.path("sameEndorser").asBoolean()).isTrue();

        var json = approve(guid + "/2.0", "--output", "json").json();
        assertThat(json.path("endorsement").asText()).isEqualTo(second);
        assertThat(json.path("version").asText()).isEqualTo("2.0");
    }

    @Test
    @Order(11)
    @Clause({"WLCG-3", "WLCG-4"})
    void whatIsRefusedLeavesTheQueueAndSaysWhy() throws IOException {
        var id = endorsed();
        var listed = eventually(r -> r.out().contains(id), "site", "queue", "--output", "json");

        var refused =
                site.signed(
                        "approver",
                        "refuse",
                        entry(listed, id).path("digest").asText(),
                        "--site",
                        "site:HERE",
                        "--explanation",
                        "its clock is wrong");

        assertThat(refused.status()).as(refused.err()).isZero();
        assertThat(refused.out()).contains(id, "The image is refused for site:HERE");
        assertThat(ask("site", "queue").out()).doesNotContain(id);
        var told = told(id);
        assertThat(told.path("explanation").asText()).isEqualTo("its clock is wrong");
        assertThat(told.path("notices").path(0).path("recipient").asText())
                .isEqualTo("security@example.org");
        assertThat(home.resolve("mail.txt"))
                .content()
                .startsWith("From: here@site.example\nTo: security@example.org\nSubject: site:HERE")
                .contains("its clock is wrong", id, "vo:biomed");
    }

    /** The refusal, once its endorser was told of it. */
    private static JsonNode told(String id) throws IOException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (System.nanoTime() < end) {
            var images =
                    new NodeClient(URI.create(site.url()))
                            .json("/api/v1/site/images?state=refused")
                            .path("images");
            for (var image : images) {
                if (image.path("endorsement").asText().equals(id)
                        && image.path("refusal")
                                .path("notices")
                                .path(0)
                                .path("state")
                                .asText()
                                .equals("sent")) {
                    return image.path("refusal");
                }
            }
            pause();
        }
        throw new AssertionError("nobody was told");
    }

    @Test
    @Order(12)
    void whatWasRevokedIsNotApproved() throws IOException {
        var id = endorsed();
        eventually(r -> r.out().contains(id), "site", "queue");
        var revoked =
                catalogue.signed(
                        "endorser",
                        "revoke",
                        id,
                        "--reason",
                        "superseded",
                        "--explanation",
                        "a newer one");
        assertThat(revoked.status()).as(revoked.err()).isZero();
        eventually(r -> !r.out().contains(id), "site", "queue");

        var ran = approve(id);

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.errLines()).hasSize(1);
        assertThat(ran.err()).contains("not approved", "is revoked", "a newer one");
    }

    private static JsonNode entry(Ran listed, String id) {
        for (var image : listed.json().path("queue")) {
            if (image.path("endorsement").asText().equals(id)) {
                return image;
            }
        }
        throw new AssertionError(listed);
    }

    private static Ran approve(String name, String... words) {
        var all = new ArrayList<>(List.of("approve", name, "--site", "site:HERE"));
        all.addAll(List.of(words));
        return site.signed("approver", all.toArray(String[]::new));
    }

    @Test
    @Order(90)
    void anApprovedImageThatNobodyHasNeedsAPerson() throws IOException {
        var id = endorsed();
        eventually(
                ran -> ran.status() == 0,
                () -> site.signed("approver", "approve", id, "--site", "site:HERE"));

        var ran = eventually(r -> r.out().contains("transfer of"), "site", "status");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).contains("failed   transfer of").endsWith("NEEDS A PERSON\n");
        var json = ask("site", "status", "--output", "json").json();
        assertThat(json.path("trouble").asBoolean()).isTrue();
        assertThat(json.path("transfers").get(0).path("endorsement").asText()).isEqualTo(id);
        assertThat(json.path("transfers").get(0).path("why").asText()).isNotEmpty();
    }

    @Test
    @Order(100)
    void aCatalogueThatIsGoneIsStaleWithItsListSinceAndWhy() {
        catalogue.close();

        var ran =
                eventually(
                        r ->
                                r.out().contains("stale    catalogue.example/main")
                                        && r.out().contains("stale    list:climate"),
                        "site",
                        "status");

        assertThat(ran.status()).isEqualTo(1);
        var json = ask("site", "status", "--output", "json").json();
        for (var gone : List.of(json.path("sources").get(0), json.path("lists").get(0))) {
            assertThat(gone.path("state").asText()).isEqualTo("stale");
            assertThat(gone.path("problem").asText()).isNotEmpty();
            assertThat(gone.path("since").asText()).startsWith("20");
            assertThat(ran.out())
                    .containsPattern(
                            gone.path("url").asText() + "\n         since 20.* ago\\): \\S");
        }
    }

    @Test
    @Order(101)
    void aNodeThatIsNotThereIsStatusFour() {
        assertThat(Ran.of("site", "status", "--node", "http://127.0.0.1:9").status()).isEqualTo(4);
    }

    // ---- helpers ----------------------------------------------------------------------------

    private static Path keys() {
        return home.resolve("keys");
    }

    private static Ran ask(String... words) {
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--node", site.url()));
        return Ran.of(all);
    }

    private static Ran eventually(Predicate<Ran> good, String... words) {
        return eventually(good, () -> ask(words));
    }

    /** Asks again until the answer is good, for half a minute. */
    private static Ran eventually(Predicate<Ran> good, Supplier<Ran> command) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            var ran = command.get();
            if (good.test(ran)) {
                return ran;
            }
            assertThat(System.nanoTime()).as("not in time: %s", ran).isLessThan(end);
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Endorses a new image at the catalogue, where the file itself is not to be had. */
    private static String endorsed(String... words) throws IOException {
        return endorsedFor("vo:biomed", words);
    }

    private static String endorsedFor(String owner, String... words) throws IOException {
        int number = ++count;
        var image =
                Ran.unpacked(
                        "mini-clean.ext4.raw.gz",
                        Files.createTempDirectory(home, "image-" + number));
        try (var file = Files.newByteChannel(image, StandardOpenOption.WRITE)) {
            file.write(StandardCharsets.US_ASCII.encode("image %d".formatted(number)));
        }
        var all = new ArrayList<>(List.of("endorse", image.toString(), "--owner", owner));
        if (words.length == 0) {
            all.addAll(List.of("--image-version", "1.0"));
        }
        all.addAll(List.of(words));
        all.addAll(List.of("--output", "json"));
        var ran = catalogue.signed("endorser", all.toArray(String[]::new));
        assertThat(ran.status()).as(ran.err()).isZero();
        return ran.json().path("id").asText();
    }
}
