package org.imprimatur.disk;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * A large disk of few sectors in a small input, so that a fuzzer wastes nothing on zeros.
 *
 * <p>The form: the size of the disk in sectors of 512 bytes as 32 bits, little-endian; then, as
 * often as there are bytes for it, the number of a sector as 32 bits and its 512 bytes. A sector
 * that is not there reads as zeros; of two with one number the later counts.
 */
final class SparseDisk implements BlockDevice {

    private static final int SECTOR = 512;
    private static final int MAX_SECTORS = 1 << 22;

    private final long size;
    private final Map<Integer, Integer> places = new HashMap<>();

    // Fuzzers look into each look-up of a map, which would take minutes for all sectors of a disk.
    private final BitSet present = new BitSet();
    private final byte[] input;

    SparseDisk(byte[] input) {
        this.input = input;
        var numbers = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
        this.size = input.length < 4 ? 0 : (numbers.getInt(0) & (MAX_SECTORS - 1)) * (long) SECTOR;
        for (int at = 4; at + 4 + SECTOR <= input.length; at += 4 + SECTOR) {
            int sector = numbers.getInt(at) & (MAX_SECTORS - 1);
            places.put(sector, at + 4);
            present.set(sector);
        }
    }

    /** A disk in this form. */
    static byte[] of(byte[] disk) {
        var out = new ByteArrayOutputStream();
        number(out, disk.length / SECTOR);
        for (int at = 0; at + SECTOR <= disk.length; at += SECTOR) {
            if (!ZeroSearch.isZero(disk, at, SECTOR)) {
                number(out, at / SECTOR);
                out.write(disk, at, SECTOR);
            }
        }
        return out.toByteArray();
    }

    private static void number(ByteArrayOutputStream out, int number) {
        out.writeBytes(
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array());
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) throws CorruptImageException {
        Ranges.check("a read", offset, length, size);
        for (int done = 0; done < length; ) {
            int sector = (int) ((offset + done) / SECTOR);
            int skip = (int) ((offset + done) % SECTOR);
            int count = Math.min(SECTOR - skip, length - done);
            Integer place = present.get(sector) ? places.get(sector) : null;
            if (place == null) {
                Arrays.fill(into, at + done, at + done + count, (byte) 0);
            } else {
                System.arraycopy(input, place + skip, into, at + done, count);
            }
            done += count;
        }
    }

    @Override
    public long nextData(long offset) {
        int sector = present.nextSetBit((int) (offset / SECTOR));
        return sector < 0 ? size : within(offset, sector);
    }

    @Override
    public long nextHole(long offset) {
        return within(offset, present.nextClearBit((int) (offset / SECTOR)));
    }

    /** The first byte of the sector, but neither before the offset nor after the end. */
    private long within(long offset, int sector) {
        return Math.min(size, Math.max(offset, (long) sector * SECTOR));
    }

    @Override
    public void close() {}
}
