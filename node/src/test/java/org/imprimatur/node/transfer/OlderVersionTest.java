package org.imprimatur.node.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.node.BadServer.good;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import org.imprimatur.disk.ContentTree;
import org.imprimatur.disk.ContentTreeFile;
import org.imprimatur.disk.Conversion;
import org.imprimatur.disk.DiskFormat;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.Limits;
import org.imprimatur.node.BadServer;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.node.transfer.Download.Outcome;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A new version of an image, of which most blocks are those of the version before. */
class OlderVersionTest {

    private static final int BLOCK = ContentTree.BLOCK_SIZE;

    @TempDir Path directory;
    private final BadServer server = new BadServer();
    private final Fetch fetch = new Fetch();
    private final AtomicLong served = new AtomicLong();

    @AfterEach
    void stop() {
        fetch.close();
        server.close();
    }

    /** A tree of these bytes, as a file, and its root. */
    private record Tree(byte[] file, Sha256 root) {}

    private Tree tree(byte[] disk) throws IOException {
        Path file = Files.write(directory.resolve("disk.raw"), disk);
        try (var device = DiskImage.openDisk(file, Limits.DEFAULT)) {
            var tree = ContentTree.of(device);
            var out = new ByteArrayOutputStream();
            ContentTreeFile.write(tree, out);
            return new Tree(out.toByteArray(), Sha256.ofBytes(tree.root()));
        }
    }

    private BadServer.Manners counted(byte[] bytes) {
        return (ask, out) -> {
            served.addAndGet(ask.to(bytes.length) - ask.from());
            good(bytes).answer(ask, out);
        };
    }

    /** Fetches the new version, with the older one in the store. */
    private Outcome update(byte[] old, byte[] fresh, byte[] treeServed, Sha256 root)
            throws IOException {
        var disk = new DiskFacts("raw", fresh.length, fresh.length, root);
        return update(old, fresh, disk, treeServed, counted(fresh));
    }

    private Outcome update(
            byte[] old, byte[] fresh, DiskFacts disk, byte[] treeServed, BadServer.Manners manners)
            throws IOException {
        Path older = Files.write(directory.resolve("older"), old);
        var location = server.at("/image", manners);
        server.at("/image.tree", counted(treeServed));
        var image = new ImageFile(Sha512.of(fresh), disk, List.of(location));
        var means = Trials.means(directory.resolve("store"), fetch, OptionalLong.empty());
        return new Download(means, image, () -> Optional.of(older)).run();
    }

    /** The disk in a qcow2 file, not packed, as imprimatur writes it. */
    private byte[] qcow2(byte[] disk) throws IOException {
        var raw = Files.write(directory.resolve("to-convert.raw"), disk);
        var file = directory.resolve("converted.qcow2");
        Conversion.convert(raw, file, DiskFormat.QCOW2, null, Limits.DEFAULT, _ -> {});
        byte[] bytes = Files.readAllBytes(file);
        Files.delete(file);
        return bytes;
    }

