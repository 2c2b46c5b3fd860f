package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * File systems that were copied while they were mounted, against what a kernel lists after it has
 * replayed their journals itself.
 */
class ExtJournalTest {

    private static final int BLOCK = 1024;
    private static final int MAGIC = 0xc03b3998;

    static Stream<String> images() throws IOException {
        return Fixtures.names("journal-").stream();
    }

    @ParameterizedTest
    @MethodSource("images")
    void everyEntryIsAsAKernelSeesItAfterItsOwnReplay(String name) throws IOException {
        List<String> oracle =
                Fixtures.oracle(Fixtures.ROOT.resolve(name.replace(".raw.gz", ".files.tsv")));
        try (DiskImage image = Fixtures.open(name)) {
            FileSystem fileSystem = Fixtures.fileSystem(image);

            Fixtures.Told told = Fixtures.tell(fileSystem, Fixtures.tree(image));

            assertThat(fileSystem.faults()).isEmpty();
            assertThat(told.unread()).isEmpty();
            assertThat(told.lines()).isEqualTo(oracle);
            assertThat(fileSystem.notes().toString()).contains("transactions of its journal");
        }
    }

    @ParameterizedTest
    @CsvSource({"journal-csum-v3.raw.gz", "journal-ext3.raw.gz", "journal-orphan-file.raw.gz"})
    void whatWasDeletedWhileInUseIsFreeSpaceAndNamedSo(String name) throws IOException {
        try (DiskImage image = Fixtures.open(name)) {
            assertThat(Fixtures.fileSystem(image).notes().toString())
                    .contains("1 files deleted while in use");
            var found = new ArrayList<String>();
            image.freeSpace()
                    .getFirst()
                    .read(
                            (_, buffer, from, length) ->
                                    found.add(
                                            new String(
                                                    buffer,
                                                    from,
                                                    length,
                                                    java.nio.charset.StandardCharsets.ISO_8859_1)));
            assertThat(String.join("", found)).contains("was deleted while in use");
        }
    }

    /** A transaction without its end was never there; nobody knows what it was to be. */
    @ParameterizedTest
    @CsvSource({"journal-csum-v3.raw.gz", "journal-no-csum.raw.gz", "journal-wrapped.raw.gz"})
    void aTransactionThatWasNotCommittedIsNotReplayed(String name) throws IOException {
        byte[] bytes = Fixtures.bytes(name);
        List<Integer> commits = blocks(bytes, 2);
        int all = transactions(bytes);
        int last = lastCommit(bytes, commits);
        bytes[last] = 0;

        assertThat(transactions(bytes)).isEqualTo(all - 1);
    }

