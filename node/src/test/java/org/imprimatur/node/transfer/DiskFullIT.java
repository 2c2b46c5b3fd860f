package org.imprimatur.node.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.BadServer.good;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.imprimatur.node.BadServer;
import org.imprimatur.node.SmallDisk;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.transfer.Download.Outcome;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that runs full. */
class DiskFullIT {

    @Test
    @Clause("WLCG-5")
    void aStoreThatRunsFullMeanwhileIsGoneOnWithOnceThereIsRoom(@TempDir Path directory)
            throws Exception {
        var place = directory.resolve("disk");
        try (var disk = new SmallDisk(place, 72);
                var server = new BadServer();
                var fetch = new Fetch()) {
            byte[] image = Trials.image(3_000_000, 12);
            var location =
                    server.at(
                            "/image",
                            (ask, out) -> {
                                if (ask.from() == 1 << 20 && !disk.filled()) {
                                    disk.fill();
                                }
                                good(image).answer(ask, out);
                            });
            var means = Trials.means(place.resolve("store"), fetch, OptionalLong.empty());
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
            disk.free();

            assertThat(new Download(means, file, Optional::empty).run())
                    .isInstanceOfSatisfying(
                            Outcome.Whole.class,
                            whole -> assertThat(whole.file()).hasBinaryContent(image));
        }
    }
}
