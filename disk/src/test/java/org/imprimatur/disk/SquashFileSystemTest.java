package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SquashFileSystemTest {

    /** Nothing is compressed, so that what is wrong can be put in by hand. */
    private static final String PLAIN = "squash-plain.raw.gz";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "squash-gzip.raw.gz",
                "squash-xz.raw.gz",
                "squash-zstd.raw.gz",
                "squash-lz4.raw.gz",
                "squash-lzo.raw.gz",
                "squash-plain.raw.gz",
                "squash-large-blocks.raw.gz"
            })
    void everyEntryIsAsTheTreeThatTheImageWasMadeFrom(String name) throws IOException {
        try (DiskImage image = Fixtures.open(name)) {
            FileSystem fileSystem = Fixtures.fileSystem(image);

            Fixtures.Told told = Fixtures.tellWithTimes(fileSystem, Fixtures.tree(image));

            assertThat(told.unread()).isEmpty();
            assertThat(fileSystem.faults()).isEmpty();
            assertThat(image.unread()).isEmpty();
            assertThat(told.differences("squash.files.tsv")).isEmpty();
            assertThat(fileSystem.type()).isEqualTo("squashfs");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"squash-gzip.raw.gz", PLAIN})
    void extendedAttributesAreRead(String name) throws IOException {
        byte[] image = Fixtures.bytes(name);
        String shared = "a value that is shared, and long enough for it to be worth while";

        assertThat(attributes(image, "/etc/os-release"))
                .isEqualTo(Map.of("user.comment", "a value"));
        assertThat(attributes(image, "/numbers")).isEqualTo(Map.of("user.comment", shared));
        assertThat(attributes(image, "/many")).isEqualTo(Map.of("user.of-a-directory", ""));
        assertThat(attributes(image, "/large")).containsEntry("user.comment", shared);
        Inode large = tree(image).find(FilePath.of("/large")).orElseThrow();
        assertThat(
                        HexFormat.of()
                                .formatHex(
                                        open(image).attributes(large).get("security.capability")))
                .isEqualTo("0100000200200000000000000000000000000000");
        assertThat(attributes(image, "/empty")).isEmpty();
    }

    private static Map<String, String> attributes(byte[] image, String path) throws IOException {
        Inode inode = tree(image).find(FilePath.of(path)).orElseThrow();
        var found = new TreeMap<String, String>();
        open(image)
                .attributes(inode)
                .forEach(
                        (name, value) ->
                                found.put(name, new String(value, StandardCharsets.UTF_8)));
        return found;
    }

    @Test
    void severalFilesOfOneContentAreReadOnce() throws IOException {
        FileTree tree = tree(Fixtures.bytes("squash-zstd.raw.gz"));

        assertThat(tree.find(FilePath.of("/large")).orElseThrow().number())
                .isEqualTo(tree.find(FilePath.of("/large-again")).orElseThrow().number());
    }

    @Test
    void holesAreNotGivenToTheSink() throws IOException {
        byte[] image = Fixtures.bytes("squash-zstd.raw.gz");
        FileSystem fileSystem = open(image);
        var pieces = new ArrayList<Long>();
        Inode sparse = tree(image).find(FilePath.of("/sparse")).orElseThrow();
        fileSystem.read(sparse, (offset, _, _, _) -> pieces.add(offset));

        assertThat(pieces).containsExactly(0L, 294912L, 1998848L);
        Inode holes = tree(image).find(FilePath.of("/holes-only")).orElseThrow();
        assertThat(fileSystem.storedBytes(holes)).isZero();
    }

    @Test
    void whatLiesBehindTheEndIsFree() throws IOException {
        byte[] image = Fixtures.bytes(PLAIN);
        long end = Bytes.i64le(image, 40);
        var free = new ArrayList<String>();
        open(image).unallocated((offset, length) -> free.add(offset + "+" + length));

        assertThat(free).containsExactly(end + "+" + (image.length - end));
    }

    // One thing wrong with each.

    @Test
    void aSuperblockThatLiesIsRefused() {
        assertRefused(image -> image[22] = 12, "not of 4096 to 1048576");
        assertRefused(image -> image[46] = 1, "lies outside");
        assertRefused(image -> image[65 + 4] = 1, "the table of inodes");
        assertRefused(image -> image[73 + 4] = 1, "the table of directories");
        assertRefused(image -> image[49 + 4] = 1, "the table of owners");
        assertRefused(image -> image[57 + 4] = 1, "the table of attributes");
        assertRefused(image -> System.arraycopy(image, 72, image, 64, 8), "the inodes begin at");
    }

    @Test
    void whatIsNotKnownIsRefusedByName() {
        assertUnsupported(image -> image[28] = 3, "version 3.0");
        assertUnsupported(image -> image[25] |= 0x10, "features 0x1000");
        assertUnsupported(image -> image[20] = 2, "compressed by lzma");
        assertUnsupported(image -> image[20] = 9, "compressed by method 9");
    }

    @Test
    void damagedBlocksCostOnlyTheFile() throws IOException {
        for (String name : new String[] {"gzip", "xz", "zstd"}) {
            byte[] image = Fixtures.bytes("squash-" + name + ".raw.gz");
            Inode large = tree(image).find(FilePath.of("/large")).orElseThrow();
            int at = (int) open(image).firstByte(large);
            for (int i = 100; i < 140; i++) {
                image[at + i] ^= 0x55;
            }
            assertUnread(image, "/large", "is damaged");
        }
    }

    @Test
    void aListOfBlocksThatLeavesTheVolumeIsRefused() throws IOException {
        byte[] image = Fixtures.bytes(PLAIN);
        int inode = inode(image, "/whole-blocks");
        image[inode + 32 + 3] = 2;
        assertUnread(image, "/whole-blocks", "has size 0x2002000");

        image[inode + 32 + 3] = 1;
        image[inode + 16 + 2] = 0x70;
        assertUnread(image, "/whole-blocks", "from offset");
    }

    @Test
    void aBlockThatIsTooShortIsRefused() throws IOException {
        byte[] image = Fixtures.bytes(PLAIN);
        image[inode(image, "/whole-blocks") + 32 + 1] = 0x1f;

        assertUnread(image, "/whole-blocks", "holds 7936 bytes, not 8192");
    }

    @Test
    void anEndThatIsNotInItsFragmentIsRefused() throws IOException {
        byte[] plain = Fixtures.bytes(PLAIN);
        int inode = inode(plain, "/old");
        // The fragment that no table has: the superblock counts none.
        plain[inode + 20] = 0;
        plain[inode + 21] = 0;
        plain[inode + 22] = 0;
        plain[inode + 23] = 0;
        assertUnread(plain, "/old", "ends in fragment 0 of 0");
    }

    @Test
    void anOwnerThatIsNotInTheTableIsRefused() throws IOException {
        byte[] image = Fixtures.bytes(PLAIN);
        image[inode(image, "/old") + 4] = 50;

        assertUnread(image, "/old", "owner number 50 of");
    }

    @Test
    void anUnknownKindOfInodeIsRefused() throws IOException {
        byte[] image = Fixtures.bytes(PLAIN);
        image[inode(image, "/old")] = 15;

        assertUnread(image, "/old", "unknown kind 15");
    }

    @Test
    void aLinkWithoutMeasureIsRefused() throws IOException {
        byte[] image = Fixtures.bytes(PLAIN);
        image[inode(image, "/links/dangling") + 22] = 1;

        assertUnread(image, "/links/dangling", "not 1 to 4096");
    }

    @Test
    void aDirectoryThatIsLongerThanAllOfThemIsRefused() throws IOException {
        byte[] image = Fixtures.bytes(PLAIN);
        int inode = inode(image, "/no-entries");
        image[inode + 24] = (byte) 0xff;
        image[inode + 25] = (byte) 0xff;

        assertThat(told(image).unread())
                .anySatisfy(
                        unread -> {
                            assertThat(unread.where()).isEqualTo("/no-entries");
                            assertThat(unread.reason()).isNotBlank();
                        });
    }

    @Test
    void aDirectoryThatLeadsBackIsVisitedOnce() throws IOException {
        byte[] image = Fixtures.bytes(PLAIN);
        int root = inode(image, "/");
        int child = inode(image, "/a");
        // The same entries as those of the root.
        System.arraycopy(image, root + 16, image, child + 16, 12);

        assertThat(told(image).unread().toString()).contains("a second name for the directory");
    }

    /** Where an inode stands in the image in which nothing is compressed. */
    private static int inode(byte[] image, String path) throws IOException {
        FileTree tree = tree(image);
        FilePath wanted = FilePath.of(path);
        Inode inode = tree.find(wanted).orElseThrow();
        long place = inode.number() - 1;
        return (int) (Bytes.i64le(image, 64) + (place >>> 16) + 2 + (place & 0xffff));
    }

    private static FileSystem open(byte[] image) throws IOException {
        return SquashFileSystem.open(new MemoryDevice(image), Limits.DEFAULT);
    }

    private static FileTree tree(byte[] image) throws IOException {
        return new FileTree(open(image), image.length, Limits.DEFAULT);
    }

    private static Fixtures.Told told(byte[] image) throws IOException {
        FileSystem fileSystem = open(image);
        return Fixtures.tell(fileSystem, new FileTree(fileSystem, image.length, Limits.DEFAULT));
    }

    private static void assertRefused(Consumer<byte[]> change, String saying) {
        byte[] image = Fixtures.bytes(PLAIN);
        change.accept(image);
        assertThatThrownBy(() -> open(image))
                .isInstanceOf(CorruptImageException.class)
                .hasMessageContaining(saying);
    }

    private static void assertUnsupported(Consumer<byte[]> change, String saying) {
        byte[] image = Fixtures.bytes(PLAIN);
        change.accept(image);
        assertThatThrownBy(() -> open(image))
                .isInstanceOf(UnsupportedImageException.class)
                .hasMessageContaining(saying);
    }

    private static void assertUnread(byte[] image, String path, String saying) throws IOException {
        assertThat(told(image).unread())
                .anySatisfy(
                        unread -> {
                            assertThat(unread.where()).isEqualTo(path);
                            assertThat(unread.reason()).contains(saying);
                        });
    }
}
