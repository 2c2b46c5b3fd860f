package org.imprimatur.disk;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * A volume with changes laid over it, sector by sector, in memory. Changed by one thread before
 * others read.
 */
final class XfsOverlay implements BlockDevice {

    static final int SECTOR = 512;

    /** Beyond this a journal is not replayed. */
    private static final long MAX_SECTORS = (96L << 20) / SECTOR;

    private final BlockDevice below;

    /** By the number of the sector. */
    private final TreeMap<Long, byte[]> changed = new TreeMap<>();

    XfsOverlay(BlockDevice below) {
        this.below = below;
    }

    /**
     * Writes bytes over what is below.
     *
     * @throws CorruptImageException when they are not all inside the device
     * @throws UnsupportedImageException when there are more changes than are held in memory
     */
    void write(long offset, byte[] from, int at, int length) throws IOException {
        Ranges.check("a write of the journal", offset, length, below.size());
        int done = 0;
        while (done < length) {
            long number = (offset + done) / SECTOR;
            int within = (int) ((offset + done) % SECTOR);
            int step = Math.min(length - done, SECTOR - within);
            System.arraycopy(from, at + done, sector(number), within, step);
            done += step;
        }
    }

    private byte[] sector(long number) throws IOException {
        byte[] sector = changed.get(number);
        if (sector == null) {
            if (changed.size() >= MAX_SECTORS) {
                throw new UnsupportedImageException(
                        "the journal changes more than %d sectors".formatted(MAX_SECTORS));
            }
            sector = new byte[SECTOR];
            long offset = number * SECTOR;
            below.read(offset, sector, 0, (int) Math.min(SECTOR, below.size() - offset));
            changed.put(number, sector);
        }
        return sector;
    }

    boolean isChanged(long offset, int length) {
        if (changed.isEmpty()) {
            return false;
        }
        Long first = changed.ceilingKey(offset / SECTOR);
        return first != null && first * SECTOR < offset + length;
    }

    @Override
    public long size() {
        return below.size();
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) throws IOException {
        below.read(offset, into, at, length);
        if (changed.isEmpty() || length == 0) {
            return;
        }
        long last = (offset + length - 1) / SECTOR;
        for (Map.Entry<Long, byte[]> each :
                changed.subMap(offset / SECTOR, true, last, true).entrySet()) {
            long start = each.getKey() * SECTOR;
            long from = Math.max(offset, start);
            long to = Math.min(offset + length, start + SECTOR);
            System.arraycopy(
                    each.getValue(),
                    (int) (from - start),
                    into,
                    (int) (at + from - offset),
                    (int) (to - from));
        }
    }

    @Override
    public long nextData(long offset) throws IOException {
        long data = below.nextData(offset);
        Long sector = changed.ceilingKey(offset / SECTOR);
        return sector == null ? data : Math.min(data, Math.max(offset, sector * SECTOR));
    }

    @Override
    public long nextHole(long offset) throws IOException {
        long hole = below.nextHole(offset);
        while (hole < size() && isChanged(hole, 1)) {
            hole = below.nextHole((hole / SECTOR + 1) * SECTOR);
        }
        return Math.min(hole, size());
    }

    @Override
    public void close() {
        // Whoever opened the volume closes it.
    }
}
