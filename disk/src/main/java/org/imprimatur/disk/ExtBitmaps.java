package org.imprimatur.disk;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Which blocks of ext2, ext3 or ext4 are in use, by the bitmap of each group. Where the file system
 * keeps checksums they are verified; the number of free blocks that each group tells of itself is
 * compared in every case.
 */
final class ExtBitmaps {

    /** As many groups as a disk of 16 TiB has with blocks of 1 KiB. */
    private static final long MAX_GROUPS = 1 << 21;

    private static final int BLOCK_UNINIT = 2;

    /** Gives the descriptor of a group, its checksum verified. */
    @FunctionalInterface
    interface Descriptors {
        byte[] of(long group) throws IOException;
    }

    private final BlockDevice device;
    private final ExtSuperblock superblock;
    private final Descriptors descriptors;
    private final List<long[]> orphans;
    private final byte[] bitmap;

    // The first of the orphans that does not end before the group.
    private int orphan;

    // The range that was found last, and may still grow.
    private long start;
    private long end;

    /**
     * @param orphans first block and number of blocks, rising, of what is in use by files that are
     *     deleted; it is given as free
     */
    ExtBitmaps(
            BlockDevice device,
            ExtSuperblock superblock,
            Descriptors descriptors,
            List<long[]> orphans) {
        this.device = device;
        this.superblock = superblock;
        this.descriptors = descriptors;
        this.orphans = orphans;
        this.bitmap = new byte[superblock.blockSize()];
    }

    /** Gives the free blocks, and what of the volume lies behind the last block, to the sink. */
    void unallocated(RangeSink sink) throws IOException {
        if (superblock.groups() > MAX_GROUPS) {
            throw new UnsupportedImageException(
                    "an ext file system of %d groups; its free blocks are told up to %d"
                            .formatted(superblock.groups(), MAX_GROUPS));
        }
        for (long group = 0; group < superblock.groups(); group++) {
            group(group, sink);
        }
        add(superblock.blocks() * superblock.blockSize(), device.size(), sink);
        flush(sink);
    }

    private void group(long group, RangeSink sink) throws IOException {
        byte[] descriptor = descriptors.of(group);
        long first = superblock.firstBlock() + group * superblock.blocksPerGroup();
        long blocks = Math.min(superblock.blocksPerGroup(), superblock.blocks() - first);
        int cluster = superblock.blocksPerCluster();
        int clusters = (int) ((blocks + cluster - 1) / cluster);
        boolean computed =
                superblock.descriptorChecksums()
                        && (Bytes.u16le(descriptor, 18) & BLOCK_UNINIT) != 0;
        if (computed) {
            compute(group, descriptor, first, blocks);
        } else {
            read(group, descriptor);
        }
        checkFree(group, descriptor, clusters);
        freeOrphans(first, blocks);
        int from = next(0, clusters, false);
        while (from < clusters) {
            int to = next(from, clusters, true);
            // Blocks that are fewer than a cluster at the end of the file system.
            long endBlock = Math.min(blocks, (long) to * cluster);
            add(
                    (first + (long) from * cluster) * superblock.blockSize(),
                    (first + endBlock) * superblock.blockSize(),
                    sink);
            from = next(to, clusters, false);
        }
    }

    private void checkFree(long group, byte[] descriptor, int clusters)
            throws CorruptImageException {
        long free = 0;
        int from = next(0, clusters, false);
        while (from < clusters) {
            int to = next(from, clusters, true);
            free += to - from;
            from = next(to, clusters, false);
        }
        long told = Bytes.u16le(descriptor, 12);
        if (descriptor.length >= 64) {
            told |= (long) Bytes.u16le(descriptor, 44) << 16;
        }
        if (free != told) {
            throw new CorruptImageException(
                    "the bitmap of group %d has %d free clusters, not %d as its descriptor says"
                            .formatted(group, free, told));
        }
    }

