package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Free blocks against what dumpe2fs says of the same image. */
class FreeSpaceTest {

    static Stream<String[]> listed() throws IOException {
        return Fixtures.oracle(Fixtures.ROOT.resolve("free.tsv")).stream()
                .map(line -> line.split("\t"));
    }

    @ParameterizedTest
    @MethodSource("listed")
    void theFreePartsAreThoseThatAnotherReaderNames(String name, String parts) throws IOException {
        try (DiskImage image = Fixtures.open(name)) {
            assertThat(parts(image).stream().collect(Collectors.joining(" "))).isEqualTo(parts);
        }
    }

    private static List<String> parts(DiskImage image) throws IOException {
        var found = new ArrayList<String>();
        Fixtures.fileSystem(image)
                .unallocated((offset, length) -> found.add(offset + "+" + length));
        return found;
    }

    @Test
    void whatLiesBehindTheEndOfTheFileSystemIsFree() throws IOException {
        byte[] bytes = Fixtures.bytes("free-uninit.ext4.raw.gz");
        byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 5000);
        longer[bytes.length + 4321] = 1;
        try (DiskImage image = DiskImage.open(new MemoryDevice(longer), Limits.DEFAULT)) {
            var last = parts(image).getLast().split("\\+");
            assertThat(Long.parseLong(last[0]) + Long.parseLong(last[1])).isEqualTo(longer.length);

            long[] seen = new long[1];
            image.freeSpace()
                    .getFirst()
                    .read(
                            (offset, buffer, from, length) -> {
                                int at = (int) (bytes.length + 4321 - offset);
                                if (at >= 0 && at < length) {
                                    seen[0] += buffer[from + at];
                                }
                            });
            assertThat(seen[0]).isEqualTo(1);
        }
    }

    /** The bitmap of group 0, its count of free blocks, and a descriptor. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "free-uninit.ext4.raw.gz | bitmap | checksum of the block bitmap of group 0",
                "free-crc16.ext4.raw.gz | bitmap | the bitmap of group 0 has",
                "free-crc16.ext4.raw.gz | descriptor | checksum of the descriptor of group 0",
                "free-uninit.ext4.raw.gz | descriptor | checksum of the descriptor of group 0",
                "mini-clean.ext2-1k.raw.gz | descriptor | the bitmap of group 0 has",
            })
    void aBitmapThatCannotBeBelievedIsRefused(String name, String what, String saying)
            throws IOException {
        byte[] bytes = Fixtures.bytes(name);
        int descriptor = 2048;
        int bitmap = (int) Bytes.u32le(bytes, descriptor) * 1024;
        bytes[what.equals("bitmap") ? bitmap + 100 : descriptor + 12] ^= 1;
        try (DiskImage image = DiskImage.open(new MemoryDevice(bytes), Limits.DEFAULT)) {
            assertThatThrownBy(() -> parts(image))
                    .isInstanceOf(CorruptImageException.class)
                    .hasMessageContaining(saying);
        }
    }

    @Test
    void theGapsBetweenPartitionsAreFreeSpaceOfTheDisk() throws IOException {
        try (DiskImage image = Fixtures.open("mini-clean.mbr-ext4.raw.gz")) {
            assertThat(image.freeSpace().stream().map(FreeSpace::kind))
                    .contains(FreeSpace.Kind.FILE_SYSTEM, FreeSpace.Kind.DISK);
            long[] first = {-1};
            FreeSpace disk = image.freeSpace().getLast();
            long total =
                    disk.read(
                            (offset, _, _, _) -> {
                                if (first[0] < 0) {
                                    first[0] = offset;
                                }
                            });
            assertThat(first[0]).isEqualTo(512);
            assertThat(total).isPositive();
        }
    }
}
