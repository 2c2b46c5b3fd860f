package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a site has approved, at its drivers: here, pools of files. */
class PublicationsIT {

    private static Path pool;
    private static Trial trial;
    private static SiteTrial at;
    private static Node catalogue;
    private static Node site;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        pool = Files.createDirectory(directory.resolve("pool"));
        trial = new Trial(directory, "catalogue.example/publications");
        catalogue = trial.start();
        trial.prepare(catalogue);
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
        at.drivers =
                """
                drivers:
                  - {name: pool, kind: directory, path: pool}
                  - {name: other-vo, kind: directory, path: nowhere, owners: ["vo:other"]}
                """;
        site = at.start();
        at.prepare(site);
    }

    @AfterAll
    static void stop() {
        site.close();
        catalogue.close();
    }

    private Endorsed approved(String content) throws IOException {
        byte[] image = content.repeat(1000).getBytes(UTF_8);
        Files.write(trial.directory.resolve("files").resolve(content), image);
        var endorsed =
                at.endorse(catalogue, image, Trial.uri(catalogue, "/files/" + content).toString());
        at.approve(site, endorsed);
        return endorsed;
    }

    private Path file(Endorsed endorsed) {
        return pool.resolve(endorsed.statement().guid() + "-1.0.raw");
    }

    private JsonNode await(Endorsed endorsed, String state) {
        return at.awaitPublication(site, "pool", endorsed, state);
    }

    /** The metrics, once they no longer have that line. */
    private static String metrics(String without) {
        var text = trial.get(site, "/metrics").body();
        for (int i = 0; i < 1000 && text.contains(without); i++) {
            SiteTrial.pause();
            text = trial.get(site, "/metrics").body();
        }
        assertThat(text).doesNotContain(without);
        return text;
    }

    @Test
    @Clause("WLCG-5")
    void anApprovedImageIsPublishedAndARevokedOneWithdrawn() throws IOException {
        var endorsed = approved("one");

        var published = await(endorsed, "published");
        assertThat(published.get("driver").asText()).isEqualTo("pool");
        assertThat(published.get("id").asText()).isEqualTo(file(endorsed).toString());
        assertThat(file(endorsed)).hasContent("one".repeat(1000));
        assertThat(metrics("imprimatur_publications{driver=\"pool\",state=\"published\"} 0.0"))
                .contains("imprimatur_publications{driver=\"other-vo\",state=\"published\"} 0.0")
                .contains("imprimatur_driver_silent{driver=\"pool\"} 0.0");

        at.revoke(catalogue, endorsed);
        var removed = await(endorsed, "removed");
        assertThat(removed.get("why").asText()).contains("no longer stands");
        assertThat(file(endorsed)).doesNotExist();
    }

    @Test
    void whatCannotBePublishedIsTriedAgainAndSaysWhy() throws IOException {
        var other = approved("before");
        await(other, "published");
        byte[] image = "two".repeat(1000).getBytes(UTF_8);
        Files.write(trial.directory.resolve("files").resolve("two"), image);
        var endorsed = at.endorse(catalogue, image, Trial.uri(catalogue, "/files/two").toString());
        Files.writeString(file(endorsed), "somebody else's");
        at.approve(site, endorsed);

        var failed = await(endorsed, "failed");
        assertThat(failed.get("why").asText()).contains("is not ours");
        assertThat(failed.get("retryAt").asText()).isNotEmpty();
        assertThat(file(endorsed)).hasContent("somebody else's");
        assertThat(file(other)).as("harms no other").exists();

        Files.delete(file(endorsed));
        at.clock.forward(Duration.ofSeconds(20));
        approved("ringing");
        await(endorsed, "published");
        assertThat(file(endorsed)).hasBinaryContent(image);
    }

    @Test
    void whatSomebodyDeletesIsPublishedAgainAndWhatIsTheirsStays() throws IOException {
        var endorsed = approved("three");
        await(endorsed, "published");
        Files.delete(file(endorsed));
        Path theirs = Files.writeString(pool.resolve("theirs.raw"), "theirs");

        at.clock.forward(Duration.ofMinutes(11));
        approved("ringing-too");
        Eventually.await(() -> Files.exists(file(endorsed)));

        assertThat(file(endorsed)).hasContent("three".repeat(1000));
        assertThat(theirs).hasContent("theirs");
    }

    @Test
    void aSiteThatWasAwayWithdrawsWhenItStarts() throws IOException {
        var endorsed = approved("four");
        await(endorsed, "published");
        site.close();
        at.revoke(catalogue, endorsed);
        assertThat(file(endorsed)).exists();

        site = at.start();

        await(endorsed, "removed");
        assertThat(file(endorsed)).doesNotExist();
    }
}
