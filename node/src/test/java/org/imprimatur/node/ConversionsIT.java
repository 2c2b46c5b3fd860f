package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.imprimatur.disk.ContentTree;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.Limits;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement.Block;
import org.imprimatur.register.Statement.Unblock;
import org.imprimatur.register.StatementId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One endorsed image at drivers that want different formats of it. */
class ConversionsIT {

    private static final Random RANDOM = new Random(5);
    private static Path kvm;
    private static Path xen;
    private static Path linked;
    private static boolean mounted;
    private static Trial trial;
    private static SiteTrial at;
    private static Node catalogue;
    private static Node site;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        kvm = Files.createDirectory(directory.resolve("kvm"));
        xen = Files.createDirectory(directory.resolve("xen"));
        // A small file system, to run full; hard links stay within it.
        var store = Files.createDirectory(directory.resolve("store"));
        mounted = run("mount", "-t", "tmpfs", "-o", "size=100m", "none", store.toString()) == 0;
        linked = Files.createDirectory(store.resolve("linked-pool"));
        trial = new Trial(directory, "catalogue.example/conversions");
        catalogue = trial.start();
        trial.prepare(catalogue);
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
        at.drivers =
                """
                instances: {operators: any}
                drivers:
                  - {name: kvm, kind: directory, path: kvm, format: qcow2}
                  - {name: xen, kind: directory, path: xen, format: raw}
                  - {name: linked, kind: directory, path: store/linked-pool, format: qcow2, hard-links: true}
                """;
        site = at.start();
        at.prepare(site);
    }

    @AfterAll
    static void stop() throws Exception {
        site.close();
        catalogue.close();
        if (mounted) {
            run("umount", "-l", at.store.toString());
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** A disk with some data and some holes. */
    private static byte[] disk() {
        byte[] disk = new byte[3 << 20];
        byte[] data = new byte[disk.length / 2];
        RANDOM.nextBytes(data);
        System.arraycopy(data, 0, disk, 512 << 10, data.length);
        return disk;
    }

    private static Sha256 contentRoot(Path image) throws IOException {
        try (var device = DiskImage.openDisk(image, Limits.DEFAULT)) {
            return Sha256.ofBytes(ContentTree.of(device).root());
        }
    }

    private static Endorsed approved(byte[] disk, Sha256 contentRoot) {
        var endorsed = endorsed(disk, contentRoot);
        at.approve(site, endorsed);
        return endorsed;
    }

    private static Endorsed endorsed(byte[] disk, Sha256 contentRoot) {
        return at.endorse(
                catalogue,
                disk,
                new Guid(UUID.randomUUID()),
                "1.0",
                contentRoot,
                Trial.uri(catalogue, "/files/" + Sha512.of(disk).hex()).toString());
    }

    private static Endorsed approved(byte[] disk) throws IOException {
        return approved(disk, contentRoot(served(disk)));
    }

    private static Path served(byte[] disk) throws IOException {
        return Files.write(trial.directory.resolve("files").resolve(Sha512.of(disk).hex()), disk);
    }

    private static Path file(Path pool, Endorsed endorsed, String format) {
        return pool.resolve(endorsed.statement().guid() + "-1.0." + format);
    }

    private static Path converted(Endorsed endorsed) {
        return at.store
                .resolve(".converted")
                .resolve(endorsed.statement().image().hex() + ".qcow2");
    }

    private static JsonNode await(String driver, Endorsed endorsed, String state) {
        return at.awaitPublication(site, driver, endorsed, state);
    }

    private static JsonNode decide(Sha512 image) {
        return at.decide(site, image, "infrastructure");
    }

    private static Sha512 digest(Path file) throws IOException {
        return Sha512.of(Files.readAllBytes(file));
    }

    @Test
    @Clause("WLCG-7")
    void oneEndorsedDiskIsOfferedToKvmAsQcow2AndToXenAsRawAndBothFilesMayRun() throws Exception {
        byte[] disk = disk();
        var endorsed = approved(disk);
        var image = endorsed.statement().image();

        var forXen = await("xen", endorsed, "published");
        assertThat(file(xen, endorsed, "raw")).hasBinaryContent(disk);
        assertThat(forXen.has("converted")).isFalse();
        var forKvm = await("kvm", endorsed, "published");
        var file = file(kvm, endorsed, "qcow2");
        assertThat(Files.readAllBytes(file)).startsWith("QFI\u00fb".getBytes(ISO_8859_1));
        assertThat(contentRoot(file)).isEqualTo(endorsed.statement().disk().contentRoot());
        assertThat(forKvm.get("digest").asText()).isEqualTo(image.toString());
        var converted = digest(file);
        assertThat(forKvm.get("converted").asText()).isEqualTo(converted.toString());

        assertThat(decide(image).get("decision").asBoolean()).isTrue();
        var permit = decide(converted);
        assertThat(permit.get("decision").asBoolean()).as(permit.toString()).isTrue();
        assertThat(permit.get("context").get("image").asText()).isEqualTo(image.toString());
        assertThat(permit.get("context").get("converted").asText()).isEqualTo(converted.toString());
        assertThat(at.decide(site, converted, "payload").get("context").get("converted").asText())
                .isEqualTo(converted.toString());
        recordedWithBothDigests(permit, image, converted);

        at.revoke(catalogue, endorsed);
        await("kvm", endorsed, "removed");
        await("linked", endorsed, "removed");
        assertThat(file).doesNotExist();
        Eventually.await(() -> !Files.exists(converted(endorsed)));
        assertThat(SiteTrial.codes(decide(converted))).contains("image-revoked");
    }

    private static void recordedWithBothDigests(JsonNode permit, Sha512 image, Sha512 converted) {
        var id = permit.get("context").get("id").asText();
        var replay =
                SiteTrial.json(
                        expect(200, trial.get(site, "/api/v1/site/decisions/" + id + "/replay")));
        assertThat(replay.get("differs").asBoolean()).as(replay.toString()).isFalse();
        for (var part : List.of("recorded", "replayed", "today")) {
            assertThat(replay.get(part).get("context").get("image").asText())
                    .isEqualTo(image.toString());
            assertThat(replay.get(part).get("context").get("converted").asText())
                    .isEqualTo(converted.toString());
        }
        var instance =
                SiteTrial.json(
                        expect(
                                201,
                                at.ask(
                                        site,
                                        "/api/v1/site/instances",
                                        """
                                        {"id": "%s", "decision": "%s", "host": "wn1", "machine": "m1"}
                                        """
                                                .formatted(UUID.randomUUID(), id))));
        assertThat(instance.get("image").asText()).isEqualTo(image.toString());
        for (var digest : List.of(image, converted)) {
            assertThat(
                            SiteTrial.json(
                                            trial.get(
                                                    site, "/api/v1/site/instances?image=" + digest))
                                    .get("instances"))
                    .hasSize(1);
        }
    }

    @Test
    void whatIsNotTheEndorsedDiskIsNeverOffered() throws Exception {
        byte[] disk = disk();
        served(disk);
        var endorsed = approved(disk, Sha256.of(new byte[] {1}));

        var failed = await("kvm", endorsed, "failed");

        assertThat(failed.get("why").asText())
                .startsWith("it cannot be converted into qcow2: the disk has the content root");
        assertThat(failed.has("converted")).isFalse();
        assertThat(file(kvm, endorsed, "qcow2")).doesNotExist();
        assertThat(converted(endorsed)).doesNotExist();
        await("xen", endorsed, "published");
    }

    @Test
    void aBlockOfTheConvertedFileCountsThoughItsImageStands() throws Exception {
        var endorsed = approved(disk());
        var there = "driver:kvm/" + await("kvm", endorsed, "published").get("id").asText();
        var converted = digest(file(kvm, endorsed, "qcow2"));
        assertThat(decide(converted).get("decision").asBoolean()).isTrue();
        assertThat(at.decide(site, there, "infrastructure").get("decision").asBoolean()).isTrue();

        block(converted);

        assertThat(SiteTrial.codes(decide(converted))).containsExactly("image-blocked");
        assertThat(SiteTrial.codes(at.decide(site, there, "infrastructure")))
                .containsExactly("image-blocked");
        assertThat(decide(endorsed.statement().image()).get("decision").asBoolean()).isTrue();
    }

    @Test
    @Clause("END-4.9")
    void aBlockOfTheConvertedFileCondemnsWhatRunsFromItAndOneOfItsImageWhatRunsFromEither()
            throws Exception {
        var endorsed = approved(disk());
        var image = endorsed.statement().image();
        var there = "driver:kvm/" + await("kvm", endorsed, "published").get("id").asText();
        var converted = digest(file(kvm, endorsed, "qcow2"));
        var fromIt = List.of(runs(converted.toString()), runs(there));
        var fromTheImage = runs(image.toString());
        for (var id : fromIt) {
            assertThat(shown(id).get("image").asText()).isEqualTo(image.toString());
            assertThat(shown(id).get("converted").asText()).isEqualTo(converted.toString());
        }
        assertThat(shown(fromTheImage).has("converted")).isFalse();

        var block = block(converted);
        Eventually.await(() -> fromIt.stream().allMatch(id -> shown(id).has("condemned")));
        var reason = shown(fromIt.getFirst()).get("condemned").get("reasons").get(0);
        assertThat(reason.get("code").asText()).isEqualTo("image-blocked");
        assertThat(reason.get("text").asText()).contains("made of it", "only this file");
        assertThat(shown(fromTheImage).has("condemned")).isFalse();

        unblock(converted, block);
        Eventually.await(() -> fromIt.stream().noneMatch(id -> shown(id).has("condemned")));
        assertThat(decide(converted).get("decision").asBoolean()).isTrue();
        assertThat(at.decide(site, there, "infrastructure").get("decision").asBoolean()).isTrue();

        var blockOfTheImage = block(image);
        Eventually.await(
                () ->
                        shown(fromTheImage).has("condemned")
                                && fromIt.stream().allMatch(id -> shown(id).has("condemned")));
        assertThat(SiteTrial.codes(decide(converted))).contains("image-blocked");

        unblock(image, blockOfTheImage);
        Eventually.await(
                () ->
                        !shown(fromTheImage).has("condemned")
                                && fromIt.stream().noneMatch(id -> shown(id).has("condemned")));
    }

    /** A machine that was permitted by that name of its image. */
    private static String runs(String name) {
        var permit = at.decide(site, name, "infrastructure").get("context").get("id").asText();
        var id = UUID.randomUUID().toString();
        expect(
                201,
                at.ask(
                        site,
                        "/api/v1/site/instances",
                        """
                        {"id": "%s", "decision": "%s", "host": "wn1", "machine": "%s"}
                        """
                                .formatted(id, permit, id)));
        return id;
    }

    private static JsonNode shown(String id) {
        return SiteTrial.json(trial.get(site, "/api/v1/site/instances/" + id));
    }

    private static StatementId block(Sha512 file) {
        var block = new Block(at.header(at.approver), file, SiteTrial.ALPHA, "only this file");
        return StatementId.parse(
                SiteTrial.json(expect(201, at.submit(site, block))).get("id").asText());
    }

    private static void unblock(Sha512 file, StatementId block) {
        expect(
                201,
                at.submit(
                        site,
                        new Unblock(
                                at.header(at.approver),
                                file,
                                SiteTrial.ALPHA,
                                block,
                                "it is harmless")));
    }

    @Test
    void aDamagedFileIsMadeAgainAndWhatWasLinkedToItTakenAway() throws Exception {
        var endorsed = approved(disk());
        var pool = file(linked, endorsed, "qcow2");
        await("linked", endorsed, "published");
        await("kvm", endorsed, "published");
        byte[] good = Files.readAllBytes(pool);
        assertThat(Files.isSameFile(pool, converted(endorsed))).isTrue();
        var known =
                SiteTrial.json(
                        expect(200, trial.get(site, "/api/v1/site/files/" + pool.getFileName())));
        assertThat(known.get("digest").asText()).isEqualTo(Sha512.of(good).toString());
        assertThat(known.get("inode").asLong()).isEqualTo(Files.getAttribute(pool, "unix:ino"));

        byte[] bad = good.clone();
        bad[bad.length / 2] ^= 1;
        pool.toFile().setWritable(true);
        Files.write(pool, bad);
        site.close();
        site = at.start();

        Eventually.await(() -> Files.exists(pool) && same(pool, good));
        assertThat(file(kvm, endorsed, "qcow2")).hasBinaryContent(good);
        await("linked", endorsed, "published");
        assertThat(Files.isSameFile(pool, converted(endorsed))).isTrue();
    }

    private static boolean same(Path file, byte[] content) {
        try {
            return Arrays.equals(Files.readAllBytes(file), content);
        } catch (IOException e) {
            return false; // just being replaced
        }
    }

    @Test
    void aStoreThatWouldRunFullIsNotFilledAndGoneOnWithOnceThereIsRoom() throws Exception {
        assumeThat(mounted).as("root mounts a small file system").isTrue();
        byte[] disk = disk();
        served(disk);
        var endorsed = endorsed(disk, contentRoot(served(disk)));
        var filler = at.store.resolve("filler");
        long free = Files.getFileStore(at.store).getUsableSpace();
        Files.write(filler, new byte[(int) (free - (64 << 20) - disk.length - (256 << 10))]);
        at.approve(site, endorsed);

        var failed = await("kvm", endorsed, "failed");
        assertThat(failed.get("why").asText()).contains("would be full");
        await("xen", endorsed, "published");
        try (var left = Files.list(at.store.resolve(".converted"))) {
            assertThat(left.filter(p -> p.toString().contains(Sha512.of(disk).hex()))).isEmpty();
        }

        Files.delete(filler);
        at.clock.forward(Duration.ofSeconds(30));
        await("kvm", endorsed, "published");
        assertThat(decide(digest(file(kvm, endorsed, "qcow2"))).get("decision").asBoolean())
                .isTrue();
    }
}
