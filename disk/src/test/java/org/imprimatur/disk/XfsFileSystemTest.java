package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** XFS against what the kernel showed of the same images. */
class XfsFileSystemTest {

    @ParameterizedTest
    @ValueSource(strings = {"xfs-default", "xfs-1k", "xfs-64k-directories"})
    void everyEntryIsAsTheKernelShowsIt(String name) throws IOException {
        List<String> oracle = oracle(name);
        try (DiskImage image = Fixtures.open(name + ".raw.gz")) {
            FileSystem fileSystem = Fixtures.fileSystem(image);

            Fixtures.Told told = Fixtures.tellAll(fileSystem, Fixtures.tree(image));

            assertThat(told.unread()).isEmpty();
            assertThat(fileSystem.faults()).isEmpty();
            assertThat(fileSystem.notes()).isEmpty();
            assertSame(told.lines(), oracle);
            assertThat(fileSystem.type()).isEqualTo("xfs");
            assertThat(fileSystem.label()).contains("fixture");
            assertThat(fileSystem.uuid().orElseThrow())
                    .hasToString("6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7f11");
        }
    }

    /** The tree was copied by an old kernel, and lists neither times of change nor attributes. */
    @ParameterizedTest
    @ValueSource(strings = {"xfs-v4", "xfs-v4-512"})
    void version4IsAsTheTreeThatTheImageWasMadeFrom(String name) throws IOException {
        try (DiskImage image = Fixtures.open(name + ".raw.gz")) {
            FileSystem fileSystem = Fixtures.fileSystem(image);
            FileTree tree = Fixtures.tree(image);

            Fixtures.Told told = Fixtures.tellAll(fileSystem, tree);

            assertThat(told.unread()).isEmpty();
            assertThat(fileSystem.faults()).isEmpty();
            assertSame(
                    told.lines().stream().map(XfsFileSystemTest::withoutLast).toList(),
                    oracle("xfs-v4"));
            Inode large = tree.find(FilePath.of("/attribute-large")).orElseThrow();
            assertThat(fileSystem.attributes(large).get("user.large"))
                    .containsOnly('z')
                    .hasSize(20000);
            Inode many = tree.find(FilePath.of("/attributes-node")).orElseThrow();
            assertThat(fileSystem.attributes(many)).hasSize(61);
        }
    }

    private static String withoutLast(String line) {
        String[] columns = line.split("\t");
        return String.join("\t", List.of(columns).subList(0, columns.length - 2));
    }

    /** The image with the last record of its journal damaged; the other file says where. */
    private static byte[] damaged(String how) throws IOException {
        byte[] bytes = Fixtures.bytes("xfs-wrapped.raw.gz");
        for (String line : Fixtures.oracle(Fixtures.ROOT.resolve("xfs-wrapped.damage"))) {
            if (line.startsWith(how + " ")) {
                int at = Integer.parseInt(line.substring(how.length() + 1));
                if (how.equals("torn")) {
                    for (int i = at; i < at + 64; i++) {
                        bytes[i] ^= (byte) 0xff;
                    }
                } else {
                    int round = ByteBuffer.wrap(bytes).getInt(at);
                    Arrays.fill(bytes, at, at + 512, (byte) 0);
                    ByteBuffer.wrap(bytes).putInt(at, round - 1);
                }
            }
        }
        return bytes;
    }

    /** The listing was made after a kernel had replayed the journal of the same image. */
    @ParameterizedTest
    @ValueSource(strings = {"xfs-dirty", "xfs-wrapped", "xfs-wrapped-torn", "xfs-wrapped-half"})
    void aJournalIsReplayedAsTheKernelReplaysIt(String name) throws IOException {
        List<String> oracle = oracle(name);
        byte[] bytes =
                name.startsWith("xfs-wrapped-")
                        ? damaged(name.substring("xfs-wrapped-".length()))
                        : Fixtures.bytes(name + ".raw.gz");
        try (DiskImage image = DiskImage.open(new MemoryDevice(bytes), Limits.DEFAULT)) {
            FileSystem fileSystem = Fixtures.fileSystem(image);

            Fixtures.Told told = Fixtures.tellAll(fileSystem, Fixtures.tree(image));

            assertThat(fileSystem.faults()).isEmpty();
            assertThat(told.unread()).isEmpty();
            assertSame(told.lines(), oracle);
            assertThat(fileSystem.notes())
                    .singleElement()
                    .satisfies(
                            note ->
                                    assertThat(note.text())
                                            .matches(
                                                    "the journal was replayed: \\d+ transactions?"));
        }
    }

    /** Lines are long: only those that differ are shown, and of them the beginning. */
    private static void assertSame(List<String> found, List<String> expected) {
        var missing = new LinkedHashSet<>(expected);
        missing.removeAll(new HashSet<>(found));
        var surplus = new LinkedHashSet<>(found);
        surplus.removeAll(new HashSet<>(expected));
        assertThat(surplus.stream().map(each -> each.substring(0, Math.min(300, each.length()))))
                .as("not as the kernel shows them, which is %s", missing.stream().limit(9).toList())
                .isEmpty();
        assertThat(missing).isEmpty();
        assertThat(found).hasSameSizeAs(expected);
    }

