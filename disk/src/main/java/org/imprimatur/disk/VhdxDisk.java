package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The disk inside a VHDX file ([MS-VHDX]): two headers, of which the newer counts, two copies of a
 * table of regions, a region with metadata, and a region with the table of blocks (BAT).
 */
final class VhdxDisk implements MappedDevice.Layout {

    static final String SIGNATURE = "vhdxfile";

    private static final long MIB = 1 << 20;
    private static final int HEADER_BYTES = 4 << 10;
    private static final long[] HEADERS = {64 << 10, 128 << 10};
    private static final int TABLE_BYTES = 64 << 10;
    private static final long[] REGION_TABLES = {192 << 10, 256 << 10};
    private static final int ENTRY_BYTES = 32;
    private static final int MAX_ENTRIES = 2047;
    private static final long MAX_METADATA_BYTES = 64 << 20;
    private static final long MAX_BLOCKS = 16 << 20;

    private static final UUID BAT = UUID.fromString("2dc27766-f623-4200-9d64-115e9bfd4a08");
    private static final UUID METADATA = UUID.fromString("8b7ca206-4790-4b9a-b8fe-575f050f886e");
    private static final UUID PARAMETERS = UUID.fromString("caa16737-fa36-4d43-b3b6-33f0aa44e76b");
    private static final UUID DISK_SIZE = UUID.fromString("2fa54224-cd1b-4876-b211-5dbed83bf4b8");
    private static final UUID SECTOR_SIZE = UUID.fromString("8141bf1d-a96f-4709-ba47-f233a8faab5f");
    private static final UUID PHYSICAL_SIZE =
            UUID.fromString("cda348c7-445d-4471-9cc9-e9885251c556");
    private static final UUID DISK_ID = UUID.fromString("beca12ab-b2e6-4523-93ef-c309e000c746");
    private static final UUID PARENT = UUID.fromString("a8d35f2d-b30b-454d-abf7-d3d84834ab0c");

    private static final int NOT_PRESENT = 0;
    private static final int UNDEFINED = 1;
    private static final int ZERO = 2;
    private static final int UNMAPPED = 3;
    private static final int PRESENT = 6;
    private static final int PARTIAL = 7;

    private record Range(long offset, long length) {}

    private final long blockSize;

    /** Where each block is; 0 where it is zeros. */
    private final long[] places;

    private VhdxDisk(long blockSize, long[] places) {
        this.blockSize = blockSize;
        this.places = places;
    }

    static Container open(BlockDevice file, Limits limits) throws IOException {
        Ranges.check("the VHDX headers", 0, MIB, file.size());
        var notes = new ArrayList<Note>();
        var use = new FileUse("vhdx", file);
        use.add("the headers", 0, MIB);
        checkHeaders(file, use, notes);
        Map<UUID, Range> regions = regions(file, notes);
        Range table = need(regions, BAT, "region with the table of blocks");
        Range metadata = need(regions, METADATA, "region with metadata");
        use.add("the table of blocks", table.offset(), table.length());
        use.add("the metadata", metadata.offset(), metadata.length());
        Map<UUID, Range> items = items(file, metadata);

        byte[] parameters = item(file, items, PARAMETERS, "the file parameters", 8);
        long blockSize = Bytes.u32le(parameters, 0);
        if ((Bytes.u32le(parameters, 4) & 2) != 0 || items.containsKey(PARENT)) {
            throw new UnsupportedImageException(
                    "a VHDX file with the differences from another file: half of the disk is elsewhere");
        }
        if (Long.bitCount(blockSize) != 1 || blockSize < MIB || blockSize > 256 * MIB) {
            throw new CorruptImageException(
                    "VHDX blocks of %d bytes, not a power of two from 1 to 256 MiB"
                            .formatted(blockSize));
        }
        long sector = Bytes.u32le(item(file, items, SECTOR_SIZE, "the size of sectors", 4), 0);
        if (sector != 512 && sector != 4096) {
            throw new CorruptImageException(
                    "VHDX sectors of %d bytes, not 512 or 4096".formatted(sector));
        }
        long size = Bytes.i64le(item(file, items, DISK_SIZE, "the size of the disk", 8), 0);
        Container.checkSize(size, limits);
        if (size % sector != 0) {
            throw new CorruptImageException(
                    "a VHDX disk of %d bytes with sectors of %d".formatted(size, sector));
        }
        if (sector != 512) {
            notes.add(new Note("vhdx", "the disk has sectors of %d bytes".formatted(sector)));
        }
        long[] places = places(file, table, size, blockSize, sector, use, notes);
        notes.addAll(use.unused());
        var layout = new VhdxDisk(blockSize, places);
        return new Container("vhdx", new MappedDevice(file, size, layout), notes);
    }

