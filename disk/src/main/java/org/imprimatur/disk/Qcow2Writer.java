package org.imprimatur.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * A qcow2 file, version 3, with clusters of 64 KiB and reference counts of 16 bits (QEMU's
 * docs/interop/qcow2).
 *
 * <p>The file grows from front to back: a cluster for the header, room for the L1 table, then data
 * clusters, each L2 table behind the data that it tells of, and the reference counts at the end.
 * Every cluster serves one purpose, so every count is one. The header is written last: a file that
 * was not finished is no qcow2 file.
 */
final class Qcow2Writer implements DiskWriter {

    private static final int CLUSTER_BITS = 16;
    private static final int CLUSTER = 1 << CLUSTER_BITS;
    private static final int ENTRIES = CLUSTER / Long.BYTES;
    private static final int COUNTS = CLUSTER / Short.BYTES;
    private static final int HEADER = 104;

    /** The reference count of what an entry points to is exactly one. */
    private static final long COPIED = 1L << 63;

    private final FileChannel file;
    private final long size;
    private final long[] l1;
    private final long[] l2 = new long[ENTRIES];
    private int l2Index = -1;

    // The number of clusters that the file has.
    private long clusters;

    /**
     * Begins a file.
     *
     * @param size of the disk
     * @throws UnsupportedImageException for a size that qcow2 cannot tell
     */
    Qcow2Writer(FileChannel file, long size) throws UnsupportedImageException {
        if (size % 512 != 0) {
            throw new UnsupportedImageException(
                    "a disk of %d bytes, which qcow2 cannot tell: it counts sectors of 512"
                            .formatted(size));
        }
        this.file = file;
        this.size = size;
        // Every cluster that can be read has been: the size is within the limits of readers.
        this.l1 = new long[(int) ceiling(size, (long) CLUSTER * ENTRIES)];
        this.clusters = 1 + ceiling((long) l1.length * Long.BYTES, CLUSTER);
    }

    @Override
    public void block(long offset, byte[] bytes, int at, int length) throws IOException {
        long cluster = offset >>> CLUSTER_BITS;
        int index = (int) (cluster / ENTRIES);
        if (index != l2Index) {
            writeL2();
            l2Index = index;
        }
        var data = ByteBuffer.wrap(bytes, at, length);
        l2[(int) (cluster % ENTRIES)] = COPIED | append(data);
    }

    @Override
    public void finish() throws IOException {
        writeL2();
        DiskWriter.write(file, CLUSTER, longs(l1));

        // The counts count themselves too, and the table that tells where they are.
        long all = clusters;
        long before;
        do {
            before = all;
            long blocks = ceiling(all, COUNTS);
            all = clusters + blocks + ceiling(blocks, ENTRIES);
        } while (all != before);
        int blocks = (int) ceiling(all, COUNTS);
        int tables = (int) ceiling(blocks, ENTRIES);
        long[] table = new long[blocks];
        for (int i = 0; i < blocks; i++) {
            var counts = ByteBuffer.allocate(CLUSTER);
            long counted = Math.min(COUNTS, all - (long) i * COUNTS);
            for (int n = 0; n < counted; n++) {
                counts.putShort((short) 1);
            }
            table[i] = append(counts.rewind());
        }
        long tableAt = clusters << CLUSTER_BITS;
        // The last cluster too is there in full.
        DiskWriter.write(file, tableAt, ByteBuffer.allocate(tables << CLUSTER_BITS));
        DiskWriter.write(file, tableAt, longs(table));

        var header =
                ByteBuffer.allocate(CLUSTER)
                        .put(new byte[] {'Q', 'F', 'I', (byte) 0xfb})
                        .putInt(3)
                        .putLong(0) // no backing file
                        .putInt(0)
                        .putInt(CLUSTER_BITS)
                        .putLong(size)
                        .putInt(0) // no encryption
                        .putInt(l1.length)
                        .putLong(CLUSTER)
                        .putLong(tableAt)
                        .putInt(tables)
                        .putInt(0) // no snapshots
                        .putLong(0)
                        .putLong(0) // no features, whether one must know them or not
                        .putLong(0)
                        .putLong(0)
                        .putInt(4) // counts of 2^4 bits
                        .putInt(HEADER);
        DiskWriter.write(file, 0, header.rewind());
    }

    private void writeL2() throws IOException {
        if (l2Index >= 0) {
            l1[l2Index] = COPIED | append(longs(l2));
            Arrays.fill(l2, 0);
        }
    }

    /** Writes one cluster behind all others, and tells where it is. */
    private long append(ByteBuffer bytes) throws IOException {
        long at = clusters++ << CLUSTER_BITS;
        DiskWriter.write(file, at, bytes);
        return at;
    }

    private static ByteBuffer longs(long[] values) {
        var bytes = ByteBuffer.allocate(values.length * Long.BYTES);
        bytes.asLongBuffer().put(values);
        return bytes;
    }

    private static long ceiling(long value, long unit) {
        return (value + unit - 1) / unit;
    }
}
