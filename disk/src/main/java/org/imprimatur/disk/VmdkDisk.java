package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The disk inside one sparse VMDK file, {@code monolithicSparse} or {@code streamOptimized} (VMware
 * Virtual Disk Format 5.0). A grain is found through a directory, which is kept, and tables, which
 * are read when needed. All tables are checked when the file is opened.
 */
final class VmdkDisk implements MappedDevice.Layout {

    static final String MAGIC = "KDMV";

    private static final int SECTOR = 512;
    private static final int HEADER_BYTES = 512;
    private static final long NEWLINE_TEST = 1;
    private static final long REDUNDANT = 1 << 1;
    private static final long ZERO_GRAINS = 1 << 2;
    private static final long COMPRESSED = 1 << 16;
    private static final long MARKERS = 1 << 17;

    /** The directory is said to be told by a copy of the header at the end of the file. */
    private static final long AT_END = -1;

    private static final long MARKER_TABLE = 1;
    private static final long MARKER_DIRECTORY = 2;
    private static final long MARKER_FOOTER = 3;
    private static final int FOOTER_FROM_END = 3 * SECTOR;
    private static final int GRAIN_HEADER = 12;
    private static final int ZERO_GRAIN = 1;

    private static final long MAX_GRAIN_SECTORS = 4096;
    private static final long MAX_TABLE_ENTRIES = 4096;
    private static final long MAX_DIRECTORY_BYTES = 32 << 20;
    private static final long MAX_DESCRIPTOR_SECTORS = 2048;
    private static final long TABLE_CACHE_BYTES = 4 << 20;

    private final BlockDevice file;
    private final Header header;
    private final int[] directory;
    private final BlockCache tables;
    private final PackedBlocks packed;

    /** The fields of a header or footer, sizes and places in sectors unless said. */
    private record Header(
            long version,
            long flags,
            long capacity,
            long grainSize,
            long descriptor,
            long descriptorSize,
            long tableEntries,
            long redundantDirectory,
            long directory) {

        static Header of(byte[] bytes) throws ImageException {
            var header =
                    new Header(
                            Bytes.u32le(bytes, 4),
                            Bytes.u32le(bytes, 8),
                            Bytes.i64le(bytes, 12),
                            Bytes.i64le(bytes, 20),
                            Bytes.i64le(bytes, 28),
                            Bytes.i64le(bytes, 36),
                            Bytes.u32le(bytes, 44),
                            Bytes.i64le(bytes, 48),
                            Bytes.i64le(bytes, 56));
            header.check();
            if ((header.flags() & NEWLINE_TEST) != 0 && !Bytes.has(bytes, 73, "\n \r\n")) {
                throw new CorruptImageException(
                        "the line ends in the VMDK header were changed: the file was sent as text");
            }
            int compression = Bytes.u16le(bytes, 77);
            if (compression != (header.isCompressed() ? 1 : 0)) {
                throw new UnsupportedImageException(
                        "VMDK compression %d of %s grains; 1 (deflate) is read"
                                .formatted(
                                        compression,
                                        header.isCompressed() ? "compressed" : "plain"));
            }
            return header;
        }

        private void check() throws ImageException {
            if (version < 1 || version > 3) {
                throw new UnsupportedImageException(
                        "VMDK version %d; 1 to 3 are read".formatted(version));
            }
            long known = NEWLINE_TEST | REDUNDANT | ZERO_GRAINS | COMPRESSED | MARKERS;
            if ((flags & ~known) != 0) {
                throw new UnsupportedImageException(
                        "unknown VMDK flags 0x%x".formatted(flags & ~known));
            }
            if (isCompressed() && (flags & MARKERS) == 0) {
                throw new UnsupportedImageException(
                        "a VMDK with compressed grains that have no markers");
            }
            if (Long.bitCount(grainSize) != 1 || grainSize < 1 || grainSize > MAX_GRAIN_SECTORS) {
                throw new CorruptImageException(
                        "VMDK grains of %d sectors, not a power of two from 1 to %d"
                                .formatted(grainSize, MAX_GRAIN_SECTORS));
            }
            if (tableEntries < 1 || tableEntries > MAX_TABLE_ENTRIES) {
                throw new CorruptImageException(
                        "VMDK tables of %d grains, not 1 to %d"
                                .formatted(tableEntries, MAX_TABLE_ENTRIES));
            }
        }

        boolean isCompressed() {
            return (flags & COMPRESSED) != 0;
        }

        /** Whether a footer tells of the same disk. */
        boolean agrees(Header footer) {
            return version == footer.version
                    && flags == footer.flags
                    && capacity == footer.capacity
                    && grainSize == footer.grainSize
                    && tableEntries == footer.tableEntries;
        }

        int grainBytes() {
            return (int) grainSize * SECTOR;
        }

        int tableBytes() {
            return (int) tableEntries * 4;
        }

        long size() {
            return capacity * SECTOR;
        }
    }

