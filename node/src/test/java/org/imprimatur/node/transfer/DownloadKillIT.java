package org.imprimatur.node.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.BadServer.good;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.imprimatur.node.BadServer;
import org.imprimatur.node.JavaProcess;
import org.imprimatur.node.driver.ImageFileName;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a download with SIGKILL at moments that nobody chose, again and again. */
class DownloadKillIT {

    static final ImageFileName NAME =
            new ImageFileName("5e9a1b60-3d6f-4f4c-9d3c-2f3f3c1f9b11-1.0.raw");

    @Test
    @Clause("WLCG-5")
    void whereverItIsKilledNothingIsSeenBeforeItIsWhole(@TempDir Path directory) throws Exception {
        var random = new Random(11);
        byte[] image = Trials.image(12_000_000, 5);
        var source = Files.write(directory.resolve("source"), image);
        var store = directory.resolve("store");
        var offered = store.resolve(NAME.text());
        var served = new AtomicLong();
        int kills = 0;
        try (var server = new BadServer()) {
            var location =
                    server.at(
                            "/image",
                            (ask, out) -> {
                                served.addAndGet(ask.to(image.length) - ask.from());
                                good(image).answer(ask, out);
                            });
            while (true) {
                var process = process(directory, store, source, location);
                // A little longer each time, for a machine that is slow to start one.
                if (process.waitFor(
                        700 + random.nextInt(1500) + 50L * kills, TimeUnit.MILLISECONDS)) {
                    assertThat(process.exitValue())
                            .as(Files.readString(directory.resolve("log")))
                            .isZero();
                    break;
                }
                process.destroyForcibly().waitFor();
                kills++;
                assertThat(kills).isLessThan(40);
                if (Files.exists(offered)) {
                    assertThat(offered).hasBinaryContent(image);
                }
            }
        }
        assertThat(offered).hasBinaryContent(image);
        assertThat(kills).isPositive();
        // With each kill what half a second brought may be lost, and all that was asked for and not
        // brought yet, which is the more the slower the machine; never all that came before.
        assertThat(served.get()).isLessThan(image.length + kills * image.length / 2L);
        try (var left = Files.list(store.resolve(".incoming"))) {
            assertThat(left).isEmpty();
        }
    }

    private static Process process(Path directory, Path store, Path source, String location)
            throws Exception {
        return JavaProcess.of(DownloadProcess.class, store, source, location)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
    }
}
