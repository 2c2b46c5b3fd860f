package org.imprimatur.disk;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.DataFormatException;

/**
 * The blocks of a squashfs, unpacked: 8 KiB of metadata each behind a header of two bytes, and
 * blocks of content.
 */
final class SquashMetadata {

    /** The bytes of a block of metadata, but for the last one of a table. */
    static final int BLOCK = 8192;

    private static final int MAX_PACKED = 1 << 15;
    private static final long CACHE_BYTES = 4 << 20;

    private final BlockDevice device;
    private final SquashSuperblock superblock;

    /** By place; the length on disk stands in front of the content. */
    private final BlockCache blocks = new BlockCache(CACHE_BYTES, BLOCK);

    SquashMetadata(BlockDevice device, SquashSuperblock superblock) {
        this.device = device;
        this.superblock = superblock;
    }

    /** A block with its length on disk as 32 bits in front of it. */
    private byte[] block(long at) throws IOException {
        byte[] known = blocks.find(at);
        if (known != null) {
            return known;
        }
        Ranges.check("a block of metadata", at, 2, superblock.size());
        byte[] header = new byte[2];
        device.read(at, header, 0, 2);
        int bits = Bytes.u16le(header, 0);
        int length = (bits & 0x7fff) == 0 ? MAX_PACKED : bits & 0x7fff;
        Ranges.check("a block of metadata", at + 2, length, superblock.size());
        boolean packed = (bits & 0x8000) == 0;
        if (length > BLOCK + (packed ? 1024 : 0)) {
            throw new CorruptImageException(
                    "the block of metadata at offset %d has %d bytes, not at most %d"
                            .formatted(at, length, BLOCK));
        }
        byte[] bytes = new byte[length];
        device.read(at + 2, bytes, 0, length);
        byte[] plain = packed ? decode(bytes, BLOCK, at) : bytes;
        byte[] block = new byte[4 + plain.length];
        int next = 2 + length;
        for (int i = 0; i < 4; i++) {
            block[i] = (byte) (next >>> 8 * i);
        }
        System.arraycopy(plain, 0, block, 4, plain.length);
        blocks.keep(at, block);
        return block;
    }

    /** Unpacks at most {@code most} bytes. */
    private byte[] decode(byte[] packed, int most, long at) throws CorruptImageException {
        byte[] plain = new byte[most];
        try {
            int length = superblock.codec().decode(packed, plain);
            return length == most ? plain : Arrays.copyOf(plain, length);
        } catch (DataFormatException e) {
            throw new CorruptImageException(
                    "the block at offset %d is damaged: %s".formatted(at, e.getMessage()));
        }
    }

    /**
     * A block of content.
     *
     * @param size as it stands in the lists of blocks: bit 24 marks one that is not compressed
     * @param most the largest length it may have
     */
    byte[] content(long at, int size, int most) throws IOException {
        int length = length(size);
        if (length > superblock.blockSize()) {
            throw new CorruptImageException(
                    "a block of content at offset %d has %d bytes, not at most %d"
                            .formatted(at, length, superblock.blockSize()));
        }
        Ranges.check("a block of content", at, length, superblock.size());
        byte[] bytes = new byte[length];
        device.read(at, bytes, 0, length);
        return (size & 1 << 24) != 0 ? bytes : decode(bytes, most, at);
    }

    /** How many bytes a block has on disk; 0 for a hole. */
    static int length(int size) {
        return size & 0xff_ffff;
    }

    /** How many blocks of metadata follow each other from one place to another, at most. */
    long count(long from, long to) throws IOException {
        byte[] header = new byte[2];
        long at = from;
        long count = 0;
        while (at + 2 < to) {
            device.read(at, header, 0, 2);
            int bits = Bytes.u16le(header, 0) & 0x7fff;
            at += 2 + (bits == 0 ? MAX_PACKED : bits);
            count++;
        }
        return count;
    }

    /** An entry of a table whose blocks are found by a list of their places. */
    byte[] entry(String what, long places, long index, int each) throws IOException {
        byte[] place = new byte[8];
        long perBlock = BLOCK / each;
        long at = places + index / perBlock * 8;
        Ranges.check(what, at, 8, superblock.size());
        device.read(at, place, 0, 8);
        return new Cursor(Bytes.i64le(place, 0), (int) (index % perBlock) * each).take(each);
    }

    Cursor cursor(long block, int offset) {
        return new Cursor(block, offset);
    }

    /** Reads along blocks that follow each other. */
    final class Cursor {

        private long at;
        private int offset;

        private Cursor(long at, int offset) {
            this.at = at;
            this.offset = offset;
        }

        /** Where the block is that is read now. */
        long block() {
            return at;
        }

        int offset() {
            return offset;
        }

        /** The next bytes; the caller bounds the length. */
        byte[] take(int length) throws IOException {
            byte[] bytes = new byte[length];
            int done = 0;
            while (done < length) {
                byte[] block = SquashMetadata.this.block(at);
                int there = block.length - 4 - offset;
                if (there <= 0) {
                    // Every block but the last of a table is full.
                    if (offset != BLOCK) {
                        throw new CorruptImageException(
                                "byte %d of the block of metadata at offset %d, which has %d"
                                        .formatted(offset, at, block.length - 4));
                    }
                    at += Bytes.i32le(block, 0);
                    offset = 0;
                    continue;
                }
                int step = Math.min(there, length - done);
                System.arraycopy(block, 4 + offset, bytes, done, step);
                offset += step;
                done += step;
            }
            return bytes;
        }
    }
}