    private static boolean isSealed(byte[] bytes) {
        long written = Bytes.u32le(bytes, 4);
        var crc = new CRC32C();
        crc.update(bytes, 0, 4);
        crc.update(new byte[4]);
        crc.update(bytes, 8, bytes.length - 8);
        return crc.getValue() == written;
    }

    /** The newer of the good headers must not wait for its log to be replayed. */
    private static void checkHeaders(BlockDevice file, FileUse use, List<Note> notes)
            throws IOException {
        byte @Nullable [] newest = null;
        int good = 0;
        for (long at : HEADERS) {
            byte[] header = new byte[HEADER_BYTES];
            file.read(at, header, 0, header.length);
            if (Bytes.has(header, 0, "head") && isSealed(header)) {
                good++;
                if (newest == null
                        || Long.compareUnsigned(Bytes.i64le(header, 8), Bytes.i64le(newest, 8))
                                > 0) {
                    newest = header;
                }
            }
        }
        if (newest == null) {
            throw new CorruptImageException("neither VHDX header has the right CRC-32C");
        }
        if (good == 1) {
            notes.add(new Note("vhdx", "one of the two headers is damaged; the other was used"));
        }
        if (Bytes.u16le(newest, 66) != 1) {
            throw new UnsupportedImageException(
                    "VHDX version %d; 1 is read".formatted(Bytes.u16le(newest, 66)));
        }
        if (!ZeroSearch.isZero(newest, 48, 16)) {
            throw new UnsupportedImageException(
                    "the VHDX file was not closed properly: its log waits for replay");
        }
        use.add("the log", Bytes.i64le(newest, 72), Bytes.u32le(newest, 68));
    }

    private static Map<UUID, Range> regions(BlockDevice file, List<Note> notes) throws IOException {
        byte @Nullable [] table = null;
        int good = 0;
        for (long at : REGION_TABLES) {
            byte[] copy = new byte[TABLE_BYTES];
            file.read(at, copy, 0, copy.length);
            if (Bytes.has(copy, 0, "regi") && isSealed(copy)) {
                good++;
                table = table == null ? copy : table;
            }
        }
        if (table == null) {
            throw new CorruptImageException("neither VHDX region table has the right CRC-32C");
        }
        if (good == 1) {
            notes.add(
                    new Note(
                            "vhdx", "one of the two region tables is damaged; the other was used"));
        }
        long count = checkCount(Bytes.u32le(table, 8), "regions");
        var regions = new HashMap<UUID, Range>();
        for (int i = 0; i < count; i++) {
            int at = 16 + i * ENTRY_BYTES;
            UUID id = Bytes.guid(table, at);
            boolean required = (Bytes.u32le(table, at + 28) & 1) != 0;
            if (!id.equals(BAT) && !id.equals(METADATA)) {
                if (required) {
                    throw new UnsupportedImageException("unknown VHDX region " + id);
                }
                notes.add(
                        new Note(
                                "vhdx",
                                "the region %s is not known and was not read".formatted(id)));
                continue;
            }
            var range = new Range(Bytes.i64le(table, at + 16), Bytes.u32le(table, at + 24));
            Ranges.check("the VHDX region " + id, range.offset(), range.length(), file.size());
            if (regions.put(id, range) != null) {
                throw new CorruptImageException("the VHDX region %s twice".formatted(id));
            }
        }
        return regions;
    }

    private static long checkCount(long count, String what) throws CorruptImageException {
        if (count > MAX_ENTRIES) {
            throw new CorruptImageException(
                    "a VHDX table of %d %s; at most %d fit".formatted(count, what, MAX_ENTRIES));
        }
        return count;
    }

    private static Range need(Map<UUID, Range> ranges, UUID id, String what)
            throws CorruptImageException {
        Range range = ranges.get(id);
        if (range == null) {
            throw new CorruptImageException("the VHDX file has no " + what);
        }
        return range;
    }