    private static void isWhole(Outcome outcome, byte[] expected) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Whole.class,
                        whole -> assertThat(whole.file()).hasBinaryContent(expected));
    }

    @Test
    void onlyBlocksThatDifferTravel() throws IOException {
        byte[] old = Trials.image(100 * BLOCK, 1);
        byte[] fresh = old.clone();
        fresh[10 * BLOCK] ^= 1;
        fresh[11 * BLOCK + 5] ^= 1;
        fresh[70 * BLOCK + 9] ^= 1;
        Arrays.fill(fresh, 80 * BLOCK, 90 * BLOCK, (byte) 0);
        var tree = tree(fresh);

        isWhole(update(old, fresh, tree.file(), tree.root()), fresh);

        assertThat(served.get()).isEqualTo(3 * BLOCK + tree.file().length);
        assertThat(server.asked)
                .containsExactlyInAnyOrder(
                        "/image.tree",
                        "/image bytes=655360-720895",
                        "/image bytes=720896-786431",
                        "/image bytes=4587520-4653055");
    }

    @Test
    void aDiskThatGrewOrShrankIsUpdatedToo() throws IOException {
        byte[] old = Trials.image(20 * BLOCK + 100, 2);
        for (int length : new int[] {20 * BLOCK, 12 * BLOCK + 7, 20 * BLOCK + 300, 25 * BLOCK}) {
            byte[] fresh = Arrays.copyOf(old, length);
            fresh[3 * BLOCK] ^= 1;
            var tree = tree(fresh);
            served.set(0);

            var outcome = update(old, fresh, tree.file(), tree.root());

            isWhole(outcome, fresh);
            assertThat(served.get()).as("%d", length).isLessThan(3 * BLOCK + 2000);
        }
    }

    @Test
    void ofAQcow2FileTheTablesAndTheBlocksThatDifferTravel() throws IOException {
        byte[] old = Trials.image(100 * BLOCK + 512, 7);
        Arrays.fill(old, 20 * BLOCK, 30 * BLOCK, (byte) 0);
        byte[] fresh = old.clone();
        fresh[10 * BLOCK] ^= 1;
        fresh[25 * BLOCK] ^= 1; // so all that is behind it stands elsewhere in the file
        Arrays.fill(fresh, 80 * BLOCK, 90 * BLOCK, (byte) 0);
        var tree = tree(fresh);
        byte[] file = qcow2(fresh);
        var disk = new DiskFacts("qcow2", file.length, fresh.length, tree.root());

        for (byte[] older : List.of(old, qcow2(old))) {
            served.set(0);
            var outcome = update(older, file, disk, tree.file(), counted(file));

            isWhole(outcome, file);
            // The header, L1, L2, the counts of references with their table, and what the last
            // cluster has behind the end of the disk.
            assertThat(served.get()).isLessThanOrEqualTo((2 + 6) * BLOCK + tree.file().length);
            Files.delete(((Outcome.Whole) outcome).file());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "plain-2m.qcow2, qcow2, 70",
        "extended-16k.qcow2, qcow2, 50",
        "zstd-64k.qcow2, qcow2, 100",
        "zlib-512.qcow2, qcow2, 100",
        "sparse.vmdk, vmdk, 20",
        "stream-footer.vmdk, vmdk, 100",
        "fixed.vhd, vhd, 2",
        "dynamic-bitmaps.vhd, vhd, 100",
        "dynamic.vhdx, vhdx, 70",
        "fixed.vdi, vdi, 20"
    })
    void aFileOfAnyFormatComesWholeAndNoByteOfItTwice(String name, String format, int percent)
            throws IOException {
        byte[] disk = container("disk.raw");
        byte[] file = container(name);
        byte[] old = disk.clone();
        old[3 * BLOCK] ^= 1;
        var tree = tree(disk);

        isWhole(
                update(
                        old,
                        file,
                        new DiskFacts(format, file.length, disk.length, tree.root()),
                        tree.file(),
                        counted(file)),
                file);

        assertThat((served.get() - tree.file().length) * 100 / file.length)
                .isLessThanOrEqualTo(percent);
    }

    private static byte[] container(String name) throws IOException {
        var file =
                Path.of(
                        System.getProperty("imprimatur.root", ".."),
                        "images/fixtures/containers",
                        name + ".gz");
        try (var in = new GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }

    @Test
    void fromAServerThatGivesNoPartsOfFilesTheWholeComesOnce() throws IOException {
        byte[] disk = Trials.image(10 * BLOCK, 8);
        byte[] file = qcow2(disk);
        var tree = tree(disk);
        var facts = new DiskFacts("qcow2", file.length, disk.length, tree.root());

        var outcome =
                update(
                        disk,
                        file,
                        facts,
                        tree.file(),
                        (ask, out) -> good(file).answer(new BadServer.Ask("", ask.socket()), out));

        isWhole(outcome, file);
        assertThat(server.asked)
                .containsExactly("/image.tree", "/image bytes=0-65535", "/image bytes=0-65535");
    }

    @Test
    void aFileWithAnotherDiskThanTheEndorsedOneIsRefused() throws IOException {
        byte[] endorsed = Trials.image(10 * BLOCK, 9);
        byte[] other = Trials.image(12 * BLOCK, 10);
        var tree = tree(endorsed);
        byte[] file = qcow2(endorsed);
        byte[] served = Arrays.copyOf(qcow2(other), file.length);
        var facts = new DiskFacts("qcow2", file.length, endorsed.length, tree.root());

        assertThat(update(endorsed, file, facts, tree.file(), good(served)))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.why()).contains("serves other bytes"));
    }

    @Test
    void tablesInTooManyPlacesAreNotGathered() throws IOException {
        int places = 1025;
        var sparse = directory.resolve("sparse");
        try (var file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(2L * places * BLOCK);
        }
        var means = Trials.means(directory.resolve("store"), fetch, OptionalLong.empty());
        try (var part =
                        PartFile.open(
                                directory.resolve("part"),
                                directory.resolve("map"),
                                Files.size(sparse));
                var file =
                        new ArrivingFile(
                                part,
                                new Gathering(
                                        part,
                                        new FileLocation(sparse.toUri(), part.bytes()),
                                        means))) {
            var into = new byte[1];

            assertThatThrownBy(
                            () -> {
                                for (long i = 0; i < places; i++) {
                                    file.read(i * 2 * BLOCK, into, 0, 1);
                                }
                            })
                    .isInstanceOf(FetchFailed.class);
            assertThat(part.have()).isEqualTo((places - 1L) * BLOCK);
        }
    }

    @Test
    void aTreeThatIsNotTheEndorsedOneIsNotUsed() throws IOException {
        byte[] old = Trials.image(10 * BLOCK, 3);
        byte[] fresh = old.clone();
        fresh[0] ^= 1;
        var endorsed = tree(fresh);
        byte[] lie = tree(old).file();

        isWhole(update(old, fresh, lie, endorsed.root()), fresh);

        assertThat(served.get()).isEqualTo(fresh.length + lie.length);
    }

    @Test
    void anEndorsedTreeOfAnotherDiskCostsTimeAndNothingElse() throws IOException {
        byte[] old = Trials.image(10 * BLOCK, 4);
        byte[] fresh = old.clone();
        fresh[0] ^= 1;
        // The endorser has made a mistake: the root is that of the older disk.
        var wrong = tree(old);

        isWhole(update(old, fresh, wrong.file(), wrong.root()), fresh);

        assertThat(served.get()).isEqualTo(fresh.length + wrong.file().length);
    }

    @Test
    void whatIsNoTreeIsNotUsed() throws IOException {
        byte[] old = Trials.image(10 * BLOCK, 5);

        isWhole(update(old, old.clone(), new byte[500], tree(old).root()), old);
    }

    @Test
    void anOlderVersionThatIsDamagedDoesNoHarm() throws IOException {
        byte[] fresh = Trials.image(10 * BLOCK, 6);
        byte[] damaged = fresh.clone();
        damaged[5 * BLOCK + 1] ^= 1;
        var tree = tree(fresh);

        isWhole(update(damaged, fresh, tree.file(), tree.root()), fresh);

        assertThat(served.get()).isEqualTo(BLOCK + tree.file().length);
    }
}
