package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.imprimatur.disk.ContentTree.BlockRange;
import org.junit.jupiter.api.Test;

class ContentTreeTest {

    private static final int BLOCK = ContentTree.BLOCK_SIZE;

    /** The definition in docs/format.md, written down as it reads. */
    private static byte[] naiveRoot(byte[] disk) {
        int count = (disk.length + BLOCK - 1) / BLOCK;
        byte[][] leaves = new byte[count][];
        for (int i = 0; i < count; i++) {
            leaves[i] = hash(new byte[] {0}, Arrays.copyOfRange(disk, i * BLOCK, (i + 1) * BLOCK));
        }
        return hash(
                "imprimatur/content-tree/v1\n".getBytes(StandardCharsets.US_ASCII),
                ByteBuffer.allocate(8).putLong(disk.length).array(),
                ByteBuffer.allocate(4).putInt(65536).array(),
                naiveTree(List.of(leaves)));
    }

    private static byte[] naiveTree(List<byte[]> leaves) {
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int split = Integer.highestOneBit(leaves.size() - 1);
        return hash(
                new byte[] {1},
                naiveTree(leaves.subList(0, split)),
                naiveTree(leaves.subList(split, leaves.size())));
    }

    private static byte[] hash(byte[]... parts) {
        MessageDigest digest = Sha256.begin();
        for (byte[] part : parts) {
            digest.update(part);
        }
        return digest.digest();
    }

    /** Random bytes with runs of zero blocks between them. */
    private static byte[] disk(Random random, int length) {
        byte[] disk = new byte[length];
        for (int at = 0; at < length; at += BLOCK) {
            if (random.nextInt(3) == 0) {
                byte[] block = new byte[Math.min(BLOCK, length - at)];
                random.nextBytes(block);
                System.arraycopy(block, 0, disk, at, block.length);
            }
        }
        return disk;
    }

    @Test
    void itIsTheTreeOfTheDefinition() throws IOException {
        var random = new Random(1);
        for (int blocks = 1; blocks <= 40; blocks++) {
            byte[] disk = disk(random, blocks * BLOCK - random.nextInt(BLOCK));

            assertThat(ContentTree.of(new MemoryDevice(disk)).root())
                    .as("%d bytes", disk.length)
                    .isEqualTo(naiveRoot(disk));
        }
    }

    @Test
    void itIsTheTreeOfTheDefinitionAcrossSharesAndForAnyNumberOfThreads() throws IOException {
        byte[] disk = new byte[(2 * 1024 + 513) * BLOCK + 1];
        new Random(2).nextBytes(disk);
        Arrays.fill(disk, 1024 * BLOCK, 2048 * BLOCK, (byte) 0);
        byte[] expected = naiveRoot(disk);

        assertThat(ContentTree.of(new MemoryDevice(disk)).root()).isEqualTo(expected);
        for (int tasks = 1; tasks <= 5; tasks++) {
            var most = new AtomicLong();
            try (var workers = Executors.newFixedThreadPool(tasks)) {
                ContentTree tree =
                        ContentTree.of(
                                new MemoryDevice(disk),
                                workers,
                                tasks,
                                done -> most.accumulateAndGet(done, Math::max));
                assertThat(tree.root()).isEqualTo(expected);
            }
            assertThat(most.get()).isEqualTo(disk.length);
        }
    }

    @Test
    void everyContainerOfOneDiskHasOneRoot() throws IOException {
        byte[] expected = naiveRoot(Fixtures.bytes("mini-clean.gpt-ext4.raw.gz"));
        for (String name :
                List.of(
                        "mini-clean.gpt-ext4.raw.gz",
                        "mini-clean.v3.qcow2.gz",
                        "mini-clean.v2-4k.qcow2.gz",
                        "mini-clean.v3-zlib.qcow2")) {
            try (DiskImage image = Fixtures.open(name)) {
                assertThat(ContentTree.of(image.disk()).root()).as(name).isEqualTo(expected);
            }
        }
    }

    @Test
    void aHoleIsNeverRead() throws IOException {
        byte[] data = new byte[BLOCK];
        data[77] = 1;
        long place = 5L << 40;
        BlockDevice disk = new OneBlockDevice(6L << 40, place, data);

        ContentTree tree = ContentTree.of(disk);

        assertThat(tree.leaf(place / BLOCK)).isEqualTo(hash(new byte[] {0}, data));
        assertThat(tree.leaf(0)).isEqualTo(hash(new byte[] {0}, new byte[BLOCK]));
    }

    @Test
    void theSizeOfTheDiskIsPartOfItsName() throws IOException {
        byte[] one = ContentTree.of(new MemoryDevice(new byte[BLOCK])).root();
        byte[] other = ContentTree.of(new MemoryDevice(new byte[BLOCK - 1])).root();

        assertThat(one).isNotEqualTo(other);
    }

    @Test
    void changedBlocksAreFoundWithoutTheDisks() throws IOException {
        byte[] disk = disk(new Random(3), 3000 * BLOCK);
        byte[] other = disk.clone();
        other[5 * BLOCK + 9] ^= 1;
        other[6 * BLOCK] ^= 1;
        other[1023 * BLOCK] ^= 1;
        other[1024 * BLOCK] ^= 1;
        other[2999 * BLOCK] ^= 1;
        ContentTree tree = ContentTree.of(new MemoryDevice(disk));

        assertThat(tree.changedBlocks(ContentTree.of(new MemoryDevice(other))))
                .containsExactly(
                        new BlockRange(5, 2), new BlockRange(1023, 2), new BlockRange(2999, 1));
        assertThat(tree.changedBlocks(tree)).isEmpty();
        byte[] longer = Arrays.copyOf(disk, 3002 * BLOCK);
        assertThat(tree.changedBlocks(ContentTree.of(new MemoryDevice(longer))))
                .containsExactly(new BlockRange(3000, 2));
    }

    @Test
    void aDamagedPlaceEndsTheWorkOfAllThreads() {
        BlockDevice damaged =
                new OneBlockDevice(1L << 30, 1L << 29, new byte[0]) {
                    @Override
                    public void read(long offset, byte[] into, int at, int length)
                            throws CorruptImageException {
                        throw new CorruptImageException("damaged at " + offset);
                    }
                };

        try (var workers = Executors.newFixedThreadPool(2)) {
            assertThatThrownBy(() -> ContentTree.of(damaged, workers, 2, _ -> {}))
                    .isInstanceOf(CorruptImageException.class)
                    .hasMessageContaining("damaged at");
        }
    }

    /** One block of data in a vast hole; reading anywhere else is a failure of the test. */
    private static class OneBlockDevice implements BlockDevice {

        private final long size;
        private final long place;
        private final byte[] data;

        OneBlockDevice(long size, long place, byte[] data) {
            this.size = size;
            this.place = place;
            this.data = data;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void read(long offset, byte[] into, int at, int length) throws IOException {
            assertThat(offset).isEqualTo(place);
            Arrays.fill(into, at, at + length, (byte) 0);
            System.arraycopy(data, 0, into, at, data.length);
        }

        @Override
        public long nextData(long offset) {
            return offset <= place ? place : size;
        }

        @Override
        public long nextHole(long offset) {
            return size;
        }

        @Override
        public void close() {
            // Nothing to release.
        }
    }
}