    private void freeOrphans(long first, long blocks) {
        while (orphan < orphans.size()) {
            long[] run = orphans.get(orphan);
            long from = Math.max(run[0], first);
            long to = Math.min(run[0] + run[1], first + blocks);
            int cluster = superblock.blocksPerCluster();
            for (long block = from; block < to; block++) {
                long bit = (block - first) / cluster;
                bitmap[(int) (bit >> 3)] &= (byte) ~(1 << (bit & 7));
            }
            if (run[0] + run[1] > first + blocks) {
                return; // It goes on in the next group, or begins there.
            }
            orphan++;
        }
    }

    /** The first bit from {@code at} on that is as wanted, or {@code to}. */
    private int next(int at, int to, boolean wanted) {
        int flip = wanted ? 0 : 0xff;
        int i = at;
        while (i < to) {
            int rest = ((bitmap[i >> 3] ^ flip) & 0xff) >> (i & 7);
            if (rest != 0) {
                return Math.min(to, i + Integer.numberOfTrailingZeros(rest));
            }
            i = (i | 7) + 1;
        }
        return to;
    }

    private void read(long group, byte[] descriptor) throws IOException {
        long block = place(descriptor, 0, 32);
        if (block <= 0 || block >= superblock.blocks()) {
            throw new CorruptImageException(
                    "the block bitmap of group %d is at block %d of %d"
                            .formatted(group, block, superblock.blocks()));
        }
        device.read(block * bitmap.length, bitmap, 0, bitmap.length);
        if (!superblock.checksums()) {
            return;
        }
        CRC32C crc = superblock.seed().start();
        crc.update(
                bitmap, 0, (int) (superblock.blocksPerGroup() / superblock.blocksPerCluster() / 8));
        boolean whole = descriptor.length >= 64;
        int expected =
                Bytes.u16le(descriptor, 24) | (whole ? Bytes.u16le(descriptor, 56) << 16 : 0);
        int found = Crc32cSeed.value(crc) & (whole ? -1 : 0xffff);
        if (found != expected) {
            throw new CorruptImageException(
                    "the checksum of the block bitmap of group %d is %08x, not %08x as it says"
                            .formatted(group, found, expected));
        }
    }

    /** A bitmap that was never written: only the metadata of the group itself is in use. */
    private void compute(long group, byte[] descriptor, long first, long blocks) {
        Arrays.fill(bitmap, (byte) 0);
        mark(first, superblock.headBlocks(group), first, blocks);
        mark(place(descriptor, 0, 32), 1, first, blocks);
        mark(place(descriptor, 4, 36), 1, first, blocks);
        long table = superblock.inodesPerGroup() * superblock.inodeSize();
        mark(
                place(descriptor, 8, 40),
                (table + superblock.blockSize() - 1) / superblock.blockSize(),
                first,
                blocks);
    }

    private static long place(byte[] descriptor, int low, int high) {
        long place = Bytes.u32le(descriptor, low);
        return descriptor.length >= 64 ? place | Bytes.u32le(descriptor, high) << 32 : place;
    }

    /** Marks the clusters of these blocks, as far as they lie in the group. */
    private void mark(long block, long count, long first, long blocks) {
        long from = Math.max(block, first);
        long to = Math.min(block + count, first + blocks);
        int cluster = superblock.blocksPerCluster();
        if (from >= to) {
            return;
        }
        for (long bit = (from - first) / cluster; bit <= (to - 1 - first) / cluster; bit++) {
            bitmap[(int) (bit >> 3)] |= (byte) (1 << (bit & 7));
        }
    }

    private void add(long from, long to, RangeSink sink) throws IOException {
        if (from >= to) {
            return;
        }
        if (from != end) {
            flush(sink);
            start = from;
        }
        end = to;
    }

    private void flush(RangeSink sink) throws IOException {
        if (start < end) {
            sink.accept(start, end - start);
        }
        start = end;
    }
}
