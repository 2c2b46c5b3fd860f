package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The disk inside a VHD file, fixed or dynamic (Microsoft's Virtual Hard Disk Image Format
 * Specification 1.0). A fixed one is the disk with a footer behind it. A dynamic one begins with a
 * copy of the footer and has a table of blocks, each behind a bitmap of the sectors ever written.
 */
final class VhdDisk implements MappedDevice.Layout {

    static final String COOKIE = "conectix";
    static final int FOOTER_BYTES = 512;

    private static final int HEADER_BYTES = 1024;
    private static final int SECTOR = 512;
    private static final int HOLE = -1;
    private static final int FIXED = 2;
    private static final int DYNAMIC = 3;
    private static final int DIFFERENCING = 4;
    private static final long MAX_BLOCK = 64 << 20;
    private static final long MAX_BLOCKS = 16 << 20;
    private static final long BITMAP_CACHE_BYTES = 2 << 20;

    private final BlockDevice file;
    private final long blockSize;
    private final int bitmapBytes;
    private final int[] table;
    private final BlockCache bitmaps;

    private VhdDisk(BlockDevice file, long blockSize, int[] table) {
        this.file = file;
        this.blockSize = blockSize;
        this.bitmapBytes = (int) (blockSize / SECTOR / 8 + SECTOR - 1) / SECTOR * SECTOR;
        this.table = table;
        this.bitmaps = new BlockCache(BITMAP_CACHE_BYTES, bitmapBytes);
    }

    static Container open(BlockDevice file, Limits limits) throws IOException {
        Ranges.check("the VHD footer", 0, FOOTER_BYTES, file.size());
        byte[] footer = new byte[FOOTER_BYTES];
        long end = file.size() - FOOTER_BYTES;
        file.read(end, footer, 0, footer.length);
        if (!Bytes.has(footer, 0, COOKIE)) {
            throw new CorruptImageException("the VHD file has no footer at its end: it is cut off");
        }
        checkSum("footer", footer, 64);
        long version = Bytes.u32be(footer, 12);
        if (version >>> 16 != 1) {
            throw new UnsupportedImageException(
                    "VHD version %d.%d; 1.0 is read".formatted(version >>> 16, version & 0xffff));
        }
        long size = Bytes.i64be(footer, 48);
        Container.checkSize(size, limits);
        var notes = new ArrayList<Note>();
        noteGeometry(footer, size, notes);
        if (footer[84] != 0) {
            notes.add(new Note("vhd", "the file says that it belongs to a saved, running machine"));
        }
        int type = Bytes.i32be(footer, 60);
        return switch (type) {
            case FIXED -> {
                if (size > end) {
                    throw new CorruptImageException(
                            "a fixed VHD disk of %d bytes in a file with %d before the footer"
                                    .formatted(size, end));
                }
                var use = new FileUse("vhd", file);
                use.add("the disk", 0, size);
                use.add("the footer", end, FOOTER_BYTES);
                notes.addAll(use.unused());
                yield new Container("vhd", MappedDevice.part(file, 0, size), notes);
            }
            case DYNAMIC -> dynamic(file, footer, size, notes);
            case DIFFERENCING ->
                    throw new UnsupportedImageException(
                            "a VHD file with the differences from another file: half of the disk is elsewhere");
            default ->
                    throw new UnsupportedImageException(
                            "VHD type %d; 2 (fixed) and 3 (dynamic) are read"
                                    .formatted(Integer.toUnsignedLong(type)));
        };
    }