    /** Where the metadata items are in the file. */
    private static Map<UUID, Range> items(BlockDevice file, Range region) throws IOException {
        Ranges.check("the VHDX metadata table", 0, TABLE_BYTES, region.length());
        if (region.length() > MAX_METADATA_BYTES) {
            throw new UnsupportedImageException(
                    "a VHDX region of %d bytes for metadata, more than %d"
                            .formatted(region.length(), MAX_METADATA_BYTES));
        }
        byte[] table = new byte[TABLE_BYTES];
        file.read(region.offset(), table, 0, table.length);
        if (!Bytes.has(table, 0, "metadata")) {
            throw new CorruptImageException(
                    "no VHDX metadata table at offset %d".formatted(region.offset()));
        }
        long count = checkCount(Bytes.u16le(table, 10), "metadata items");
        var known = List.of(PARAMETERS, DISK_SIZE, SECTOR_SIZE, PHYSICAL_SIZE, DISK_ID, PARENT);
        var items = new HashMap<UUID, Range>();
        for (int i = 0; i < count; i++) {
            int at = ENTRY_BYTES + i * ENTRY_BYTES;
            UUID id = Bytes.guid(table, at);
            boolean required = (Bytes.u32le(table, at + 24) & 4) != 0;
            if (!known.contains(id)) {
                if (required) {
                    throw new UnsupportedImageException("unknown VHDX metadata " + id);
                }
                continue;
            }
            long offset = Bytes.u32le(table, at + 16);
            long length = Bytes.u32le(table, at + 20);
            Ranges.check("the VHDX metadata " + id, offset, length, region.length());
            if (items.put(id, new Range(region.offset() + offset, length)) != null) {
                throw new CorruptImageException("the VHDX metadata %s twice".formatted(id));
            }
        }
        return items;
    }

    private static byte[] item(
            BlockDevice file, Map<UUID, Range> items, UUID id, String what, int length)
            throws IOException {
        Range range = need(items, id, "metadata with " + what);
        if (range.length() < length) {
            throw new CorruptImageException(
                    "VHDX metadata with %s in %d bytes, not %d"
                            .formatted(what, range.length(), length));
        }
        byte[] bytes = new byte[length];
        file.read(range.offset(), bytes, 0, length);
        return bytes;
    }

    /**
     * After every {@code ratio} blocks the table has one entry for a bitmap, needed by children.
     */
    private static long[] places(
            BlockDevice file,
            Range table,
            long size,
            long blockSize,
            long sector,
            FileUse use,
            List<Note> notes)
            throws IOException {
        long blocks = (size - 1) / blockSize + 1;
        long ratio = (sector << 23) / blockSize;
        long entries = blocks + (blocks - 1) / ratio;
        if (table.length() / 8 < entries) {
            throw new CorruptImageException(
                    "a VHDX table of %d blocks, where a disk of %d bytes needs %d"
                            .formatted(table.length() / 8, size, entries));
        }
        if (blocks > MAX_BLOCKS) {
            throw new UnsupportedImageException(
                    "a VHDX table of %d blocks; at most %d are read".formatted(blocks, MAX_BLOCKS));
        }
        long[] places = new long[(int) blocks];
        byte[] chunk = new byte[TABLE_BYTES];
        long held = -1;
        long undefined = 0;
        for (int block = 0; block < places.length; block++) {
            long at = (block + block / ratio) * 8;
            if (at / chunk.length != held) {
                held = at / chunk.length;
                long start = held * chunk.length;
                file.read(
                        table.offset() + start,
                        chunk,
                        0,
                        (int) Math.min(chunk.length, table.length() - start));
            }
            long entry = Bytes.i64le(chunk, (int) (at % chunk.length));
            int state = (int) (entry & 7);
            switch (state) {
                case NOT_PRESENT, ZERO -> {}
                case UNDEFINED, UNMAPPED -> undefined++;
                case PRESENT -> {
                    places[block] = (entry >>> 20) * MIB;
                    long length = Math.min(blockSize, size - block * blockSize);
                    use.add("block", block, places[block], length);
                }
                case PARTIAL ->
                        throw new UnsupportedImageException(
                                "block %d of the VHDX file is partly in another file"
                                        .formatted(block));
                default ->
                        throw new CorruptImageException(
                                "block %d of the VHDX file has the unknown state %d"
                                        .formatted(block, state));
            }
        }
        if (undefined > 0) {
            notes.add(
                    new Note(
                            "vhdx",
                            "%d blocks are unmapped or undefined; they were taken for zeros"
                                    .formatted(undefined)));
        }
        return places;
    }

    @Override
    public MappedDevice.Piece piece(long offset) {
        int block = (int) (offset / blockSize);
        long start = block * blockSize;
        long end = start + blockSize;
        return places[block] == 0
                ? new MappedDevice.Piece.Zeros(end)
                : new MappedDevice.Piece.Stored(end, places[block] + (offset - start));
    }
}
