package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.BadServer.good;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.imprimatur.disk.ContentTree;
import org.imprimatur.disk.ContentTreeFile;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.Limits;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of files that are in the store: they are looked at, and serve newer versions. */
class StoredFilesIT {

    private static final Random RANDOM = new Random(8);
    private static Trial trial;
    private static SiteTrial at;
    private static Node catalogue;
    private static Node site;
    private static BadServer server;

    @BeforeAll
    static void start(@TempDir Path directory) {
        trial = new Trial(directory, "catalogue.example/stored");
        catalogue = trial.start();
        trial.prepare(catalogue);
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
        site = at.start();
        at.prepare(site);
        server = new BadServer();
    }

    @AfterAll
    static void stop() {
        server.close();
        site.close();
        catalogue.close();
    }

    private static byte[] image(int bytes) {
        byte[] image = new byte[bytes];
        RANDOM.nextBytes(image);
        return image;
    }

    private static Path file(Endorsed endorsed) {
        return at.store.resolve(
                "%s-%s.raw".formatted(endorsed.statement().guid(), endorsed.statement().version()));
    }

    private static Endorsed available(String path, byte[] image) {
        var endorsed = at.endorse(catalogue, image, server.at(path, good(image)));
        at.approve(site, endorsed);
        at.await(site, endorsed, "available"::equals);
        return endorsed;
    }

    private static long asked(String path) {
        return server.asked.stream().filter(asked -> asked.startsWith(path)).count();
    }

    /** Something changes, and so the site looks at its store. */
    private static void ring() {
        available("/ring" + RANDOM.nextInt(1_000_000), image(1000));
    }

    @Test
    @Clause("WLCG-4")
    void bytesThatWereChangedBehindAnOldTimeAreFoundAndReplaced() throws IOException {
        byte[] image = image(300_000);
        var endorsed = available("/damaged", image);
        var file = file(endorsed);
        var time = Files.getLastModifiedTime(file);
        byte[] patched = image.clone();
        patched[123_456] ^= 1;
        file.toFile().setWritable(true);
        Files.write(file, patched);
        Files.setLastModifiedTime(file, time);

        ring();
        while (asked("/damaged") < 2) {
            SiteTrial.pause();
        }
        at.await(site, endorsed, "available"::equals);

        assertThat(file).hasBinaryContent(image);
    }

    @Test
    void aSecondNameForAFileTakesItOutOfNobodysSight() throws Exception {
        byte[] image = image(300_000);
        var endorsed = available("/linked", image);
        var file = file(endorsed);

        Files.createLink(trial.directory.resolve("second-name"), file);
        ring();
        ring();

        assertThat(file).hasBinaryContent(image);
        at.await(site, endorsed, "available"::equals);
        assertThat(asked("/linked")).isEqualTo(1);
    }

    @Test
    void aNewVersionBringsOnlyTheBlocksThatDiffer() throws IOException {
        byte[] first = image(3_000_000);
        byte[] second = first.clone();
        second[1_000_000] ^= 1;
        var one = available("/versions-1", first);
        var tree = tree(second);
        server.at("/versions-2.tree", good(tree.file()));
        var two =
                at.endorse(
                        catalogue,
                        second,
                        one.statement().guid(),
                        "2.0",
                        tree.root(),
                        server.at("/versions-2", good(second)));
        at.approve(site, two);

        at.await(site, two, "available"::equals);

        assertThat(file(two)).hasBinaryContent(second);
        assertThat(file(one)).hasBinaryContent(first);
        assertThat(server.asked.stream().filter(asked -> asked.startsWith("/versions-2")))
                .containsExactly("/versions-2.tree", "/versions-2 bytes=983040-1048575");
    }

    private record Tree(byte[] file, Sha256 root) {}

    private static Tree tree(byte[] disk) throws IOException {
        var file = Files.write(trial.directory.resolve("tree.raw"), disk);
        try (var device = DiskImage.openDisk(file, Limits.DEFAULT)) {
            var tree = ContentTree.of(device);
            var out = new ByteArrayOutputStream();
            ContentTreeFile.write(tree, out);
            return new Tree(out.toByteArray(), Sha256.ofBytes(tree.root()));
        }
    }
}