    private VmdkDisk(BlockDevice file, Header header, int[] directory) {
        this.file = file;
        this.header = header;
        this.directory = directory;
        this.tables = new BlockCache(TABLE_CACHE_BYTES, header.tableBytes());
        this.packed = new PackedBlocks("vmdk", file, PackedBlocks.Form.ZLIB, header.grainBytes());
    }

    static Container open(BlockDevice file, Limits limits) throws IOException {
        Ranges.check("the VMDK header", 0, HEADER_BYTES, file.size());
        byte[] first = new byte[HEADER_BYTES];
        file.read(0, first, 0, first.length);
        Header header = Header.of(first);
        if (header.capacity() <= 0 || header.capacity() > limits.maxVirtualBytes() / SECTOR) {
            Container.checkSize(
                    header.capacity() > Long.MAX_VALUE / SECTOR
                            ? Long.MAX_VALUE
                            : header.capacity() * SECTOR,
                    limits);
        }
        var use = new FileUse("vmdk", file);
        use.add("the header", 0, HEADER_BYTES);
        var notes = new ArrayList<Note>();
        checkDescriptor(file, header, use, notes);
        if (header.directory() == AT_END) {
            header = footer(file, header, use);
        }
        if (first[72] != 0) {
            notes.add(new Note("vmdk", "the file was not closed properly"));
        }
        int[] directory = directory(file, header, header.directory(), "the directory", use);
        useMarker(file, header, header.directory(), use);
        var disk = new VmdkDisk(file, header, directory);
        disk.checkTables(use);
        if ((header.flags() & REDUNDANT) != 0 && header.redundantDirectory() > 0) {
            disk.compareRedundant(use, notes);
        }
        notes.addAll(use.unused());
        return new Container("vmdk", new MappedDevice(file, header.size(), disk), notes);
    }

    private static void checkDescriptor(
            BlockDevice file, Header header, FileUse use, List<Note> notes) throws IOException {
        if (header.descriptor() == 0) {
            throw new UnsupportedImageException(
                    "a VMDK file without descriptor: one of the files of a disk that has several");
        }
        long place = place("the descriptor", header.descriptor());
        if (header.descriptorSize() < 1 || header.descriptorSize() > MAX_DESCRIPTOR_SECTORS) {
            throw new CorruptImageException(
                    "a VMDK descriptor of %d sectors, not 1 to %d"
                            .formatted(header.descriptorSize(), MAX_DESCRIPTOR_SECTORS));
        }
        byte[] text = new byte[(int) header.descriptorSize() * SECTOR];
        use.add("the descriptor", place, text.length);
        file.read(place, text, 0, text.length);
        VmdkDescriptor descriptor = VmdkDescriptor.of(text);
        descriptor.refuseParent();
        if (!descriptor.type().equals("monolithicSparse")
                && !descriptor.type().equals("streamOptimized")) {
            throw new UnsupportedImageException(
                    "a VMDK of type '%s'; monolithicSparse and streamOptimized are read"
                            .formatted(VmdkDescriptor.shown(descriptor.type())));
        }
        List<VmdkDescriptor.Extent> extents = descriptor.extents();
        if (extents.size() != 1 || !extents.getFirst().type().equals("SPARSE")) {
            throw new UnsupportedImageException(
                    "a VMDK whose descriptor names %d files as the disk, not this one alone"
                            .formatted(extents.size()));
        }
        long sectors = extents.getFirst().sectors();
        // Some writers fill the last grain up in one place and not in the other.
        if (Math.abs(sectors - header.capacity()) >= header.grainSize()) {
            throw new CorruptImageException(
                    "a VMDK disk of %d sectors by its descriptor and %d by its header"
                            .formatted(sectors, header.capacity()));
        }
        if (sectors != header.capacity()) {
            notes.add(
                    new Note(
                            "vmdk",
                            "the descriptor tells of %d sectors, the header of %d, which was used"
                                    .formatted(sectors, header.capacity())));
        }
    }

