package org.imprimatur.disk;

import java.io.IOException;

/**
 * The disk inside a VirtualBox VDI file, version 1.1: one map, of which each entry names a block of
 * the file or says that there is none.
 */
final class VdiDisk implements MappedDevice.Layout {

    static final long SIGNATURE = 0xbeda107fL;

    private static final int HEADER_BYTES = 472;
    private static final long VERSION = 0x10001;
    private static final int TYPE_DYNAMIC = 1;
    private static final int TYPE_FIXED = 2;
    private static final int FREE = -1;
    private static final int DISCARDED = -2;
    private static final long MIN_BLOCK = 4 << 10;
    private static final long MAX_BLOCK = 64 << 20;
    private static final long MAX_BLOCKS = 16 << 20;

    private final long dataOffset;
    private final long blockSize;
    private final int[] map;

    private VdiDisk(long dataOffset, long blockSize, int[] map) {
        this.dataOffset = dataOffset;
        this.blockSize = blockSize;
        this.map = map;
    }

    static Container open(BlockDevice file, Limits limits) throws IOException {
        Ranges.check("the VDI header", 0, HEADER_BYTES, file.size());
        byte[] header = new byte[HEADER_BYTES];
        file.read(0, header, 0, header.length);
        checkKind(header);
        long mapOffset = Bytes.u32le(header, 340);
        long dataOffset = Bytes.u32le(header, 344);
        long size = Bytes.i64le(header, 368);
        long blockSize = Bytes.u32le(header, 376);
        long blocks = Bytes.u32le(header, 384);
        Container.checkSize(size, limits);
        if (Long.bitCount(blockSize) != 1 || blockSize < MIN_BLOCK || blockSize > MAX_BLOCK) {
            throw new CorruptImageException(
                    "VDI blocks of %d bytes, not a power of two from %d to %d"
                            .formatted(blockSize, MIN_BLOCK, MAX_BLOCK));
        }
        if (Bytes.u32le(header, 380) != 0) {
            throw new UnsupportedImageException(
                    "a VDI file with %d bytes before every block; none are expected"
                            .formatted(Bytes.u32le(header, 380)));
        }
        long needed = (size - 1) / blockSize + 1;
        if (blocks < needed) {
            throw new CorruptImageException(
                    "a VDI map of %d blocks, where a disk of %d bytes needs %d"
                            .formatted(blocks, size, needed));
        }
        var use = new FileUse("vdi", file);
        use.add("the header", 0, Math.min(HEADER_BYTES, mapOffset));
        use.add("the map", mapOffset, blocks * 4);
        if (needed > MAX_BLOCKS) {
            throw new UnsupportedImageException(
                    "a VDI map of %d blocks; at most %d are read".formatted(needed, MAX_BLOCKS));
        }
        byte[] bytes = new byte[(int) needed * 4];
        file.read(mapOffset, bytes, 0, bytes.length);
        int[] map = new int[(int) needed];
        for (int i = 0; i < map.length; i++) {
            map[i] = Bytes.i32le(bytes, i * 4);
            if (map[i] != FREE && map[i] != DISCARDED) {
                long length = Math.min(blockSize, size - i * blockSize);
                long place = dataOffset + (map[i] & 0xffff_ffffL) * blockSize;
                use.add("block", i, place, length);
            }
        }
        var layout = new VdiDisk(dataOffset, blockSize, map);
        return new Container("vdi", new MappedDevice(file, size, layout), use.unused());
    }

    private static void checkKind(byte[] header) throws ImageException {
        long version = Bytes.u32le(header, 68);
        if (version != VERSION) {
            throw new UnsupportedImageException(
                    "VDI version %d.%d; 1.1 is read".formatted(version >>> 16, version & 0xffff));
        }
        long type = Bytes.u32le(header, 76);
        if (type != TYPE_DYNAMIC && type != TYPE_FIXED) {
            throw new UnsupportedImageException(
                    type == 3 || type == 4
                            ? "a VDI file with the differences from another file: half of the disk is elsewhere"
                            : "VDI type %d; 1 (dynamic) and 2 (fixed) are read".formatted(type));
        }
        if (!ZeroSearch.isZero(header, 424, 32)) {
            throw new UnsupportedImageException(
                    "the VDI file names a parent: half of the disk is elsewhere");
        }
    }

    @Override
    public MappedDevice.Piece piece(long offset) {
        int block = (int) (offset / blockSize);
        long start = block * blockSize;
        long end = start + blockSize;
        return map[block] == FREE || map[block] == DISCARDED
                ? new MappedDevice.Piece.Zeros(end)
                : new MappedDevice.Piece.Stored(
                        end,
                        dataOffset + (map[block] & 0xffff_ffffL) * blockSize + (offset - start));
    }
}
