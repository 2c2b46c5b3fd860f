package org.imprimatur.disk;

import java.io.IOException;
import java.util.Arrays;

/**
 * A device of which some blocks are read from other places of it: a file system with the changes of
 * its journal. Nothing is copied, however long the journal is.
 */
final class OverlayDevice implements BlockDevice {

    private final BlockDevice base;
    private final int blockSize;
    private final long[] blocks;
    private final long[] sources;
    private final byte[] first;

    /**
     * @param blocks the numbers of the blocks that are read elsewhere, rising
     * @param sources for each the block that holds its bytes; negative, as by {@code ~}, where its
     *     first bytes are {@code first} instead
     * @param first given away by the caller
     */
    OverlayDevice(BlockDevice base, int blockSize, long[] blocks, long[] sources, byte[] first) {
        this.base = base;
        this.blockSize = blockSize;
        this.blocks = blocks;
        this.sources = sources;
        this.first = first;
    }

    @Override
    public long size() {
        return base.size();
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) throws IOException {
        Ranges.check("a read", offset, length, base.size());
        long end = offset + length;
        long place = offset;
        int next = indexFrom(offset / blockSize);
        while (place < end) {
            long start = next < blocks.length ? blocks[next] * blockSize : Long.MAX_VALUE;
            int to = at + (int) (place - offset);
            if (place < start) {
                int step = (int) (Math.min(start, end) - place);
                base.read(place, into, to, step);
                place += step;
            } else {
                int step = (int) (Math.min(start + blockSize, end) - place);
                readMoved(next, (int) (place - start), into, to, step);
                place += step;
                next++;
            }
        }
    }

    private void readMoved(int index, int within, byte[] into, int at, int length)
            throws IOException {
        long source = sources[index];
        boolean replaced = source < 0;
        base.read((replaced ? ~source : source) * blockSize + within, into, at, length);
        if (replaced && within < first.length) {
            System.arraycopy(first, within, into, at, Math.min(length, first.length - within));
        }
    }

    /** The index of the first moved block at or after this one. */
    private int indexFrom(long block) {
        int found = Arrays.binarySearch(blocks, block);
        return found >= 0 ? found : ~found;
    }

    @Override
    public long nextData(long offset) throws IOException {
        if (offset >= size()) {
            return size();
        }
        int next = indexFrom(offset / blockSize);
        long moved = next < blocks.length ? blocks[next] * blockSize : size();
        return Math.min(base.nextData(offset), Math.max(offset, moved));
    }

    @Override
    public long nextHole(long offset) throws IOException {
        long at = offset;
        while (at < size()) {
            long hole = base.nextHole(at);
            if (hole >= size() || Arrays.binarySearch(blocks, hole / blockSize) < 0) {
                return Math.min(hole, size());
            }
            at = (hole / blockSize + 1) * blockSize;
        }
        return size();
    }

    @Override
    public void close() {
        // Whoever opened the device beneath closes it.
    }
}