    /** The one's complement of the sum of all bytes but those of the sum. */
    private static void checkSum(String what, byte[] bytes, int at) throws CorruptImageException {
        long sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += i >= at && i < at + 4 ? 0 : Bytes.u8(bytes, i);
        }
        long expected = ~sum & 0xffff_ffffL;
        if (Bytes.u32be(bytes, at) != expected) {
            throw new CorruptImageException(
                    "the checksum of the VHD %s is %08x, not %08x"
                            .formatted(what, Bytes.u32be(bytes, at), expected));
        }
    }

    /** Some readers take the size from the geometry, which ends at 127 GiB. */
    private static void noteGeometry(byte[] footer, long size, List<Note> notes) {
        long sectors =
                (Bytes.u32be(footer, 56) >>> 16) * Bytes.u8(footer, 58) * Bytes.u8(footer, 59);
        boolean full = sectors >= 65535L * 16 * 255;
        if (!full && sectors * SECTOR != size) {
            notes.add(
                    new Note(
                            "vhd",
                            "the disk has %d bytes, but %d by its geometry, which some programs go by"
                                    .formatted(size, sectors * SECTOR)));
        }
    }

    private static Container dynamic(BlockDevice file, byte[] footer, long size, List<Note> notes)
            throws IOException {
        byte[] copy = new byte[FOOTER_BYTES];
        file.read(0, copy, 0, copy.length);
        if (!Arrays.equals(copy, footer)) {
            throw new CorruptImageException(
                    "the footer of the dynamic VHD file and its copy at the start differ");
        }
        var use = new FileUse("vhd", file);
        use.add("the copy of the footer", 0, FOOTER_BYTES);
        long headerOffset = Bytes.i64be(footer, 16);
        use.add("the dynamic header", headerOffset, HEADER_BYTES);
        byte[] header = new byte[HEADER_BYTES];
        file.read(headerOffset, header, 0, header.length);
        if (!Bytes.has(header, 0, "cxsparse")) {
            throw new CorruptImageException(
                    "no dynamic VHD header at offset %d".formatted(headerOffset));
        }
        checkSum("dynamic header", header, 36);
        long blockSize = Bytes.u32be(header, 32);
        if (Long.bitCount(blockSize) != 1 || blockSize < SECTOR || blockSize > MAX_BLOCK) {
            throw new CorruptImageException(
                    "VHD blocks of %d bytes, not a power of two from %d to %d"
                            .formatted(blockSize, SECTOR, MAX_BLOCK));
        }
        long needed = (size - 1) / blockSize + 1;
        long count = Bytes.u32be(header, 28);
        if (count < needed) {
            throw new CorruptImageException(
                    "a VHD table of %d blocks, where a disk of %d bytes needs %d"
                            .formatted(count, size, needed));
        }
        long tableOffset = Bytes.i64be(header, 16);
        // Some writers announce more entries than they have room for; those needed must be there.
        Ranges.check("the table of blocks of the VHD file", tableOffset, needed * 4, file.size());
        if (needed > MAX_BLOCKS) {
            throw new UnsupportedImageException(
                    "a VHD table of %d blocks; at most %d are read".formatted(needed, MAX_BLOCKS));
        }
        long filled = (needed * 4 + SECTOR - 1) / SECTOR * SECTOR;
        byte[] bytes = new byte[(int) Math.min(filled, file.size() - tableOffset)];
        file.read(tableOffset, bytes, 0, bytes.length);
        boolean filling = true;
        for (int i = (int) needed * 4; i < bytes.length; i++) {
            filling &= bytes[i] == -1;
        }
        use.add("the table of blocks", tableOffset, filling ? bytes.length : needed * 4);
        int[] table = new int[(int) needed];
        for (int i = 0; i < table.length; i++) {
            table[i] = Bytes.i32be(bytes, i * 4);
        }
        var layout = new VhdDisk(file, blockSize, table);
        layout.useBlocks(size, use);
        use.add("the footer", file.size() - FOOTER_BYTES, FOOTER_BYTES);
        notes.addAll(use.unused());
        layout.checkBitmaps(size);
        return new Container("vhd", new MappedDevice(file, size, layout), notes);
    }

    private void useBlocks(long size, FileUse use) throws ImageException {
        for (int block = 0; block < table.length; block++) {
            if (table[block] != HOLE) {
                use.add(
                        "block",
                        block,
                        place(block) - bitmapBytes,
                        bitmapBytes + length(block, size));
            }
        }
    }

    /** How much of a block is inside the disk. */
    private long length(int block, long size) {
        return Math.min(blockSize, size - block * blockSize);
    }

    /**
     * What was never written is zeros by the specification, but some programs show what is stored
     * there. So that nobody sees another disk than was read here, it must be zeros indeed.
     */
    private void checkBitmaps(long size) throws IOException {
        for (int block = 0; block < table.length; block++) {
            if (table[block] == HOLE) {
                continue;
            }
            long length = length(block, size);
            byte[] bitmap = bitmap(block);
            int sectors = (int) ((length + SECTOR - 1) / SECTOR);
            int from = run(bitmap, 0, sectors, false);
            while (from < sectors) {
                int to = run(bitmap, from, sectors, true);
                long start = place(block) + (long) from * SECTOR;
                long end = Math.min(place(block) + (long) to * SECTOR, place(block) + length);
                long data = ZeroSearch.firstNonZero(file, start, end);
                if (data < end) {
                    throw new CorruptImageException(
                            "block %d of the VHD file holds data at offset %d, where its bitmap says that nothing was written: programs would differ on what the disk holds"
                                    .formatted(block, data));
                }
                from = run(bitmap, to, sectors, false);
            }
        }
    }

    /** The first sector from here on that was, or was not, ever written; or the last one's end. */
    private static int run(byte[] bitmap, int from, int sectors, boolean written) {
        int at = from;
        while (at < sectors) {
            if (at % 8 == 0 && bitmap[at / 8] == (written ? 0 : -1)) {
                at += 8;
            } else if (isWritten(bitmap, at) == written) {
                return at;
            } else {
                at++;
            }
        }
        return sectors;
    }

    /** The most significant bit is the first sector. */
    private static boolean isWritten(byte[] bitmap, int sector) {
        return (bitmap[sector / 8] >> 7 - sector % 8 & 1) != 0;
    }

    /** Where the sectors of a block begin, behind its bitmap. */
    private long place(int block) {
        return (table[block] & 0xffff_ffffL) * SECTOR + bitmapBytes;
    }

    private byte[] bitmap(int block) throws IOException {
        byte[] known = bitmaps.find(block);
        if (known != null) {
            return known;
        }
        byte[] bitmap = new byte[bitmapBytes];
        file.read(place(block) - bitmapBytes, bitmap, 0, bitmapBytes);
        bitmaps.keep(block, bitmap);
        return bitmap;
    }

    @Override
    public MappedDevice.Piece piece(long offset) throws IOException {
        int block = (int) (offset / blockSize);
        long start = block * blockSize;
        if (table[block] == HOLE) {
            return new MappedDevice.Piece.Zeros(start + blockSize);
        }
        byte[] bitmap = bitmap(block);
        int sector = (int) (offset - start) / SECTOR;
        int sectors = (int) (blockSize / SECTOR);
        boolean written = isWritten(bitmap, sector);
        long end = start + (long) run(bitmap, sector, sectors, !written) * SECTOR;
        return written
                ? new MappedDevice.Piece.Stored(end, place(block) + (offset - start))
                : new MappedDevice.Piece.Zeros(end);
    }
}