    /** A place in the file, of a number of sectors that may be anything. */
    private static long place(String what, long sector) throws CorruptImageException {
        if (sector <= 0 || sector > Long.MAX_VALUE / SECTOR) {
            throw new CorruptImageException(
                    "%s of the VMDK file at sector %s"
                            .formatted(what, Long.toUnsignedString(sector)));
        }
        return sector * SECTOR;
    }

    /** A marker, the footer, and a marker of the end: the last three sectors. */
    private static Header footer(BlockDevice file, Header header, FileUse use) throws IOException {
        long start = file.size() - FOOTER_FROM_END;
        use.add("the footer", start, FOOTER_FROM_END);
        byte[] end = new byte[FOOTER_FROM_END];
        file.read(start, end, 0, end.length);
        boolean marked =
                Bytes.i64le(end, 0) == 1
                        && Bytes.u32le(end, 8) == 0
                        && Bytes.u32le(end, 12) == MARKER_FOOTER
                        && ZeroSearch.isZero(end, 2 * SECTOR, SECTOR);
        if (!marked || !Bytes.has(end, SECTOR, MAGIC)) {
            throw new CorruptImageException(
                    "no footer at the end of the VMDK file, where its header says there is one");
        }
        Header footer = Header.of(Arrays.copyOfRange(end, SECTOR, 2 * SECTOR));
        if (!header.agrees(footer)) {
            throw new CorruptImageException("header and footer of the VMDK file differ");
        }
        return footer;
    }

    private static int[] directory(
            BlockDevice file, Header header, long sector, String what, FileUse use)
            throws IOException {
        long perTable = header.grainSize() * header.tableEntries();
        long count = (header.capacity() - 1) / perTable + 1;
        long place = place(what, sector);
        use.add(what, place, count * 4);
        if (count * 4 > MAX_DIRECTORY_BYTES) {
            throw new UnsupportedImageException(
                    "a VMDK directory of %d tables; at most %d are read"
                            .formatted(count, MAX_DIRECTORY_BYTES / 4));
        }
        byte[] bytes = new byte[(int) count * 4];
        file.read(place, bytes, 0, bytes.length);
        int[] directory = new int[(int) count];
        for (int i = 0; i < directory.length; i++) {
            directory[i] = Bytes.i32le(bytes, i * 4);
        }
        return directory;
    }

    /** In a stream a sector before each table says what follows. */
    private static void useMarker(BlockDevice file, Header header, long sector, FileUse use)
            throws IOException {
        if ((header.flags() & MARKERS) == 0 || sector < 2) {
            return;
        }
        byte[] marker = new byte[SECTOR];
        file.read((sector - 1) * SECTOR, marker, 0, SECTOR);
        long type = Bytes.u32le(marker, 12);
        if (Bytes.u32le(marker, 8) == 0
                && (type == MARKER_TABLE || type == MARKER_DIRECTORY)
                && ZeroSearch.isZero(marker, 16, SECTOR - 16)) {
            use.add("a marker", (sector - 1) * SECTOR, SECTOR);
        }
    }

    private static long sectors(int number) {
        return (number & 0xffff_ffffL) * SECTOR;
    }

    private int usedBytes(int table) {
        long grains = (header.capacity() - 1) / header.grainSize() + 1;
        return (int) (4 * Math.min(header.tableEntries(), grains - table * header.tableEntries()));
    }

    /** Looks at every entry of every table once. */
    private void checkTables(FileUse use) throws IOException {
        for (int i = 0; i < directory.length; i++) {
            if (directory[i] != 0) {
                use.add("table", i, sectors(directory[i]), header.tableBytes());
                useMarker(file, header, directory[i] & 0xffff_ffffL, use);
            }
        }
        // Before any table is read: each shall be read once.
        use.checkOverlaps();
        for (int i = 0; i < directory.length; i++) {
            if (directory[i] == 0) {
                continue;
            }
            byte[] table = table(i);
            for (int at = 0; at < usedBytes(i); at += 4) {
                int entry = Bytes.i32le(table, at);
                long grain = i * header.tableEntries() + at / 4;
                if (isZero(entry)) {
                    continue;
                }
                if (header.isCompressed()) {
                    int length = packedLength(grain, sectors(entry));
                    long padded = (GRAIN_HEADER + length + SECTOR - 1) / SECTOR * SECTOR;
                    long left = file.size() - sectors(entry);
                    use.add("grain", grain, sectors(entry), Math.min(padded, left));
                } else {
                    use.add("grain", grain, sectors(entry), wanted(grain));
                }
            }
        }
    }

