package org.imprimatur.node.driver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.imprimatur.node.ThroughProxy;
import org.imprimatur.node.driver.Driver.Held;
import org.imprimatur.node.driver.Driver.Use;
import org.imprimatur.node.driver.GlanceDriver.Visibility;
import org.imprimatur.node.driver.Keystone.Credential;
import org.imprimatur.node.fetch.Calls;
import org.imprimatur.node.fetch.Proxies;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Sha512;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Glance, which asks a real Keystone. */
class GlanceDriverIT {

    private static final Owner SITE = Owner.parse("site:alpha");
    private static final Random RANDOM = new Random(1);

    private static TrialCloud cloud;
    private static SampleImage sample;
    private static Calls calls;
    private static Keystone keystone;
    private static Driver driver;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        cloud = new TrialCloud(directory.resolve("cloud"));
        sample = new SampleImage(directory);
        calls = new Calls(Optional.empty(), Proxies.NONE);
        keystone =
                keystone(
                        new Credential.Password(
                                "admin", "Default", "admin", "Default", cloud.secret()));
        driver = driver(keystone, Visibility.PRIVATE, Set.of());
    }

    @AfterAll
    static void stop() {
        if (calls != null) {
            calls.close();
        }
        if (cloud != null) {
            cloud.close();
        }
    }

    private static Keystone keystone(Credential credential) {
        return keystone(calls, credential);
    }

    private static Keystone keystone(Calls by, Credential credential) {
        return new Keystone(
                new Keystone.Settings(
                        URI.create(cloud.keystone()),
                        credential,
                        Optional.of("RegionOne"),
                        "public"),
                by,
                InstantSource.system());
    }

    private static Driver driver(Keystone as, Visibility visibility, Set<String> members) {
        return driver(calls, as, visibility, members);
    }

    private static Driver driver(
            Calls by, Keystone as, Visibility visibility, Set<String> members) {
        return new GlanceDriver(
                new GlanceDriver.Settings(
                        "cloud", visibility, members, "EGI ", Map.of("hw_disk_bus", "virtio")),
                SITE,
                new OpenStack(by, Optional.of(as), Map.of()));
    }

    private static Mark mark() {
        return Mark.random(RANDOM);
    }

    private static StoredImage image(String content) throws Exception {
        return sample.of(content.repeat(20_000).getBytes(UTF_8), "qcow2");
    }

    private static JsonNode show(String id) throws Exception {
        return cloud.call("GET", cloud.glance() + "/v2/images/" + id, "");
    }

    private static int status(String id) throws Exception {
        return cloud.send("GET", cloud.glance() + "/v2/images/" + id, "").statusCode();
    }

    private static List<Held> held(Mark mark, StoredImage image) throws Exception {
        return driver.held(List.of(SampleImage.publication(mark, "cloud", image)));
    }

    @Test
    void aCloudBehindAProxyIsAskedThroughIt() throws Exception {
        try (var proxy = new ThroughProxy();
                var through = new Calls(Optional.empty(), Proxies.of(proxy.url(), List.of()))) {
            var image = image("proxied");
            var admin =
                    new Credential.Password("admin", "Default", "admin", "Default", cloud.secret());
            var far = driver(through, keystone(through, admin), Visibility.PRIVATE, Set.of());

            var shown = show(far.publish(mark(), image));

            assertThat(shown.path("os_hash_value").asText()).isEqualTo(image.digest().hex());
            assertThat(proxy.asked)
                    .anyMatch(uri -> uri.getPath().equals("/v3/auth/tokens"))
                    .anyMatch(uri -> uri.getPath().endsWith("/file"));
        }
    }

    @Test
    @Clause("WLCG-7")
    void aConvertedImageIsHeldAgainstItsOwnDigestAndSaysBoth() throws Exception {
        var endorsed = image("converted");
        byte[] raw = "the same disk, as Xen wants it".getBytes(UTF_8);
        var converted =
                endorsed.converted(
                        Files.write(endorsed.file().resolveSibling("converted.raw"), raw),
                        Sha512.of(raw),
                        raw.length,
                        "raw");

        var shown = show(driver.publish(mark(), converted));

        assertThat(shown.path("disk_format").asText()).isEqualTo("raw");
        assertThat(shown.path("os_hash_value").asText()).isEqualTo(Sha512.of(raw).hex());
        assertThat(shown.path("imprimatur_converted_sha512").asText())
                .isEqualTo(Sha512.of(raw).hex());
        assertThat(shown.path("imprimatur_sha512").asText()).isEqualTo(endorsed.digest().hex());
    }

    @Test
    @Clause("WLCG-8")
    void anImageIsActiveWithTheEndorsedDigestAndItsLabels() throws Exception {
        var image = image("one");
        var mark = mark();

        var id = driver.publish(mark, image);

        var shown = show(id);
        assertThat(shown.path("status").asText()).isEqualTo("active");
        assertThat(shown.path("os_hidden").asBoolean()).isFalse();
        assertThat(shown.path("visibility").asText()).isEqualTo("private");
        assertThat(shown.path("os_hash_algo").asText()).isEqualTo("sha512");
        assertThat(shown.path("os_hash_value").asText()).isEqualTo(image.digest().hex());
        assertThat(shown.path("disk_format").asText()).isEqualTo("qcow2");
        assertThat(shown.path("container_format").asText()).isEqualTo("bare");
        assertThat(shown.path("min_disk").asInt()).isEqualTo(1);
        assertThat(shown.path("name").asText()).isEqualTo("EGI An image of a sample 1.0");
        var statement = image.candidate();
        assertThat(shown.path("imprimatur_guid").asText()).isEqualTo("" + statement.guid());
        assertThat(shown.path("imprimatur_version").asText()).isEqualTo("1.0");
        assertThat(shown.path("imprimatur_sha512").asText()).isEqualTo(image.digest().hex());
        assertThat(shown.path("imprimatur_owner").asText()).isEqualTo("vo:biomed");
        assertThat(shown.path("imprimatur_endorser").asText()).contains("Erin Endorser");
        assertThat(shown.path("imprimatur_endorsement").asText())
                .isEqualTo(image.candidate().id().hex());
        assertThat(shown.path("imprimatur_catalogue").asText()).isEqualTo(image.catalogue().text());
        assertThat(shown.path("imprimatur_site").asText()).isEqualTo("site:alpha");
        assertThat(shown.path("imprimatur_mark").asText()).isEqualTo(mark.toString());
        assertThat(shown.path("os_distro").asText()).isEqualTo("debian");
        assertThat(shown.path("os_version").asText()).isEqualTo("12");
        assertThat(shown.path("architecture").asText()).isEqualTo("x86_64");
        assertThat(shown.path("hw_disk_bus").asText()).isEqualTo("virtio");
        assertThat(held(mark, image)).containsExactly(new Held(mark, id, Use.OFFERED));
        assertThat(driver.publish(mark, image)).as("published again").isEqualTo(id);
    }

    @Test
    void otherBytesThanThoseEndorsedAreDeletedThere() throws Exception {
        byte[] endorsed = "bytes".repeat(1000).getBytes(UTF_8);
        byte[] rotten = endorsed.clone();
        rotten[77] ^= 1;
        var image = sample.of(endorsed, "raw", rotten);
        var mark = mark();

        assertThatThrownBy(() -> driver.publish(mark, image))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("where " + image.digest() + " was endorsed");

        assertThat(held(mark, image)).isEmpty();
    }

    @Test
    void aWithdrawnImageIsDeactivatedAndHiddenThenBackAgainThenDeleted() throws Exception {
        var image = image("two");
        var mark = mark();
        var publication = SampleImage.publication(mark, "cloud", image);
        var id = driver.publish(mark, image);

        assertThat(driver.withdraw(publication)).as("nothing left").isFalse();
        assertThat(driver.withdraw(publication)).as("and again").isFalse();
        assertThat(show(id).path("status").asText()).isEqualTo("deactivated");
        assertThat(show(id).path("os_hidden").asBoolean()).isTrue();
        assertThat(held(mark, image)).containsExactly(new Held(mark, id, Use.ASIDE));

        assertThat(driver.publish(mark, image)).isEqualTo(id);
        assertThat(show(id).path("status").asText()).isEqualTo("active");
        assertThat(show(id).path("os_hidden").asBoolean()).isFalse();

        driver.withdraw(publication);
        assertThat(driver.remove(publication)).isTrue();
        assertThat(driver.remove(publication)).as("and again").isTrue();
        assertThat(status(id)).isEqualTo(404);
    }

    @Test
    void whatADeadNodeLeftUnfinishedIsReplaced() throws Exception {
        var image = image("three");
        var mark = mark();
        var left =
                cloud.call(
                                "POST",
                                cloud.glance() + "/v2/images",
                                """
                                {"name": "unfinished", "disk_format": "qcow2", "container_format": "bare",
                                 "imprimatur_site": "site:alpha", "imprimatur_driver": "cloud",
                                 "imprimatur_mark": "%s", "os_hidden": true}
                                """
                                        .formatted(mark))
                        .path("id")
                        .asText();
        assertThat(held(mark, image)).containsExactly(new Held(mark, left, Use.BROKEN));

        var id = driver.publish(mark, image);

        assertThat(status(left)).isEqualTo(404);
        assertThat(held(mark, image)).containsExactly(new Held(mark, id, Use.OFFERED));
    }

    @Test
    void anUploadThatIsBrokenOffLeavesNothingThatCanBeStarted() throws Exception {
        byte[] large = new byte[64 << 20];
        new Random(2).nextBytes(large);
        var image = sample.of(large, "raw");
        var mark = mark();
        var upload =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        driver.publish(mark, image);
                                    } catch (DriverException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
        while (held(mark, image).isEmpty()) {
            Thread.sleep(2);
        }
        upload.interrupt();
        upload.join();
        var publication = SampleImage.publication(mark, "cloud", image);
        var use = held(mark, image).stream().map(Held::use).toList();
        assertThat(use).isSubsetOf(Use.BROKEN, Use.OFFERED);

        driver.withdraw(publication);

        assertThat(held(mark, image).stream().map(Held::use)).doesNotContain(Use.OFFERED);
        driver.remove(publication);
    }

    @Test
    void imagesOfOthersAreLeftAloneWhateverTheySay() throws Exception {
        var image = image("four");
        var mark = mark();
        var theirProject = project("theirs");
        var theirs =
                cloud.call(
                                "POST",
                                cloud.glance() + "/v2/images",
                                """
                                {"name": "theirs", "disk_format": "qcow2", "container_format": "bare",
                                 "owner": "%s", "visibility": "public",
                                 "imprimatur_site": "site:alpha", "imprimatur_driver": "cloud",
                                 "imprimatur_mark": "%s"}
                                """
                                        .formatted(theirProject, mark))
                        .path("id")
                        .asText();
        var plain =
                cloud.call(
                                "POST",
                                cloud.glance() + "/v2/images",
                                """
                                {"name": "EGI An image of a sample 1.0", "disk_format": "raw",
                                 "container_format": "bare"}
                                """)
                        .path("id")
                        .asText();

        var id = driver.publish(mark, image);
        var publication = SampleImage.publication(mark, "cloud", image);
        driver.withdraw(publication);
        driver.remove(publication);

        assertThat(id).isNotEqualTo(theirs);
        assertThat(status(theirs)).isEqualTo(200);
        assertThat(status(plain)).isEqualTo(200);
        assertThat(status(id)).isEqualTo(404);
    }

    private static String project(String name) throws Exception {
        return cloud.call(
                        "POST",
                        cloud.keystone() + "/projects",
                        "{\"project\": {\"name\": \"%s\"}}".formatted(name))
                .path("project")
                .path("id")
                .asText();
    }

    private static List<String> members(String id) throws Exception {
        return cloud.call("GET", cloud.glance() + "/v2/images/" + id + "/members", "")
                .path("members")
                .findValuesAsText("member_id");
    }

    @Test
    void membersAreKeptAndGoOverToTheNextImageOfTheGuid() throws Exception {
        var configured = project("configured");
        var added = project("added-by-hand");
        var sharing = driver(keystone, Visibility.SHARED, Set.of(configured));
        var first = image("five");
        var mark = mark();
        var id = sharing.publish(mark, first);
        assertThat(members(id)).containsExactly(configured);
        cloud.call(
                "POST",
                cloud.glance() + "/v2/images/" + id + "/members",
                "{\"member\": \"%s\"}".formatted(added));

        sharing.withdraw(SampleImage.publication(mark, "cloud", first));
        sharing.publish(mark, first);
        assertThat(members(id)).containsExactlyInAnyOrder(configured, added);

        sharing.withdraw(SampleImage.publication(mark, "cloud", first));
        var again = mark();
        var next = sharing.publish(again, first);
        assertThat(next).isNotEqualTo(id);
        assertThat(members(next)).containsExactlyInAnyOrder(configured, added);
    }

    @Test
    void anApplicationCredentialIsEnough(@TempDir Path directory) throws Exception {
        var user =
                cloud.call("GET", cloud.keystone() + "/users?name=admin", "")
                        .path("users")
                        .get(0)
                        .path("id")
                        .asText();
        var made =
                cloud.call(
                                "POST",
                                cloud.keystone() + "/users/" + user + "/application_credentials",
                                "{\"application_credential\": {\"name\": \"imprimatur\"}}")
                        .path("application_credential");
        Path secret = Files.writeString(directory.resolve("secret"), made.path("secret").asText());
        var as = keystone(new Credential.Application(made.path("id").asText(), secret));
        var image = image("six");

        var id = driver(as, Visibility.PRIVATE, Set.of()).publish(mark(), image);

        assertThat(show(id).path("status").asText()).isEqualTo("active");
    }

    @Test
    void aTokenThatIsTakenBackIsReplacedOnce() throws Exception {
        var before = keystone.token();
        cloud.revoke(before.text());

        driver.held(List.of());

        assertThat(keystone.token()).isNotEqualTo(before);
    }

    @Test
    void aWrongSecretIsToldWithoutShowingIt(@TempDir Path directory) throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "wrong-but-still-secret");
        var as = keystone(new Credential.Password("admin", "Default", "admin", "Default", secret));

        assertThatThrownBy(as::token)
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("refuses the credential")
                .hasMessageNotContaining("wrong-but-still-secret");
        assertThat(keystone.token().toString()).doesNotContain(keystone.token().text());
    }

    @Test
    void aRegionWithoutTheServiceIsSaidSo() {
        var elsewhere =
                new Keystone(
                        new Keystone.Settings(
                                URI.create(cloud.keystone() + "/"),
                                new Credential.Password(
                                        "admin", "Default", "admin", "Default", cloud.secret()),
                                Optional.of("RegionTwo"),
                                "public"),
                        calls,
                        InstantSource.system());

        assertThatThrownBy(() -> driver(elsewhere, Visibility.PRIVATE, Set.of()).held(List.of()))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("names no address of the service \"image\"");
    }

    @Test
    void whatIsNotTheIdOfAServerIsNeverAsked() {
        assertThatThrownBy(() -> driver.terminate("../images/x", "wn1"))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("no id of a server");
    }
}
