package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.imprimatur.disk.VolumeContent.FileSystemContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsoFileSystemTest {

    @ParameterizedTest
    @CsvSource({
        "iso-rr-joliet, unix",
        "iso-rr-moved, unix",
        "iso-joliet, plain",
        "iso-plain, plain",
    })
    void everyEntryIsAsTheTreeThatTheImageWasMadeFrom(String name, String tree) throws IOException {
        try (DiskImage image = Fixtures.open(name + ".raw.gz")) {
            FileSystem fileSystem = Fixtures.fileSystem(image);

            Fixtures.Told told = Fixtures.tellWithTimes(fileSystem, Fixtures.tree(image));

            assertThat(told.unread()).isEmpty();
            assertThat(fileSystem.faults()).isEmpty();
            assertThat(image.unread()).isEmpty();
            assertThat(told.differences(tree + ".files.tsv"))
                    .filteredOn(
                            line ->
                                    // The one is made with the image, the other not understood by
                                    // genisoimage.
                                    !line.startsWith("+ /boot/boot.cat\t")
                                            && !line.startsWith("- /links/of-908\t")
                                            && !line.startsWith(MOVED))
                    .isEmpty();
            assertThat(fileSystem.label()).contains("IMPRIMATUR");
        }
    }

    /** What genisoimage puts the moved directories in, with the time of its run. */
    private static final String MOVED = "+ /rr_moved\t";

    @ParameterizedTest
    @ValueSource(strings = {"iso-hybrid-gpt.raw.gz", "iso-hybrid-mbr.raw.gz"})
    void anImageForCdAndStickIsSeenWhole(String name) throws IOException {
        try (DiskImage image = Fixtures.open(name)) {
            assertThat(image.unread()).isEmpty();
            assertThat(image.outsidePartitions()).isEmpty();
            assertThat(image.volumes())
                    .extracting(Volume::content)
                    .allSatisfy(
                            content -> assertThat(content).isInstanceOf(FileSystemContent.class))
                    .extracting(content -> ((FileSystemContent) content).fileSystem())
                    .allSatisfy(fileSystem -> assertThat(fileSystem.faults()).isEmpty())
                    .extracting(FileSystem::type)
                    .containsExactly("iso9660", "fat12");
            assertThat(image.notes().toString()).contains("covers the ISO 9660 file system");
            assertThat(
                            Fixtures.tellWithTimes(Fixtures.fileSystem(image), Fixtures.tree(image))
                                    .differences("plain.files.tsv"))
                    .filteredOn(line -> !line.startsWith("+ /boot.catalog\t"))
                    .isEmpty();
        }
    }

    @Test
    void bootImagesAreNoted() throws IOException {
        assertThat(open(image("iso-rr-joliet")).notes().toString())
                .contains("PC BIOS at offset", "UEFI at offset");
    }

    @Test
    void severalNamesOfOneContentAreOneInode() throws IOException {
        FileTree tree = tree(image("iso-rr-joliet"));

        assertThat(tree.find(FilePath.of("/links/hard")).orElseThrow().number())
                .isEqualTo(tree.find(FilePath.of("/numbers")).orElseThrow().number());
    }

    @Test
    void aFileMayHaveSeveralSections() throws IOException {
        byte[] image = image("iso-plain");
        int first = record(image, "FILE100.;1");
        int second = record(image, "FILE101.;1");
        image[first + 25] |= (byte) IsoRecord.MORE;
        putBoth(image, first + 10, 2048);
        image[second + 33 + 6] = '0';
        FileSystem fileSystem = open(image);
        Inode file = tree(image).find(FilePath.of("/many/file100")).orElseThrow();

        byte[] content = fileSystem.readAll(file, 1 << 20);

        assertThat(content).hasSize(2048 + 4);
        assertThat(new String(content, 2048, 4, StandardCharsets.US_ASCII)).isEqualTo("101\n");
        assertThat(new String(content, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("100\n");

        putBoth(image, first + 10, 2047);
        assertUnread(image, "/many/file100", "a section of 2047 bytes");
        image[second + 33 + 6] = '1';
        assertUnread(image, "/many", "no last one");
    }

    @Test
    void whatNoTreeCoversIsFree() throws IOException {
        byte[] image = image("iso-rr-joliet");
        var free = new ArrayList<String>();
        open(image).unallocated((offset, length) -> free.add(offset + "+" + length));

        // The padding that xorriso puts at the end.
        assertThat(free).hasSize(2).last().isEqualTo((image.length - 307200) + "+307200");
    }

    // One thing wrong with each.

    @Test
    void descriptorsThatLieAreRefused() {
        assertRefused(image -> image[17 * 2048] = 3, "no end of them");
        assertRefused(image -> image[16 * 2048] = 4, "no primary volume descriptor");
        assertRefused(image -> image[16 * 2048 + 80] ^= 1, "for another");
        assertRefused(image -> putBoth(image, 16 * 2048 + 80, 1 << 20), "lies outside");
        assertRefused(image -> putBoth16(image, 16 * 2048 + 128, 4096), "blocks of 4096 bytes");
    }

    @Test
    void aRecordThatSaysTwoThingsIsAFaultOfItsDirectory() throws IOException {
        byte[] image = image("iso-plain");
        image[record(image, "README.TXT;1") + 2] ^= 1;

        assertUnread(image, "/", "for another");
    }

    @Test
    void contentOutsideTheVolumeIsRefused() throws IOException {
        byte[] image = image("iso-plain");
        putBoth(image, record(image, "README.TXT;1") + 2, 1 << 20);

        assertUnread(image, "/readme.txt", "lies outside");
    }

    @Test
    void contentThatBeginsAsAnotherAndEndsElsewhereIsRefused() throws IOException {
        byte[] image = image("iso-plain");
        int one = record(image, "FILE100.;1");
        putBoth(image, record(image, "FILE101.;1") + 2, (int) Bytes.u32le(image, one + 2));
        putBoth(image, record(image, "FILE101.;1") + 10, 5);

        assertUnread(image, "/many/file101", "as that of another file");
    }

    @Test
    void aDirectoryThatLeadsBackIsVisitedOnce() throws IOException {
        byte[] image = image("iso-plain");
        putBoth(image, record(image, "SUB") + 2, (int) Bytes.u32le(image, 16 * 2048 + 158));

        assertUnread(image, "/dir/sub", "a second name for the directory");
    }

    @Test
    void directoriesThatShareASectorAreRefused() throws IOException {
        byte[] image = image("iso-plain");
        int self = (int) Bytes.u32le(image, record(image, "DIR") + 2) * 2048;
        putBoth(image, self + 10, 8 * 2048);

        assertThat(told(image).unread().toString()).contains("shares a sector with another");
    }

    @Test
    void aLoopOfContinuationsIsRefused() throws IOException {
        byte[] image = image("iso-rr-joliet");
        int entry = find(image, "CE\u001c\u0001", find(image, "NM\u000b\u0001\u0000of-908"));
        int area = (int) (Bytes.u32le(image, entry + 4) * 2048 + Bytes.u32le(image, entry + 12));
        byte[] bad = image.clone();
        System.arraycopy(image, entry, bad, area, 28);
        assertUnread(bad, "/links", "come to block");

        putBoth(image, entry + 4, 1 << 20);
        assertUnread(image, "/links", "lies outside");
    }

    @Test
    void aContinuationWithoutMeasureIsRefused() throws IOException {
        byte[] image = image("iso-rr-joliet");
        int entry = find(image, "CE\u001c\u0001", find(image, "NM\u000b\u0001\u0000of-908"));
        putBoth(image, entry + 20, 1 << 20);

        assertUnread(image, "/links", "a continuation of 1048576 bytes");
    }

    @Test
    void anEntryThatReachesBeyondItsRecordIsRefused() throws IOException {
        byte[] image = image("iso-rr-joliet");
        image[find(image, "NM\u000b\u0001\u0000of-908") + 2] = (byte) 250;

        assertUnread(image, "/links", "reaches beyond its area");
    }

    @Test
    void aMovedDirectoryThatIsFoundNowhereIsAFault() throws IOException {
        byte[] image = image("iso-rr-moved");
        image[find(image, "CL\u000c\u0001", 0)] = 'X';

        assertThat(open(image).faults().toString()).contains("found nowhere");
    }

    @Test
    void compressedContentIsRefusedByName() throws IOException {
        byte[] image = image("iso-rr-joliet");
        int name = find(image, "NM\u000c\u0001\u0000numbers");
        image[find(image, "TF\u001a\u0001", name - 100)] = 'Z';

        assertThat(told(image).unread().toString()).contains("zisofs");
    }

    @Test
    void contentThatOnlyJolietKnowsIsAFault() throws IOException {
        byte[] image = image("iso-rr-joliet");
        int record = find(image, "\u0000n\u0000u\u0000m\u0000b\u0000e\u0000r\u0000s") - 33;
        putBoth(image, record + 10, 100_000);

        assertThat(open(image).faults())
                .singleElement()
                .asString()
                .contains("1 parts of files that the tree shown does not have");
    }

    @Test
    void aBootImageThatIsNoFileIsAFault() throws IOException {
        byte[] image = image("iso-rr-joliet");
        int catalog = (int) Bytes.u32le(image, 17 * 2048 + 71) * 2048;
        byte[] bad = image.clone();
        bad[catalog + 32 + 8] = 20;
        assertThat(open(bad).faults().toString()).contains("PC BIOS", "is no file");

        image[catalog + 4] ^= 1;
        assertThat(open(image).faults().toString())
                .contains("the first entry of the boot catalogue");
    }

    private static byte[] image(String name) {
        return Fixtures.bytes(name + ".raw.gz");
    }

    private static FileSystem open(byte[] image) throws IOException {
        return IsoFileSystem.open(new MemoryDevice(image), Limits.DEFAULT);
    }

    private static FileTree tree(byte[] image) throws IOException {
        return new FileTree(open(image), image.length, Limits.DEFAULT);
    }

    private static Fixtures.Told told(byte[] image) throws IOException {
        FileSystem fileSystem = open(image);
        return Fixtures.tell(fileSystem, new FileTree(fileSystem, image.length, Limits.DEFAULT));
    }

    private static void assertRefused(Consumer<byte[]> change, String saying) {
        byte[] image = image("iso-plain");
        change.accept(image);
        assertThatThrownBy(() -> open(image))
                .isInstanceOf(CorruptImageException.class)
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

    /** Where the record of a plain name stands. */
    private static int record(byte[] image, String name) {
        return find(image, (char) name.length() + name, 18 * 2048) - 32;
    }

    private static int find(byte[] image, String text) {
        return find(image, text, 0);
    }

    private static int find(byte[] image, String text, int from) {
        for (int at = from; at < image.length; at++) {
            if (Bytes.has(image, at, text)) {
                return at;
            }
        }
        throw new AssertionError(text);
    }

    private static void putBoth(byte[] image, int at, int value) {
        ByteBuffer.wrap(image, at, 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .order(ByteOrder.BIG_ENDIAN)
                .putInt(value);
    }

    private static void putBoth16(byte[] image, int at, int value) {
        image[at] = (byte) value;
        image[at + 1] = (byte) (value >>> 8);
        image[at + 2] = (byte) (value >>> 8);
        image[at + 3] = (byte) value;
    }
}