    /** How much of a grain is inside the disk. */
    private long wanted(long grain) {
        return Math.min(header.grainBytes(), header.size() - grain * header.grainBytes());
    }

    private boolean isZero(int entry) {
        return entry == 0 || entry == ZERO_GRAIN && (header.flags() & ZERO_GRAINS) != 0;
    }

    /** The length of the stream behind the header of a compressed grain. */
    private int packedLength(long grain, long place) throws IOException {
        Ranges.check("grain", grain, place, GRAIN_HEADER, file.size());
        byte[] bytes = new byte[GRAIN_HEADER];
        file.read(place, bytes, 0, bytes.length);
        long sector = Bytes.i64le(bytes, 0);
        if (sector != grain * header.grainSize()) {
            throw new CorruptImageException(
                    "grain %d of the VMDK file is marked as sector %s of the disk, not %d"
                            .formatted(
                                    grain,
                                    Long.toUnsignedString(sector),
                                    grain * header.grainSize()));
        }
        long length = Bytes.u32le(bytes, 8);
        if (length == 0 || length > 2L * header.grainBytes() + SECTOR) {
            throw new CorruptImageException(
                    "grain %d of the VMDK file has %d compressed bytes for a grain of %d"
                            .formatted(grain, length, header.grainBytes()));
        }
        Ranges.check("grain", grain, place + GRAIN_HEADER, length, file.size());
        return (int) length;
    }

    /** The second directory and its tables must tell the same, or programs may differ. */
    private void compareRedundant(FileUse use, List<Note> notes) throws IOException {
        int[] second =
                directory(file, header, header.redundantDirectory(), "the second directory", use);
        boolean same = true;
        byte[] bytes = new byte[header.tableBytes()];
        for (int i = 0; i < second.length; i++) {
            same &= (second[i] == 0) == (directory[i] == 0);
            if (second[i] != 0) {
                use.add("second table", i, sectors(second[i]), bytes.length);
                if (same) {
                    file.read(sectors(second[i]), bytes, 0, bytes.length);
                    int used = usedBytes(i);
                    same = Arrays.equals(bytes, 0, used, table(i), 0, used);
                }
            }
        }
        if (!same) {
            notes.add(
                    new Note(
                            "vmdk",
                            "the second copy of the tables differs from the first, which was used; a program that uses the second sees another disk"));
        }
    }

    private byte[] table(int index) throws IOException {
        byte[] known = tables.find(index);
        if (known != null) {
            return known;
        }
        byte[] table = new byte[header.tableBytes()];
        file.read(sectors(directory[index]), table, 0, table.length);
        tables.keep(index, table);
        return table;
    }

    @Override
    public MappedDevice.Piece piece(long offset) throws IOException {
        long grain = offset / header.grainBytes();
        int index = (int) (grain / header.tableEntries());
        if (directory[index] == 0) {
            return new MappedDevice.Piece.Zeros(
                    (index + 1L) * header.tableEntries() * header.grainBytes());
        }
        int entry = Bytes.i32le(table(index), (int) (grain % header.tableEntries()) * 4);
        long start = grain * header.grainBytes();
        long end = start + header.grainBytes();
        if (isZero(entry)) {
            return new MappedDevice.Piece.Zeros(end);
        }
        if (header.isCompressed()) {
            return new MappedDevice.Piece.Packed(end, start, () -> unpack(grain, sectors(entry)));
        }
        return new MappedDevice.Piece.Stored(end, sectors(entry) + (offset - start));
    }

    private byte[] unpack(long grain, long place) throws IOException {
        byte[] known = packed.find(grain);
        if (known != null) {
            return known;
        }
        int length = packedLength(grain, place);
        return packed.unpack(grain, place + GRAIN_HEADER, length, (int) wanted(grain));
    }

    @Override
    public void close() {
        packed.close();
    }
}
