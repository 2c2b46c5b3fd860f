package org.imprimatur.node.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.BadServer.good;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.imprimatur.disk.ContentTree;
import org.imprimatur.disk.ContentTreeFile;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.Limits;
import org.imprimatur.node.BadServer;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.transfer.Download.Outcome;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        Path older = Files.write(directory.resolve("older.raw"), old);
        var location = server.at("/image", counted(fresh));
        server.at("/image.tree", counted(treeServed));
        var image =
                new ImageFile(
                        Sha512.of(fresh),
                        new DiskFacts("raw", fresh.length, fresh.length, root),
                        List.of(location));
        var means = Trials.means(directory.resolve("store"), fetch, OptionalLong.empty());
        return new Download(means, image, () -> Optional.of(older)).run();
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
