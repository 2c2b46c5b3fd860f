package org.imprimatur.node.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.imprimatur.node.BadServer.good;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.imprimatur.node.BadServer;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.transfer.Download.Outcome;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that runs full, on a small file system of its own; skipped where none can be mounted. */
class DiskFullIT {

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    @Clause("WLCG-5")
    void aStoreThatRunsFullMeanwhileIsGoneOnWithOnceThereIsRoom(@TempDir Path directory)
            throws Exception {
        var disk = Files.createDirectories(directory.resolve("disk"));
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=72m", "none", disk.toString()))
                .as("root mounts a file system of 72 MiB")
                .isZero();
        try (var server = new BadServer();
                var fetch = new Fetch()) {
            byte[] image = Trials.image(3_000_000, 12);
            var filler = disk.resolve("filler");
            var location =
                    server.at(
                            "/image",
                            (ask, out) -> {
                                if (ask.from() == 1 << 20 && !Files.exists(filler)) {
                                    fill(filler);
                                }
                                good(image).answer(ask, out);
                            });
            var means = Trials.means(disk.resolve("store"), fetch, OptionalLong.empty());
            var file = Trials.file(image, location);

            var full = new Download(means, file, Optional::empty).run();
            assertThat(full)
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed -> assertThat(failed.why()).contains("store"));
            assertThat(new Download(means, file, Optional::empty).run())
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed -> assertThat(failed.why()).contains("store"));
            Files.write(filler, new byte[0]);

            assertThat(new Download(means, file, Optional::empty).run())
                    .isInstanceOfSatisfying(
                            Outcome.Whole.class,
                            whole -> assertThat(whole.file()).hasBinaryContent(image));
        } finally {
            run("umount", "-l", disk.toString());
        }
    }

    /** Takes all the room that is left. */
    private static void fill(Path file) {
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < 100; i++) {
                out.write(new byte[1 << 20]);
            }
        } catch (IOException e) {
            return; // it is full, as it should be
        }
    }
}
