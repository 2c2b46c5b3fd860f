package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images from a real S3 service, which checks who asks. */
@Clause("WLCG-5")
class S3IT {

    private static final Random RANDOM = new Random(20261121);
    private static final int PIECE = 16 << 20;

    private static Trial trial;
    private static SiteTrial at;
    private static Node catalogue;
    private static Node site;
    private static S3Server server;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        server = new S3Server(directory);
        trial = new Trial(directory, "catalogue.example/s3");
        catalogue = trial.start();
        trial.prepare(catalogue);
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
        site = at.start();
        at.prepare(site);
    }

    @AfterAll
    static void stop() {
        site.close();
        catalogue.close();
        server.close();
    }

    /** Has the site ask with that secret, and waits until it does. */
    private static void ask(String secret, String more) throws IOException {
        var name = "s3-%d.credentials".formatted(RANDOM.nextInt(1_000_000));
        Files.writeString(
                trial.directory.resolve(name),
                """
                [default]
                aws_access_key_id = %s
                aws_secret_access_key = %s
                """
                        .formatted(S3Server.KEY, secret));
        var transfer =
                "transfer: {stall-after: 9s%s, s3: {endpoint: \"%s\", credentials: %s}"
                        .formatted(more, server.endpoint(), name);
        at.exchange(site, at.siteYaml().replace("transfer: {stall-after: 1s", transfer));
    }

    private static byte[] image(int bytes) {
        byte[] image = new byte[bytes];
        RANDOM.nextBytes(image);
        return image;
    }

    private static Endorsed approved(byte[] image, String location) {
        var endorsed = at.endorse(catalogue, image, location);
        at.approve(site, endorsed);
        return endorsed;
    }

    private static Path file(Endorsed endorsed) {
        return at.store.resolve(endorsed.statement().guid() + "-1.0.raw");
    }

    private static String whyItFailed(Endorsed endorsed) {
        JsonNode line = at.await(site, endorsed, s -> s.equals("failed") || s.equals("available"));
        assertThat(line.get("state").asText()).isEqualTo("failed");
        assertThat(file(endorsed)).doesNotExist();
        return line.get("why").asText();
    }

    @Test
    void anObjectIsFetchedInRangesThatAreEachSigned() throws IOException {
        ask(S3Server.SECRET, "");
        byte[] image = image(2 * PIECE + 100_000);
        server.put("images", "debian 12/a+b=ü.raw", image);

        var endorsed = approved(image, "s3://images/debian%2012/a+b=%C3%BC.raw");
        at.await(site, endorsed, "available"::equals);

        assertThat(file(endorsed)).hasBinaryContent(image);
        assertThat(server.ranges())
                .contains("bytes=0-16777215", "bytes=16777216-33554431", "bytes=33554432-33654431");
    }

    @Test
    void whoIsNotKnownGetsNothingAndTheRightSecretInTheSitesFileBringsIt() throws IOException {
        ask("another/secret", "");
        byte[] image = image(500_000);
        server.put("images", "private.raw", image);

        var endorsed = approved(image, "s3://images/private.raw");

        assertThat(whyItFailed(endorsed))
                .contains(
                        "/images/private.raw answered 403 SignatureDoesNotMatch: the secret is not")
                .doesNotContain("another/secret", "Signature=");

        ask(S3Server.SECRET, "");
        at.await(site, endorsed, "available"::equals);

        assertThat(file(endorsed)).hasBinaryContent(image);
    }

    @Test
    void whatIsNotThereIsSaidToBeMissing() throws IOException {
        ask(S3Server.SECRET, "");
        server.put("images", "present.raw", image(10));

        assertThat(whyItFailed(approved(image(1000), "s3://images/absent.raw")))
                .contains("answered 404 NoSuchKey: the bucket has no such object");
        assertThat(whyItFailed(approved(image(1000), "s3://elsewhere/absent.raw")))
                .contains("answered 404 NoSuchBucket");
    }

    @Test
    void anObjectWithOtherBytesIsRefused() throws IOException {
        ask(S3Server.SECRET, "");
        byte[] image = image(500_000);
        byte[] other = image.clone();
        other[250_000] ^= 1;
        server.put("images", "other.raw", other);

        assertThat(whyItFailed(approved(image, "s3://images/other.raw")))
                .contains("s3://images/other.raw serves other bytes than those endorsed");
    }

    @Test
    void aServiceThatIsKilledIsGoneOnWithWhenItIsBack() throws IOException {
        ask(S3Server.SECRET, ", bandwidth: 20M");
        byte[] image = image(3 * PIECE);
        server.put("images", "large.raw", image);
        var endorsed = approved(image, "s3://images/large.raw");
        Eventually.await(S3IT::someIsThere);

        server.kill();
        assertThat(whyItFailed(endorsed)).contains("/images/large.raw");

        server.start();
        ask(S3Server.SECRET, "");
        at.await(site, endorsed, "available"::equals);

        assertThat(file(endorsed)).hasBinaryContent(image);
        assertThat(server.ranges()).isNotEmpty().doesNotContain("bytes=0-16777215");
    }

    /** Whether it is noted that some of a file is there. */
    private static boolean someIsThere() {
        try (var files = Files.list(at.store.resolve(".incoming"))) {
            for (var map : files.filter(p -> p.toString().endsWith(".map")).toList()) {
                if (Files.readString(map).contains("\n0 ")) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false; // just being replaced
        }
    }
}
