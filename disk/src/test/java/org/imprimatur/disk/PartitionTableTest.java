package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.imprimatur.disk.VolumeContent.FileSystemContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables made by hand, each with a FAT of 1 MiB in its partitions. */
class PartitionTableTest {

    private static final int DISK = 4 << 20;
    private static final int PLACE = 1 << 20;

    private final byte[] fat = Fixtures.bytes("fat-12.raw.gz");
    private final byte[] disk = new byte[DISK];

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void gptIsReadInSectorsOfEitherSize(int sector) throws IOException {
        put(PLACE);
        gpt(sector, DISK / sector - 1);

        try (DiskImage image = open()) {
            assertThat(image.unread()).isEmpty();
            assertThat(image.outsidePartitions()).isEmpty();
            assertFats(image, PLACE);
            assertThat(image.volumes().getFirst().title()).isEqualTo("p1 (boot)");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void theBackupStandsInForADamagedTable(int sector) throws IOException {
        put(PLACE);
        gpt(sector, DISK / sector - 1);
        disk[sector] = 0;

        try (DiskImage image = open()) {
            assertThat(image.unread().toString()).contains("the primary table is damaged");
            assertFats(image, PLACE);
        }
    }

    @Test
    void aDamagedBackupIsReported() throws IOException {
        put(PLACE);
        gpt(512, DISK / 512 - 1);
        disk[DISK - 512 + 40] ^= 1;

        try (DiskImage image = open()) {
            assertThat(image.unread().toString()).contains("the backup table is damaged");
            assertFats(image, PLACE);
        }
    }

    @Test
    void tablesThatNameOtherPartitionsAreReported() throws IOException {
        put(PLACE);
        gpt(512, DISK / 512 - 1);
        int backup = DISK - 33 * 512;
        disk[backup + 56] = 'B';
        seal(DISK - 512, backup);

        try (DiskImage image = open()) {
            assertThat(image.unread().toString()).contains("name other partitions");
        }
    }

    /** Images are often made larger after the table was written. */
    @Test
    void theBackupIsFoundWhereThePrimaryTableSays() throws IOException {
        put(PLACE);
        gpt(512, DISK / 512 - 1001);

        try (DiskImage image = open()) {
            assertThat(image.unread()).isEmpty();
            assertThat(image.outsidePartitions()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void logicalPartitionsAreReadInSectorsOfEitherSize(int sector) throws IOException {
        put(PLACE / 2);
        put(2 * PLACE);
        int extended = 3 * PLACE / 2 + 65536;
        mbr(0, 0, 0x83, PLACE / 2 / sector, PLACE / sector);
        mbr(0, 1, 0x0f, extended / sector, (DISK - extended) / sector);
        mbr(extended, 0, 0x83, (2 * PLACE - extended) / sector, PLACE / sector);
        // An empty record in the chain, and nothing behind it.
        int second = 3 * PLACE;
        mbr(extended, 1, 0x05, (second - extended) / sector, 1);
        disk[second + 510] = 0x55;
        disk[second + 511] = (byte) 0xaa;

        try (DiskImage image = open()) {
            assertThat(image.unread()).isEmpty();
            assertThat(image.volumes()).extracting(Volume::id).containsExactly("p1", "p5");
            assertFats(image, PLACE / 2, 2 * PLACE);
        }
    }

    @Test
    void partitionsThatOnlyTheMbrNamesAreReadBesideThoseOfTheGpt() throws IOException {
        put(PLACE);
        put(5 * PLACE / 2);
        gpt(512, DISK / 512 - 1);
        mbr(0, 1, 0x0c, PLACE / 512, PLACE / 512);
        mbr(0, 2, 0x0c, 5 * PLACE / 2 / 512, PLACE / 512);

        try (DiskImage image = open()) {
            assertThat(image.unread()).isEmpty();
            assertThat(image.notes().toString()).contains("only the MBR before the GPT names");
            assertThat(image.volumes()).extracting(Volume::id).containsExactly("p1", "mbr-p3");
            assertFats(image, PLACE, 5 * PLACE / 2);
        }
    }

    @Test
    void aPartitionOfTheMbrThatLeavesTheDiskIsReported() throws IOException {
        put(PLACE);
        gpt(512, DISK / 512 - 1);
        mbr(0, 1, 0x0c, PLACE / 512, DISK / 512);

        try (DiskImage image = open()) {
            assertThat(image.unread().toString()).contains("the MBR before it is damaged");
            assertFats(image, PLACE);
        }
    }

    @Test
    void partitionsThatOverlapAreReported() throws IOException {
        put(PLACE);
        mbr(0, 0, 0x83, PLACE / 512, PLACE / 512);
        mbr(0, 1, 0x83, PLACE / 512 + 8, PLACE / 512);

        try (DiskImage image = open()) {
            assertThat(image.unread().toString()).contains("inside p1");
        }
    }

    @Test
    void withoutATableTheDiskIsOneVolume() throws IOException {
        try (DiskImage image = DiskImage.open(new MemoryDevice(fat), Limits.DEFAULT)) {
            assertThat(image.volumes()).extracting(Volume::id).containsExactly("disk");
            assertFats(image, 0);
        }
    }

    private DiskImage open() throws IOException {
        return DiskImage.open(new MemoryDevice(disk), Limits.DEFAULT);
    }

    private static void assertFats(DiskImage image, long... offsets) {
        assertThat(image.volumes().stream().mapToLong(Volume::offset))
                .containsExactly(box(offsets));
        assertThat(image.volumes())
                .extracting(Volume::content)
                .allSatisfy(
                        content ->
                                assertThat(content)
                                        .isInstanceOfSatisfying(
                                                FileSystemContent.class,
                                                found ->
                                                        assertThat(found.fileSystem().type())
                                                                .isEqualTo("fat12")));
    }

    private static Long[] box(long... numbers) {
        return Arrays.stream(numbers).boxed().toArray(Long[]::new);
    }

    private void put(int at) {
        System.arraycopy(fat, 0, disk, at, fat.length);
    }

    /** One partition of 1 MiB, in both tables. */
    private void gpt(int sector, int lastSector) {
        mbr(0, 0, 0xee, 1, DISK / sector - 1);
        int entries = 128 * 128;
        int table = 2 * sector;
        int backupTable = lastSector * sector - entries;
        for (int at : new int[] {table, backupTable}) {
            ByteBuffer entry = little(at, 128);
            entry.putLong(0x4433_1122_8877_6655L).putLong(0x0102_0304_0506_0708L);
            entry.position(32).putLong(PLACE / sector).putLong(2 * PLACE / sector - 1);
            entry.position(56).put("boot".getBytes(StandardCharsets.UTF_16LE));
        }
        header(sector, sector, 1, lastSector, 2);
        header(sector, lastSector * sector, lastSector, 1, backupTable / sector);
        seal(sector, table);
        seal(lastSector * sector, backupTable);
    }

    private void header(int sector, int at, long self, long other, long table) {
        ByteBuffer header = little(at, 92);
        header.put("EFI PART".getBytes(StandardCharsets.US_ASCII)).putInt(0x10000).putInt(92);
        header.position(24).putLong(self).putLong(other);
        header.putLong(2 + 128 * 128 / sector).putLong(DISK / sector - 40);
        header.position(72).putLong(table).putInt(128).putInt(128);
    }

    /** Both checksums. */
    private void seal(int header, int table) {
        little(header, 92).putInt(88, crc(table, 128 * 128)).putInt(16, 0);
        little(header, 92).putInt(16, crc(header, 92));
    }

    private int crc(int at, int length) {
        var crc = new CRC32();
        crc.update(disk, at, length);
        return (int) crc.getValue();
    }

    /** Sectors are numbered from where the record counts them. */
    private void mbr(int at, int index, int type, int start, int count) {
        ByteBuffer entry = little(at + 446 + 16 * index, 16);
        entry.put(4, (byte) type).putInt(8, start).putInt(12, count);
        disk[at + 510] = 0x55;
        disk[at + 511] = (byte) 0xaa;
    }

    private ByteBuffer little(int at, int length) {
        return ByteBuffer.wrap(disk, at, length).slice().order(ByteOrder.LITTLE_ENDIAN);
    }
}