    @Test
    void aDescriptorThatWasHalfWrittenWithoutACommitIsTheEnd() throws IOException {
        byte[] bytes = Fixtures.bytes("journal-csum-v3.raw.gz");
        int last = lastCommit(bytes, blocks(bytes, 2));
        int sequence = Bytes.i32be(bytes, last + 8);
        int all = transactions(bytes);
        bytes[last] = 0;
        int descriptor =
                blocks(bytes, 1).stream()
                        .filter(at -> Bytes.i32be(bytes, at + 8) == sequence)
                        .findFirst()
                        .orElseThrow();
        bytes[descriptor + BLOCK - 1] ^= 1;

        assertThat(transactions(bytes)).isEqualTo(all - 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "journal-csum-v3.raw.gz | 1 | 40 | checksum of its descriptor",
                "journal-csum-v3.raw.gz | 5 | 16 | checksum of its revoke block",
                "journal-csum-v3.raw.gz | 2 | 48 | checksum of its commit block",
                "journal-csum-v3.raw.gz | 1 | 1050 | as its tag says",
                "journal-csum-v2.raw.gz | 1 | 40 | checksum of its descriptor",
                "journal-csum-v2.raw.gz | 1 | 1050 | as its tag says",
                "journal-csum-v1.raw.gz | 1 | 1050 | checksum of its commit block",
                "journal-no-csum.raw.gz | 1 | 12 | changes block",
                "journal-no-csum.raw.gz | 5 | 12 | uses 1090519068",
            })
    void damageInWhatWasCommittedIsAFault(String name, int type, int at, String saying)
            throws IOException {
        byte[] bytes = Fixtures.bytes(name);
        List<Integer> found = blocks(bytes, type);
        bytes[found.get(found.size() / 2) + at] ^= 0x41;

        assertThat(faults(bytes)).contains("not replayed", saying);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 1 | has magic",
                "43 | 64 | unknown feature 0x40",
                "15 | 1 | blocks of 1025 bytes",
                "17 | 1 | 66560 blocks",
                "30 | 8 | a start at block 2049",
                "21 | 1 | beginning at block 65537",
            })
    void aSuperblockOfTheJournalThatCannotBeIsAFault(int at, int flip, String saying)
            throws IOException {
        byte[] bytes = Fixtures.bytes("journal-no-csum.raw.gz");
        bytes[blocks(bytes, 4).getFirst() + at] ^= (byte) flip;

        assertThat(faults(bytes)).contains("not replayed", saying);
    }

    @Test
    void aJournalOnAnotherDeviceIsAFault() throws IOException {
        byte[] bytes = Fixtures.bytes("journal-no-csum.raw.gz");
        bytes[1024 + 224] = 0;

        assertThat(faults(bytes)).contains("not replayed", "another device");
    }

    @Test
    void fastCommitsThatGoOnWhereTheLogEndsAreAFault() throws IOException {
        byte[] bytes = Fixtures.bytes("fast-commits.ext4.raw.gz");
        assertThat(faults(bytes)).contains("not replayed", "fast commits of transaction 3");

        // Those of a transaction that was committed since are of the past.
        for (int at = 0; at < bytes.length; at += BLOCK) {
            if (Bytes.u16le(bytes, at) == 9 && Bytes.i32le(bytes, at + 8) == 3) {
                bytes[at + 8] = 2;
            }
        }
        assertThat(transactions(bytes)).isEqualTo(1);
    }

    @Test
    void theSuperblockOfTheJournalIsHeldToItsChecksum() throws IOException {
        byte[] bytes = Fixtures.bytes("journal-csum-v3.raw.gz");
        int superblock = blocks(bytes, 4).getFirst();
        var crc = new CRC32C();
        crc.update(bytes, superblock, 252);
        crc.update(new byte[4]);
        crc.update(bytes, superblock + 256, 768);
        assertThat(~(int) crc.getValue()).isEqualTo(Bytes.i32be(bytes, superblock + 252));

        bytes[superblock + 100] ^= 1;
        assertThat(faults(bytes)).contains("checksum of the superblock of the journal");
    }

    @Test
    void anOverlayGivesEveryByteOfTheBlocksThatAreElsewhere() throws IOException {
        byte[] base = new byte[64];
        for (int i = 0; i < base.length; i++) {
            base[i] = (byte) i;
        }
        var overlay =
                new OverlayDevice(
                        new MemoryDevice(base),
                        8,
                        new long[] {1, 2, 5},
                        new long[] {6, ~7, 3},
                        new byte[] {-1, -2});
        byte[] expected = base.clone();
        System.arraycopy(base, 48, expected, 8, 8);
        System.arraycopy(base, 56, expected, 16, 8);
        expected[16] = -1;
        expected[17] = -2;
        System.arraycopy(base, 24, expected, 40, 8);
        for (int from = 0; from <= 64; from++) {
            for (int to = from; to <= 64; to++) {
                byte[] found = new byte[to - from];
                overlay.read(from, found, 0, to - from);
                assertThat(found).isEqualTo(java.util.Arrays.copyOfRange(expected, from, to));
            }
        }
        assertThatThrownBy(() -> overlay.read(60, new byte[8], 0, 8))
                .isInstanceOf(CorruptImageException.class);
    }

    @Test
    void anOverlayHasNoHoleWhereABlockWasMovedTo() throws IOException {
        var overlay =
                new OverlayDevice(
                        new Hole(64), 8, new long[] {1, 2, 5}, new long[] {6, 7, 3}, new byte[4]);
        assertThat(overlay.nextData(0)).isEqualTo(8);
        assertThat(overlay.nextData(12)).isEqualTo(12);
        assertThat(overlay.nextHole(0)).isEqualTo(0);
        assertThat(overlay.nextHole(9)).isEqualTo(24);
        assertThat(overlay.nextData(24)).isEqualTo(40);
        assertThat(overlay.nextHole(41)).isEqualTo(48);
        assertThat(overlay.nextData(48)).isEqualTo(64);
        assertThat(overlay.nextHole(64)).isEqualTo(64);
    }

    /** Nothing but zeros, and known to be. */
    private record Hole(long size) implements BlockDevice {
        @Override
        public void read(long offset, byte[] into, int at, int length) {
            java.util.Arrays.fill(into, at, at + length, (byte) 0);
        }

        @Override
        public long nextData(long offset) {
            return size;
        }

        @Override
        public long nextHole(long offset) {
            return offset;
        }

        @Override
        public void close() {
            // Nothing to release.
        }
    }

    /** The offsets of the blocks of a type; nothing but the journal has its magic there. */
    private static List<Integer> blocks(byte[] bytes, int type) {
        var found = new ArrayList<Integer>();
        for (int at = 0; at < bytes.length; at += BLOCK) {
            if (Bytes.i32be(bytes, at) == MAGIC && Bytes.i32be(bytes, at + 4) == type) {
                found.add(at);
            }
        }
        return found;
    }

    private static int lastCommit(byte[] bytes, List<Integer> commits) {
        return commits.stream()
                .max((a, b) -> Bytes.i32be(bytes, a + 8) - Bytes.i32be(bytes, b + 8))
                .orElseThrow();
    }

    private static int transactions(byte[] bytes) throws IOException {
        try (DiskImage image = DiskImage.open(new MemoryDevice(bytes), Limits.DEFAULT)) {
            FileSystem fileSystem = Fixtures.fileSystem(image);
            assertThat(fileSystem.faults()).isEmpty();
            String text = fileSystem.notes().getFirst().text();
            return Integer.parseInt(text.replaceAll(".*; ([0-9]+) transactions.*", "$1"));
        }
    }

    private static String faults(byte[] bytes) throws IOException {
        try (DiskImage image = DiskImage.open(new MemoryDevice(bytes), Limits.DEFAULT)) {
            return Fixtures.fileSystem(image).faults().toString();
        }
    }
}
