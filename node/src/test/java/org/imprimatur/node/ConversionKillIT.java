package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Eventually.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.imprimatur.disk.ContentTree;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.Limits;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a site with SIGKILL while it converts an image for a driver. */
class ConversionKillIT {

    private Path directory;
    private TrialPlace place;
    private SiteTrial at;

    @Test
    void aKilledConversionIsMadeAnewAndOfferedOnlyWhenItIsProven(@TempDir Path temporary)
            throws Exception {
        directory = temporary;
        place = new TrialPlace(directory.resolve("place"));
        var trial = new Trial(directory, "catalogue.example/kill-conversion");
        try (var catalogue = trial.start()) {
            trial.prepare(catalogue);
            at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
            byte[] image = new byte[48 << 20];
            new Random(3).nextBytes(image);
            var served = Files.write(directory.resolve("files/image"), image);
            Endorsed endorsed;
            try (var site = at.start()) {
                at.prepare(site);
                endorsed =
                        at.endorse(
                                catalogue,
                                image,
                                new Guid(UUID.randomUUID()),
                                "1.0",
                                contentRoot(served),
                                Trial.uri(catalogue, "/files/image").toString());
                at.approve(site, endorsed);
                at.await(site, endorsed, "available"::equals);
            }
            at.drivers =
                    """
                    drivers:
                      - {name: place, kind: exec, format: qcow2, program: ["%s"]}
                    """
                            .formatted(place.program());
            place.hold("before-publish");
            var whole =
                    at.store
                            .resolve(".converted")
                            .resolve(endorsed.statement().image().hex() + ".qcow2");

            killed(() -> converted().stream().anyMatch(p -> name(p).startsWith(".")));
            assertThat(whole).doesNotExist();
            killed(() -> Files.exists(whole));
            killed(() -> place.reached("before-publish"));
            // As a machine that lost power may leave it.
            Files.delete(whole);
            Files.write(whole, new byte[1 << 20]);

            place.go("before-publish");
            try (var site = at.start()) {
                var published = at.awaitPublication(site, "place", endorsed, "published");
                var digest = Sha512.of(Files.readAllBytes(whole));
                assertThat(published.get("converted").asText()).isEqualTo(digest.toString());
                assertThat(contentRoot(whole)).isEqualTo(contentRoot(served));
                assertThat(place.asked("publish").getLast())
                        .isEqualTo(
                                "publish %s %s qcow2"
                                        .formatted(digest, endorsed.statement().image()));
                assertThat(converted()).containsExactly(whole);
                assertThat(at.decide(site, digest, "infrastructure").get("decision").asBoolean())
                        .isTrue();
            }
        }
    }

    private static Sha256 contentRoot(Path image) throws IOException {
        try (var device = DiskImage.openDisk(image, Limits.DEFAULT)) {
            return Sha256.ofBytes(ContentTree.of(device).root());
        }
    }

    private List<Path> converted() {
        try (var all = Files.list(at.store.resolve(".converted"))) {
            return all.toList();
        } catch (IOException e) {
            return List.of(); // it is not there yet
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    /** A site in a process of its own, which is killed when it has come so far. */
    private void killed(BooleanSupplier there) throws Exception {
        place.forget("before-publish");
        at.writeSite(at.siteYaml());
        Files.writeString(directory.resolve("site-node.yaml"), at.yaml());
        var process = SiteKillIT.process(directory);
        try {
            await(Duration.ofMinutes(2), there);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
