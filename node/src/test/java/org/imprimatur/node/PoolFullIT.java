package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk with a driver's pool runs full. */
class PoolFullIT {

    private static final int BYTES = 3_000_000;

    @Test
    @Clause("WLCG-5")
    void aFullPoolShowsAndKeepsNoPartOfAnImageAndHasItWholeOnceThereIsRoom(@TempDir Path directory)
            throws IOException {
        byte[] image = new byte[BYTES];
        new Random(1).nextBytes(image);
        var trial = new Trial(directory, "catalogue.example/pool");
        Path pool = directory.resolve("pool");
        try (var disk = new SmallDisk(pool, 8);
                var catalogue = trial.start()) {
            trial.prepare(catalogue);
            Files.write(directory.resolve("files").resolve("image"), image);
            var at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
            at.drivers = "drivers: [{name: pool, kind: directory, path: pool}]\n";
            Path other = Files.write(pool.resolve("other"), new byte[BYTES / 2]);
            disk.fill();
            Files.delete(other); // room for a half
            try (var site = at.start()) {
                at.prepare(site);
                var location = Trial.uri(catalogue, "/files/image").toString();
                var endorsed = at.endorse(catalogue, image, location);
                at.approve(site, endorsed);

                var failed = at.awaitPublication(site, "pool", endorsed, "failed");
                assertThat(failed.get("why").asText()).contains("No space left");
                Path file = pool.resolve(endorsed.statement().guid() + "-1.0.raw");
                assertThat(file).doesNotExist();
                assertThat(pool.resolve(".imprimatur")).isEmptyDirectory();
                var decision = at.decide(site, endorsed.statement().image(), "infrastructure");
                assertThat(decision.get("decision").asBoolean()).as("the site has it").isTrue();

                disk.free();
                at.clock.forward(Duration.ofMinutes(2)); // for the pause after a failure
                at.awaitPublication(site, "pool", endorsed, "published");
                assertThat(file).hasBinaryContent(image);
            }
        }
    }
}
