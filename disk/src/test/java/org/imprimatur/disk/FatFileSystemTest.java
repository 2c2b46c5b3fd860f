package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.imprimatur.disk.VolumeContent.UnreadContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FatFileSystemTest {

    /** Every cluster has one sector; the table begins in sector 1 and has 6 sectors. */
    private static final String SMALL = "fat-12.raw.gz";

    private static final int TABLE = 512;
    private static final int COPY = TABLE + 6 * 512;
    private static final int ROOT = COPY + 6 * 512;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fat-12.raw.gz",
                "fat-12-4k-sectors.raw.gz",
                "fat-16.raw.gz",
                "fat-32.raw.gz"
            })
    void everyEntryIsAsTheTreeThatTheImageWasMadeFrom(String name) throws IOException {
        try (DiskImage image = Fixtures.open(name)) {
            FileSystem fileSystem = Fixtures.fileSystem(image);

            Fixtures.Told told = Fixtures.tellWithTimes(fileSystem, Fixtures.tree(image));

            assertThat(told.unread()).isEmpty();
            assertThat(fileSystem.faults()).isEmpty();
            assertThat(told.differences("fat.files.tsv")).isEmpty();
            assertThat(fileSystem.type()).isEqualTo(name.substring(0, 6).replace("-", ""));
            assertThat(fileSystem.label()).contains("IMPRIMATUR");
        }
    }

    /** Firmware and Linux take it for FAT32; by the number of clusters alone it would be FAT12. */
    @Test
    void fewClustersDoNotMakeAnotherFatOfAFat32() throws IOException {
        byte[] image = Fixtures.bytes("fat-32.raw.gz");
        put32(image, 32, 4000);
        byte[] shorter = Arrays.copyOf(image, 4000 * 512);

        FileSystem fileSystem = FatFileSystem.open(new MemoryDevice(shorter), Limits.DEFAULT);

        assertThat(fileSystem.type()).isEqualTo("fat32");
        assertThat(told(fileSystem, shorter.length).differences("fat.files.tsv")).isEmpty();
    }

    @Test
    void aNameMayHaveMoreBytesThanCharacters() throws IOException {
        byte[] image = Fixtures.bytes(SMALL);
        int parts = longName(image, "日-Boot");
        for (int i = 0; i < 6; i++) {
            put16(image, parts + (i < 5 ? 1 + 2 * i : 14 + 2 * (i - 5)), 0x65e5);
        }

        List<DirectoryEntry> entries = open(image).list(open(image).root()).entries();

        assertThat(entries)
                .anySatisfy(entry -> assertThat(entry.name()).hasToString("日".repeat(6)));
        assertThat(FatNames.utf8("\ud800x")).isEqualTo(new byte[] {-19, -96, -128, 'x'});
        assertThat(FileName.read(FatNames.utf8("日".repeat(255)), 0, 765).length()).isEqualTo(765);
    }

    @Test
    void shortNamesAreShownAsLinuxShowsThem() {
        assertThat(FatNames.shortName(entry("README  TXT", 0), 0)).isEqualTo("README.TXT");
        assertThat(FatNames.shortName(entry("README  TXT", 0x08), 0)).isEqualTo("readme.TXT");
        assertThat(FatNames.shortName(entry("README  TXT", 0x18), 0)).isEqualTo("readme.txt");
        assertThat(FatNames.shortName(entry("A B        ", 0), 0)).isEqualTo("A B");
        assertThat(FatNames.shortName(entry("\u0005\u0081\u0094     \u00e1  ", 0), 0))
                .isEqualTo("σüö.ß");
    }

    private static byte[] entry(String name, int flags) {
        byte[] entry = new byte[32];
        System.arraycopy(name.getBytes(StandardCharsets.ISO_8859_1), 0, entry, 0, 11);
        entry[12] = (byte) flags;
        return entry;
    }

    @Test
    void whatNoFileHasIsFree() throws IOException {
        byte[] image = Fixtures.bytes(SMALL);
        FileSystem fileSystem = open(image);
        byte[] covered = covered(fileSystem, image.length);
        // As fsck.vfat counts them; the last cluster ends with the image.
        assertThat(sum(covered)).isEqualTo((2003 - 324) * 512);

        // Clusters in use, of a file that is gone.
        int entry = find(image, "PIECES     ");
        byte[] gone = image.clone();
        gone[entry] = (byte) 0xe5;
        assertThat(sum(covered(open(gone), gone.length))).isEqualTo((2003 - 324 + 79) * 512);

        byte[] damaged = image.clone();
        put16(damaged, entry + 26, 0);
        assertThatThrownBy(() -> open(damaged).unallocated((_, _) -> {}))
                .isInstanceOf(CorruptImageException.class)
                .hasMessageContaining("/pieces");
    }

    private static byte[] covered(FileSystem fileSystem, int size) throws IOException {
        byte[] covered = new byte[size];
        fileSystem.unallocated(
                (offset, length) -> {
                    for (long i = offset; i < offset + length; i++) {
                        covered[(int) i]++;
                    }
                });
        return covered;
    }

    private static int sum(byte[] bytes) {
        int sum = 0;
        for (byte each : bytes) {
            sum += each;
        }
        return sum;
    }

    // What is wrong as a whole.

    @Test
    void aDirtyMarkIsAFault() throws IOException {
        assertFault("fat-12.raw.gz", image -> image[37] |= 1, "not unmounted cleanly");
        assertFault("fat-16.raw.gz", image -> mark16(image, 0x7fff), "not unmounted cleanly");
        assertFault("fat-16.raw.gz", image -> mark16(image, 0xbfff), "met errors");
        assertFault("fat-32.raw.gz", image -> image[65] |= 1, "not unmounted cleanly");
    }

    @Test
    void tablesThatDifferAreAFault() throws IOException {
        assertFault(SMALL, image -> image[COPY + 6 * 512 - 600] ^= 1, "tables differ from cluster");
    }

    @Test
    void chainsThatJoinAreAFaultAndRefused() throws IOException {
        byte[] image = Fixtures.bytes(SMALL);
        int first = firstCluster(image, "PIECES     ");
        int second = get12(image, first);
        put12(image, get12(image, second), second);

        assertThat(open(image).faults().toString())
                .contains(
                        "1 clusters, the first of them %d, are reached from two".formatted(second));
        assertUnread(image, "/pieces", "reached from two places");
    }

    @Test
    void aFileThatBeginsInAnotherIsRefused() throws IOException {
        byte[] image = Fixtures.bytes(SMALL);
        int first = firstCluster(image, "PIECES     ");
        put12(image, first, first);

        assertUnread(image, "/pieces", "which is in the middle of another file");
    }

    @Test
    void aChainThatLeadsNowhereIsRefused() throws IOException {
        byte[] image = Fixtures.bytes(SMALL);
        put12(image, firstCluster(image, "PIECES     "), 0xfef);

        assertUnread(image, "/pieces", "leads to cluster 4079 after 1 clusters");
    }

    @Test
    void aChainThatIsLongerOrShorterThanTheSizeIsRefused() throws IOException {
        byte[] image = Fixtures.bytes(SMALL);
        int entry = find(image, "PIECES     ");
        put32(image, entry + 28, 512);
        assertUnread(image, "/pieces", "more than the 1 clusters");

        put32(image, entry + 28, 50_000);
        assertUnread(image, "/pieces", "but only 79 clusters");
    }

    @Test
    void aSecondEntryForTheSameClustersIsRefused() throws IOException {
        byte[] image = Fixtures.bytes(SMALL);
        int first = firstCluster(image, "PIECES     ");
        put16(image, find(image, "READONLYTXT") + 26, first);

        assertThat(told(open(image), image.length).unread())
                .anySatisfy(
                        unread -> assertThat(unread.reason()).contains("another entry begins too"));
    }

    @Test
    void aDirectoryThatLeadsBackIsRefused() throws IOException {
        byte[] image = Fixtures.bytes(SMALL);
        int efi = find(image, "EFI        ");
        int boot = find(image, "BOOT       ");
        put16(image, boot + 26, Bytes.u16le(image, efi + 26));

        assertUnread(image, "/EFI/BOOT", "another entry begins too");
    }

    @Test
    void aDirectoryWithoutEndIsRefused() throws IOException {
        byte[] image = Fixtures.bytes("fat-32.raw.gz");
        int table = Bytes.u16le(image, 14) * 512;
        // The root becomes the first of 65,000 clusters in a row.
        for (int i = 2; i < 65_000; i++) {
            put32(image, table + 4 * i, i + 1);
        }
        FileSystem fileSystem = FatFileSystem.open(new MemoryDevice(image), Limits.DEFAULT);

        assertThatThrownBy(() -> fileSystem.list(fileSystem.root()))
                .isInstanceOf(CorruptImageException.class)
                .hasMessageContaining("more than the 4096 clusters");
    }

    @Test
    void aLongNameOfAnotherEntryIsAFaultOfTheDirectory() throws IOException {
        byte[] image = Fixtures.bytes(SMALL);
        int parts = longName(image, "日-Boot");
        image[parts + 13] ^= 1;
        Listing listing = open(image).list(open(image).root());

        assertThat(listing.faults()).singleElement().asString().contains("belong to no entry");
        assertThat(listing.entries())
                .anySatisfy(entry -> assertThat(entry.name()).hasToString("_-BOOT"));
    }

    @Test
    void entriesBehindTheEndAreListedAndReported() throws IOException {
        byte[] image = Fixtures.bytes(SMALL);
        int at = find(image, "EMPTY      ");
        image[at] = 0;
        Listing listing = open(image).list(open(image).root());

        assertThat(listing.faults()).singleElement().asString().contains("behind the end");
        assertThat(listing.entries()).hasSizeGreaterThan(5);
    }

    @Test
    void aLabelOrADotWithContentIsReported() throws IOException {
        byte[] image = Fixtures.bytes(SMALL);
        put16(image, find(image, "IMPRIMATUR ") + 26, 500);
        assertThat(open(image).list(open(image).root()).faults())
                .singleElement()
                .asString()
                .contains("a label of the volume");

        byte[] other = Fixtures.bytes(SMALL);
        int efi = ROOT + 32 * 512 + (firstCluster(other, "EFI        ") - 2) * 512;
        assertThat(Bytes.has(other, efi, ".          ")).isTrue();
        put16(other, efi + 26, 500);
        FileSystem fileSystem = open(other);
        FileTree tree = new FileTree(fileSystem, other.length, Limits.DEFAULT);
        assertThat(fileSystem.list(tree.find(FilePath.of("/EFI")).orElseThrow()).faults())
                .singleElement()
                .asString()
                .contains("itself or its parent");
    }

    @Test
    void aBootSectorThatLiesIsRefused() {
        assertRefused(image -> put16(image, 19, 4000), "lies outside");
        assertRefused(image -> put16(image, 22, 1), "cannot describe");
        assertRefused(image -> put16(image, 17, 15), "root directory of 480 bytes");
        assertRefused(image -> put16(image, 14, 2047), "begin at");
        assertRefused(image -> put16(image, 22, 0), "a FAT of");
        assertThatThrownBy(
                        () -> {
                            byte[] image = Fixtures.bytes("fat-32.raw.gz");
                            put16(image, 42, 1);
                            FatFileSystem.open(new MemoryDevice(image), Limits.DEFAULT);
                        })
                .isInstanceOf(UnsupportedImageException.class)
                .hasMessageContaining("version 0x0001");
    }

    @Test
    void signsOfAnotherFileSystemAtOnceAreUnread() throws IOException {
        byte[] image = Fixtures.bytes("fat-16.raw.gz");
        System.arraycopy("_BHRfS_M".getBytes(StandardCharsets.US_ASCII), 0, image, 65600, 8);

        try (DiskImage opened = DiskImage.open(new MemoryDevice(image), Limits.DEFAULT)) {
            assertThat(opened.volumes().getFirst().content())
                    .isInstanceOfSatisfying(
                            UnreadContent.class,
                            content ->
                                    assertThat(content.reason()).contains("at once, of a btrfs"));
        }
    }

    private static FileSystem open(byte[] image) throws IOException {
        return FatFileSystem.open(new MemoryDevice(image), Limits.DEFAULT);
    }

    private static Fixtures.Told told(FileSystem fileSystem, long size) throws IOException {
        return Fixtures.tellWithTimes(fileSystem, new FileTree(fileSystem, size, Limits.DEFAULT));
    }

    /** In both tables. */
    private static void mark16(byte[] image, int value) {
        put16(image, TABLE + 2, value);
        put16(image, TABLE + 512 * Bytes.u16le(image, 22) + 2, value);
    }

    private static void assertFault(String name, Consumer<byte[]> change, String saying)
            throws IOException {
        byte[] image = Fixtures.bytes(name);
        change.accept(image);
        assertThat(open(image).faults()).singleElement().asString().contains(saying);
    }

    private static void assertRefused(Consumer<byte[]> change, String saying) {
        byte[] image = Fixtures.bytes(SMALL);
        change.accept(image);
        assertThatThrownBy(() -> open(image))
                .isInstanceOf(CorruptImageException.class)
                .hasMessageContaining(saying);
    }

    private static void assertUnread(byte[] image, String path, String saying) throws IOException {
        assertThat(told(open(image), image.length).unread())
                .anySatisfy(
                        unread -> {
                            assertThat(unread.where()).isEqualTo(path);
                            assertThat(unread.reason()).contains(saying);
                        });
    }

    /** Where the entry with this short name stands. */
    private static int find(byte[] image, String name) {
        for (int at = ROOT; at < image.length; at += 32) {
            if (Bytes.has(image, at, name)) {
                return at;
            }
        }
        throw new AssertionError(name);
    }

    /** Where the only piece of a long name stands. */
    private static int longName(byte[] image, String name) {
        byte[] units = name.substring(0, 5).getBytes(StandardCharsets.UTF_16LE);
        for (int at = ROOT; at < image.length; at += 32) {
            if (image[at] == 0x41 && Arrays.equals(units, 0, 10, image, at + 1, at + 11)) {
                return at;
            }
        }
        throw new AssertionError(name);
    }

    private static int firstCluster(byte[] image, String name) {
        return Bytes.u16le(image, find(image, name) + 26);
    }

    private static int get12(byte[] image, int cluster) {
        int both = Bytes.u16le(image, TABLE + cluster * 3 / 2);
        return cluster % 2 == 0 ? both & 0xfff : both >>> 4;
    }

    /** In both tables. */
    private static void put12(byte[] image, int cluster, int value) {
        for (int table : new int[] {TABLE, COPY}) {
            int at = table + cluster * 3 / 2;
            int old = Bytes.u16le(image, at);
            put16(image, at, cluster % 2 == 0 ? old & 0xf000 | value : old & 0xf | value << 4);
        }
    }

    private static void put16(byte[] image, int at, int value) {
        image[at] = (byte) value;
        image[at + 1] = (byte) (value >>> 8);
    }

    private static void put32(byte[] image, int at, int value) {
        put16(image, at, value);
        put16(image, at + 2, value >>> 16);
    }
}
