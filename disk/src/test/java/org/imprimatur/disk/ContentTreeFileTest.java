package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ContentTreeFileTest {

    private static final int BLOCK = ContentTree.BLOCK_SIZE;

    /** Every third block or so is zeros; the last one is short. */
    private static byte[] disk(int blocks, int seed) {
        var random = new Random(seed);
        byte[] disk = new byte[blocks * BLOCK - 100];
        for (int block = 0; block < blocks; block++) {
            if (random.nextInt(3) > 0) {
                disk[block * BLOCK + random.nextInt(BLOCK - 100)] = (byte) (1 + block % 100);
            }
        }
        return disk;
    }

    static byte[] file(byte[] disk) throws IOException {
        var out = new ByteArrayOutputStream();
        ContentTreeFile.write(ContentTree.of(new MemoryDevice(disk)), out);
        return out.toByteArray();
    }

    private static ContentTree read(byte[] file, long diskSize) throws IOException {
        return ContentTreeFile.read(new ByteArrayInputStream(file), diskSize);
    }

    @Test
    void whatIsWrittenIsReadWithTheSameRootAndLeaves() throws IOException {
        for (int blocks : new int[] {1, 2, 3, 100, 1024, 1500}) {
            byte[] disk = disk(blocks, blocks);
            var tree = ContentTree.of(new MemoryDevice(disk));

            var read = read(file(disk), disk.length);

            assertThat(read.root()).isEqualTo(tree.root());
            assertThat(read.changedBlocks(tree)).isEmpty();
            for (int block = 0; block < blocks; block++) {
                assertThat(read.leaf(block)).isEqualTo(tree.leaf(block));
                assertThat(read.isZero(block)).isEqualTo(tree.isZero(block));
            }
        }
    }

    @Test
    void zerosTakeNoRoom() throws IOException {
        byte[] disk = new byte[64 << 20];
        assertThat(file(disk)).hasSize(27 + 12 + 8);
        assertThat(read(file(disk), disk.length).root())
                .isEqualTo(ContentTree.of(new MemoryDevice(disk)).root());
    }

    @Test
    void aTreeThatWasAlteredHasAnotherRoot() throws IOException {
        byte[] disk = disk(20, 1);
        byte[] file = file(disk);
        file[file.length - 1] ^= 1;

        assertThat(read(file, disk.length).root())
                .isNotEqualTo(ContentTree.of(new MemoryDevice(disk)).root());
    }

    @Test
    void whatIsNoTreeOfThatDiskIsRefused() throws IOException {
        byte[] disk = disk(20, 1);
        byte[] file = file(disk);

        assertThatThrownBy(() -> read(new byte[100], disk.length))
                .isInstanceOf(CorruptImageException.class)
                .hasMessageContaining("begins with something else");
        assertThatThrownBy(() -> read(file, disk.length + 1))
                .isInstanceOf(CorruptImageException.class)
                .hasMessageContaining("of a disk of");
        assertThatThrownBy(() -> read(Arrays.copyOf(file, file.length - 1), disk.length))
                .isInstanceOf(CorruptImageException.class)
                .hasMessageContaining("ends too early");
        assertThatThrownBy(() -> read(Arrays.copyOf(file, file.length + 1), disk.length))
                .isInstanceOf(CorruptImageException.class)
                .hasMessageContaining("more than");
    }

    @Test
    void pairsOfNumbersAlwaysLeadOn() {
        long size = 10L * BLOCK;
        for (int[] pairs : new int[][] {{0, 0}, {0, 11}, {11, 0}, {3, 0, 7, 0}, {-1, -1}}) {
            assertThatThrownBy(() -> read(head(size, pairs), size))
                    .isInstanceOf(CorruptImageException.class)
                    .hasMessageContaining("blocks of zeros");
        }
    }

    @Test
    void leavesFarApartDoNotTakeMemoryWithoutEnd() {
        int shares = 3000;
        long size = (long) shares * 1024 * BLOCK;
        var file = ByteBuffer.allocate(39 + shares * 40);
        file.put(head(size));
        for (int i = 0; i < shares; i++) {
            file.putInt(1023).putInt(1).put(new byte[32]);
        }

        assertThatThrownBy(() -> read(file.array(), size))
                .isInstanceOf(UnsupportedImageException.class);
        assertThatThrownBy(() -> read(head(1L << 60), 1L << 60))
                .isInstanceOf(UnsupportedImageException.class);
    }

    private static byte[] head(long size, int... pairs) {
        var head = ByteBuffer.allocate(39 + 4 * pairs.length);
        head.put(ContentTree.DOMAIN).putLong(size).putInt(BLOCK);
        for (int number : pairs) {
            head.putInt(number);
        }
        return head.array();
    }
}
