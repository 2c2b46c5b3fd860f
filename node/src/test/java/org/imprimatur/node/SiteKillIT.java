package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.BadServer.head;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a site with SIGKILL in the middle of a transfer. */
class SiteKillIT {

    @Test
    @Clause("WLCG-5")
    void aKilledSiteGoesOnWithTheBytesThatItHas(@TempDir Path directory) throws Exception {
        byte[] image = new byte[500_000];
        new Random(1).nextBytes(image);
        var held = new CountDownLatch(1);
        var trial = new Trial(directory, "catalogue.example/kill");
        try (var catalogue = trial.start();
                var server = new BadServer()) {
            trial.prepare(catalogue);
            var at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
            String location =
                    server.at(
                            "/image",
                            (ask, out) -> {
                                // Each time 100,000 bytes more, and then nothing.
                                int from = ask.from();
                                int to = from < 200_000 ? from + 100_000 : image.length;
                                head(
                                        out,
                                        from == 0 ? "200 OK" : "206 Partial Content",
                                        "Content-Length: " + (image.length - from),
                                        "Content-Range: bytes %d-499999/500000".formatted(from));
                                out.write(image, from, to - from);
                                out.flush();
                                if (to < image.length) {
                                    held.await();
                                }
                            });
            SiteTrial.Endorsed endorsed;
            try (var site = at.start()) {
                at.prepare(site);
                endorsed = at.endorse(catalogue, image, location);
                at.approve(site, endorsed);
                awaitPart(at, 100_000);
            }
            Files.writeString(directory.resolve("site-node.yaml"), at.yaml());
            var process = process(directory);
            awaitPart(at, 200_000);
            process.destroyForcibly().waitFor();
            Path file = at.store.resolve(endorsed.statement().guid() + "-1.0.raw");
            assertThat(file).doesNotExist();

            try (var site = at.start()) {
                at.await(site, endorsed, "available"::equals);
                assertThat(file).hasBinaryContent(image);
            }
            assertThat(server.asked)
                    .containsSubsequence(
                            "/image", "/image bytes=100000-499999", "/image bytes=200000-499999");
            held.countDown();
        }
    }

    /** Waits until it is noted that so many bytes are there. */
    private static void awaitPart(SiteTrial at, long size) throws Exception {
        while (true) {
            try (var parts = Files.list(at.store.resolve(".incoming"))) {
                if (parts.anyMatch(p -> p.toString().endsWith(".map") && says(p, size))) {
                    return;
                }
            }
            SiteTrial.pause();
        }
    }

    private static boolean says(Path map, long size) {
        try {
            return Files.readString(map).endsWith("\n0 " + size + "\n");
        } catch (IOException e) {
            return false; // just being replaced
        }
    }

    static Process process(Path directory) throws Exception {
        return JavaProcess.of(NodeProcess.class, directory.resolve("site-node.yaml"))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("site.log").toFile())
                .start();
    }
}
