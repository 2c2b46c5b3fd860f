package org.imprimatur.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An XFS of version 5 whose metadata always has the right checksums, whatever else is wrong with
 * it: without it, damage would hardly come further than the checksums. The journal stays as it is,
 * and so does version 4, which has no checksums.
 */
final class SealedXfs implements BlockDevice {

    private static final int SECTOR = 512;
    private static final int INODE_CHECKSUM = 100;

    /** Where the checksum is in what fills a sector. */
    private static final Map<Integer, Integer> SECTORS =
            Map.of(magic("XFSB"), 224, magic("XAGF"), 216, magic("XAGI"), 312, magic("XAFL"), 32);

    /** Where the checksum is in what fills a block. */
    private static final Map<Integer, Integer> BLOCKS =
            Map.of(
                    magic("AB3B"),
                    52,
                    magic("AB3C"),
                    52,
                    magic("IAB3"),
                    52,
                    magic("FIB3"),
                    52,
                    magic("BMA3"),
                    64,
                    magic("XSLM"),
                    12,
                    magic("XARM"),
                    12);

    /** Where the checksum is in what fills a block of a directory. */
    private static final Map<Integer, Integer> ENTRIES =
            Map.of(magic("XDB3"), 4, magic("XDD3"), 4, magic("XDF3"), 4);

    private final BlockDevice device;
    private final int block;
    private final int sector;
    private final int inode;
    private final int directory;

    SealedXfs(BlockDevice device) throws IOException {
        this.device = device;
        byte[] superblock = new byte[SECTOR];
        if (device.size() >= SECTOR) {
            device.read(0, superblock, 0, SECTOR);
        }
        boolean checksums = (Bytes.u16be(superblock, 100) & 0xf) == 5;
        this.block = checksums ? power(Bytes.i32be(superblock, 4)) : 0;
        this.sector = power(Bytes.u16be(superblock, 102));
        this.inode = power(Bytes.u16be(superblock, 104));
        this.directory = power(block << (superblock[192] & 0x7));
    }

    /** The sizes are powers of two; another one is none. */
    private static int power(int size) {
        return size >= 256 && size <= 65536 && Integer.bitCount(size) == 1 ? size : 0;
    }

    @Override
    public long size() {
        return device.size();
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) throws IOException {
        device.read(offset, into, at, length);
        if (block == 0 || sector == 0 || inode == 0 || directory == 0) {
            return;
        }
        int step = Math.min(inode, SECTOR);
        for (int i = (int) (-offset & step - 1); i + 16 <= length; i += step) {
            seal(into, at + i, length - i);
        }
    }

    private void seal(byte[] bytes, int from, int left) {
        if (Bytes.has(bytes, from, "IN")) {
            seal(bytes, from, left, inode, INODE_CHECKSUM);
            return;
        }
        int magic = Bytes.i32be(bytes, from);
        if (SECTORS.containsKey(magic)) {
            seal(bytes, from, left, sector, SECTORS.get(magic));
        } else if (BLOCKS.containsKey(magic)) {
            seal(bytes, from, left, block, BLOCKS.get(magic));
        } else if (ENTRIES.containsKey(magic)) {
            seal(bytes, from, left, directory, ENTRIES.get(magic));
        } else {
            switch (Bytes.u16be(bytes, from + 8)) {
                case 0x3df1, 0x3dff, 0x3ebe -> seal(bytes, from, left, directory, 12);
                case 0x3bee -> seal(bytes, from, left, block, 12);
                default -> {}
            }
        }
    }

    private static int magic(String text) {
        return Bytes.i32be(text.getBytes(StandardCharsets.US_ASCII), 0);
    }

    private static void seal(byte[] bytes, int from, int left, int length, int at) {
        if (length <= left && at + 4 <= length) {
            int checksum = XfsDisk.checksum(bytes, from, length, at);
            for (int i = 0; i < 4; i++) {
                bytes[from + at + i] = (byte) (checksum >>> 8 * i);
            }
        }
    }

    @Override
    public long nextData(long offset) throws IOException {
        return device.nextData(offset);
    }

    @Override
    public long nextHole(long offset) throws IOException {
        return device.nextHole(offset);
    }

    @Override
    public void close() throws IOException {
        device.close();
    }
}