    private static List<String> oracle(String name) {
        return new String(Fixtures.bytes(name + ".files.tsv.gz"), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    /** As xfs_db tells them. */
    @ParameterizedTest
    @ValueSource(strings = {"xfs-default", "xfs-1k", "xfs-64k-directories", "xfs-v4", "xfs-v4-512"})
    void theFreePartsAreThoseThatAnotherReaderNames(String name) throws IOException {
        try (DiskImage image = Fixtures.open(name + ".raw.gz")) {
            var found = new ArrayList<String>();

            Fixtures.fileSystem(image)
                    .unallocated((offset, length) -> found.add(offset + "+" + length));

            assertThat(found).isEqualTo(Fixtures.oracle(Fixtures.ROOT.resolve(name + ".free")));
        }
    }

    private static byte[] changed(String name, int at, int number, boolean sealed) {
        byte[] bytes = Fixtures.bytes(name);
        ByteBuffer.wrap(bytes).putInt(at, number);
        if (sealed) {
            ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(224, XfsDisk.checksum(bytes, 0, 512, 224));
        }
        return bytes;
    }

    private static FileSystem open(byte[] bytes) throws IOException {
        return XfsFileSystem.open(new MemoryDevice(bytes), Limits.DEFAULT);
    }

    @Test
    void aSuperblockThatIsDamagedOrUnknownIsRefused() {
        assertThatThrownBy(() -> open(changed("xfs-default.raw.gz", 128, 77, false)))
                .isInstanceOf(CorruptImageException.class)
                .hasMessageContaining("checksum of the XFS superblock");
        assertThatThrownBy(() -> open(changed("xfs-default.raw.gz", 216, 0x10000, true)))
                .isInstanceOf(UnsupportedImageException.class)
                .hasMessageContaining("0x10000 (unknown)");
        assertThatThrownBy(() -> open(changed("xfs-default.raw.gz", 216, 0x10, true)))
                .isInstanceOf(UnsupportedImageException.class)
                .hasMessageContaining("repaired");
        assertThatThrownBy(() -> open(changed("xfs-default.raw.gz", 84, 0x7fffffff, true)))
                .isInstanceOf(CorruptImageException.class)
                .hasMessageContaining("blocks in an allocation group");
    }

    @Test
    void contentOnARealtimeDeviceIsUnreadAndTheRestIsNot() throws IOException {
        try (DiskImage image = Fixtures.open("xfs-realtime.raw.gz")) {
            FileSystem fileSystem = Fixtures.fileSystem(image);

            Fixtures.Told told = Fixtures.tell(fileSystem, Fixtures.tree(image));

            assertThat(told.unread())
                    .singleElement()
                    .satisfies(
                            each -> {
                                assertThat(each.where()).isEqualTo("/there/file");
                                assertThat(each.reason())
                                        .contains("is on the realtime device, which is not in");
                            });
            assertThat(told.lines()).anyMatch(line -> line.startsWith("/here\tsymlink\t"));
            assertThat(told.lines()).hasSize(3);
        }
    }

    @Test
    void aJournalOnAnotherDeviceIsAFault() throws IOException {
        byte[] bytes = changed("xfs-default.raw.gz", 52, 0, true);

        assertThat(open(bytes).faults().toString()).contains("it is on another device");
    }

    @Test
    void aDamagedInodeIsUnreadAlone() throws IOException {
        byte[] bytes = Fixtures.bytes("xfs-default.raw.gz");
        FileSystem whole = open(bytes);
        Inode numbers =
                new FileTree(whole, bytes.length, Limits.DEFAULT)
                        .find(FilePath.of("/numbers"))
                        .orElseThrow();
        var superblock = XfsSuperblock.read(new MemoryDevice(bytes), false);
        bytes[(int) superblock.inodeOffset(numbers.number()) + 60] ^= 1;
        FileSystem damaged = open(bytes);

        Fixtures.Told told =
                Fixtures.tellAll(damaged, new FileTree(damaged, bytes.length, Limits.DEFAULT));

        assertThat(told.unread()).hasSize(1);
        assertThat(told.unread().getFirst().where()).isEqualTo("/numbers");
        assertThat(told.unread().getFirst().reason()).contains("checksum of inode");
        assertThat(told.lines()).hasSize(oracle("xfs-default").size() - 1);
    }

    /** What the fuzz target reads through. */
    @Test
    void behindASealNoChecksumOfMetadataIsWrong() throws IOException {
        byte[] bytes = Fixtures.bytes("xfs-default.raw.gz");
        var random = new Random(4711);
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < 200; i++) {
                bytes[4096 + random.nextInt(1 << 18)] ^= (byte) (1 + random.nextInt(255));
            }
            var device = new SealedXfs(new MemoryDevice(bytes));
            try {
                FileSystem damaged = XfsFileSystem.open(device, Limits.DEFAULT);
                Fixtures.Told told =
                        Fixtures.tellAll(
                                damaged, new FileTree(damaged, bytes.length, Limits.DEFAULT));
                assertThat(told.unread().toString()).doesNotContain("checksum");
            } catch (ImageException e) {
                assertThat(e).hasMessageNotContaining("checksum");
            }
        }
    }

    @Test
    void aDamagedBlockOfADirectoryHidesNoOther() throws IOException {
        byte[] bytes = Fixtures.bytes("xfs-default.raw.gz");
        FileSystem whole = open(bytes);
        Inode node =
                new FileTree(whole, bytes.length, Limits.DEFAULT)
                        .find(FilePath.of("/node"))
                        .orElseThrow();
        bytes[(int) whole.firstByte(node) + 100] ^= 1;
        Listing listing = open(bytes).list(node);

        assertThat(listing.faults()).singleElement().asString().contains("checksum of block 0");
        assertThat(listing.entries().size()).isBetween(1000, 1399);
    }
}
