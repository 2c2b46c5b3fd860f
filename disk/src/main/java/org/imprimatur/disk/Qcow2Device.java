package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The disk inside a qcow2 file, version 2 or 3 (QEMU's docs/interop/qcow2).
 *
 * <p>A virtual cluster is found through two tables: L1, which is kept, and L2, whose tables are
 * read when needed. All tables are checked when the file is opened: each lies inside the file, and
 * no cluster of the file serves two purposes. So no chain can loop, and a small file cannot stand
 * for endless data except by compression.
 */
final class Qcow2Device implements BlockDevice {

    private static final long OFFSET_MASK = 0x00ff_ffff_ffff_fe00L;
    private static final long COMPRESSED = 1L << 62;

    private static final long DIRTY = 1;
    private static final long CORRUPT = 1 << 1;
    private static final long EXTERNAL_DATA = 1 << 2;
    private static final long COMPRESSION_TYPE = 1 << 3;
    private static final long EXTENDED_L2 = 1 << 4;

    private static final int BACKING_FORMAT = 0xe2792aca;
    private static final int EXTERNAL_DATA_NAME = 0x44415441;
    private static final int ENCRYPTION = 0x0537be77;
    private static final int BITMAPS = 0x23852875;

    /** As QEMU has it. */
    private static final long MAX_L1_BYTES = 32 << 20;

    private static final long CACHE_BYTES = 8 << 20;
    private static final int SUBCLUSTERS = 32;

    private final BlockDevice file;
    private final long size;
    private final int clusterBits;
    private final int clusterSize;
    private final boolean extended;
    private final int entrySize;
    private final int l2Bits;
    private final long[] l1;
    private final BlockCache tables;
    private final PackedBlocks packed;
    private final List<Note> notes;

    private Qcow2Device(
            BlockDevice file,
            long size,
            int clusterBits,
            boolean extended,
            PackedBlocks.Form compression,
            long[] l1,
            List<Note> notes) {
        this.file = file;
        this.size = size;
        this.clusterBits = clusterBits;
        this.clusterSize = 1 << clusterBits;
        this.extended = extended;
        this.entrySize = extended ? 16 : 8;
        this.l2Bits = clusterBits - (extended ? 4 : 3);
        this.l1 = l1;
        this.tables = new BlockCache(CACHE_BYTES, clusterSize);
        this.packed = new PackedBlocks("qcow2", file, compression, clusterSize);
        this.notes = notes;
    }

    static Qcow2Device open(BlockDevice file, Limits limits) throws IOException {
        byte[] header = new byte[112];
        int present = (int) Math.min(header.length, file.size());
        file.read(0, header, 0, present);
        if (present < 72) {
            throw new CorruptImageException(
                    "a qcow2 header of 72 bytes in a file of %d".formatted(file.size()));
        }
        long version = Bytes.u32be(header, 4);
        if (version != 2 && version != 3) {
            throw new UnsupportedImageException(
                    "qcow2 version %d; versions 2 and 3 are read".formatted(version));
        }
        if (Bytes.i64be(header, 8) != 0) {
            throw new UnsupportedImageException(
                    "the qcow2 file has a backing file: half of the disk is elsewhere");
        }
        long bits = Bytes.u32be(header, 20);
        if (bits < 9 || bits > 21) {
            throw new CorruptImageException(
                    "qcow2 clusters of 2^%d bytes, not 2^9 to 2^21".formatted(bits));
        }
        int clusterBits = (int) bits;
        long size = Bytes.i64be(header, 24);
        if (Bytes.u32be(header, 32) != 0) {
            throw new UnsupportedImageException("the qcow2 file is encrypted");
        }
        if (size <= 0) {
            throw new CorruptImageException(
                    "a qcow2 disk of %s bytes".formatted(Long.toUnsignedString(size)));
        }
        var notes = new ArrayList<Note>();
        boolean extended = false;
        var compression = PackedBlocks.Form.DEFLATE;
        long headerLength = 72;
        if (version == 3) {
            if (present < 104) {
                throw new CorruptImageException(
                        "a qcow2 header of 104 bytes in a file of %d".formatted(file.size()));
            }
            headerLength = Bytes.u32be(header, 100);
            if (headerLength < 104 || headerLength % 8 != 0 || headerLength > 1 << clusterBits) {
                throw new CorruptImageException(
                        "a qcow2 header of %d bytes, not a multiple of 8 from 104 to one cluster"
                                .formatted(headerLength));
            }
            long features = Bytes.i64be(header, 72);
            extended = checkFeatures(features, clusterBits, notes);
            int type = headerLength > 104 && present > 104 ? Bytes.u8(header, 104) : 0;
            compression = compression((features & COMPRESSION_TYPE) != 0, type);
        }
        boolean bitmaps = hasBitmaps(file, headerLength, 1 << clusterBits);
        if (bitmaps) {
            notes.add(
                    new Note(
                            "qcow2",
                            "bitmaps of what was changed, which are not part of the disk and were not read"));
        }
        long snapshots = Bytes.u32be(header, 60);
        if (snapshots != 0) {
            notes.add(
                    new Note(
                            "qcow2",
                            "%d internal snapshots, whose content is not part of the disk and was not read"
                                    .formatted(snapshots)));
        }
        long[] l1 = readL1(file, header, size, clusterBits, extended, limits);
        var device = new Qcow2Device(file, size, clusterBits, extended, compression, l1, notes);
        BitSet used = device.checkTables(Bytes.i64be(header, 40), version == 2);
        if (snapshots == 0 && !bitmaps) {
            device.useReferenceCounts(used, Bytes.i64be(header, 48), Bytes.u32be(header, 56));
            notes.addAll(device.unused(used));
        }
        return device;
    }

    /** Whether L2 entries are extended; refuses what is not known. */
    private static boolean checkFeatures(long incompatible, int clusterBits, List<Note> notes)
            throws ImageException {
        if ((incompatible & CORRUPT) != 0) {
            throw new CorruptImageException("the qcow2 file is marked as corrupt");
        }
        if ((incompatible & EXTERNAL_DATA) != 0) {
            throw new UnsupportedImageException(
                    "the qcow2 file has an external data file: its content is elsewhere");
        }
        long known = DIRTY | COMPRESSION_TYPE | EXTENDED_L2;
        if ((incompatible & ~known) != 0) {
            throw new UnsupportedImageException(
                    "unknown incompatible qcow2 features 0x%x".formatted(incompatible & ~known));
        }
        boolean extended = (incompatible & EXTENDED_L2) != 0;
        if (extended && clusterBits < 14) {
            throw new CorruptImageException(
                    "extended qcow2 tables with clusters of 2^%d bytes, not 2^14 or more"
                            .formatted(clusterBits));
        }
        if ((incompatible & DIRTY) != 0) {
            notes.add(
                    new Note(
                            "qcow2",
                            "the file was not closed properly; its reference counts, which are not needed for reading, may be wrong"));
        }
        return extended;
    }

    private static PackedBlocks.Form compression(boolean announced, int type)
            throws ImageException {
        if (announced != (type != 0)) {
            throw new CorruptImageException(
                    "the qcow2 file has the compression type %d, and its features say %s"
                            .formatted(type, announced ? "another than zlib" : "zlib"));
        }
        return switch (type) {
            case 0 -> PackedBlocks.Form.DEFLATE;
            case 1 -> PackedBlocks.Form.ZSTD;
            default ->
                    throw new UnsupportedImageException(
                            "the qcow2 file has the unknown compression type " + type);
        };
    }

    /**
     * Looks at the extensions of the header, and refuses those that tell of something elsewhere.
     */
    private static boolean hasBitmaps(BlockDevice file, long headerLength, int clusterSize)
            throws IOException {
        boolean bitmaps = false;
        byte[] area = new byte[(int) Math.min(clusterSize, file.size())];
        file.read(0, area, 0, area.length);
        long at = headerLength;
        while (at + 8 <= area.length) {
            int type = Bytes.i32be(area, (int) at);
            long length = Bytes.u32be(area, (int) at + 4);
            if (type == 0) {
                return bitmaps;
            }
            bitmaps |= type == BITMAPS;
            if (type == BACKING_FORMAT) {
                throw new UnsupportedImageException(
                        "the qcow2 file names the format of a backing file");
            }
            if (type == EXTERNAL_DATA_NAME) {
                throw new UnsupportedImageException("the qcow2 file names an external data file");
            }
            if (type == ENCRYPTION) {
                throw new UnsupportedImageException("the qcow2 file is encrypted (LUKS)");
            }
            Ranges.check("a qcow2 header extension", at + 8, length, area.length);
            at += 8 + (length + 7 & ~7L);
        }
        return bitmaps;
    }

    private static long[] readL1(
            BlockDevice file,
            byte[] header,
            long size,
            int clusterBits,
            boolean extended,
            Limits limits)
            throws IOException {
        int l2Bits = clusterBits - (extended ? 4 : 3);
        long needed = (size - 1 >>> clusterBits + l2Bits) + 1;
        long count = Bytes.u32be(header, 36);
        long offset = Bytes.i64be(header, 40);
        if (count < needed) {
            throw new CorruptImageException(
                    "a qcow2 L1 table of %d entries, where a disk of %d bytes needs %d"
                            .formatted(count, size, needed));
        }
        Ranges.check("the qcow2 L1 table", offset, count * 8, file.size());
        if (size > limits.maxVirtualBytes()) {
            throw new UnsupportedImageException(
                    "a disk of %d bytes is larger than the limit of %d"
                            .formatted(size, limits.maxVirtualBytes()));
        }
        if (count * 8 > MAX_L1_BYTES) {
            throw new UnsupportedImageException(
                    "a qcow2 L1 table of %d entries, more than %d"
                            .formatted(count, MAX_L1_BYTES / 8));
        }
        if ((offset & (1 << clusterBits) - 1) != 0 || offset == 0) {
            throw new CorruptImageException(
                    "the qcow2 L1 table is at offset %d, not at the start of a cluster"
                            .formatted(offset));
        }
        byte[] bytes = new byte[(int) needed * 8];
        file.read(offset, bytes, 0, bytes.length);
        long[] l1 = new long[(int) needed];
        for (int i = 0; i < l1.length; i++) {
            l1[i] = Bytes.i64be(bytes, i * 8) & OFFSET_MASK;
        }
        return l1;
    }

    /** Looks at every entry of every table once; gives the clusters of the file that are in use. */
    private BitSet checkTables(long l1Offset, boolean old) throws IOException {
        long clusters = (file.size() - 1 >>> clusterBits) + 1;
        if (clusters > Integer.MAX_VALUE) {
            throw new UnsupportedImageException(
                    "a qcow2 file of %d clusters; at most %d are read"
                            .formatted(clusters, Integer.MAX_VALUE));
        }
        var used = new BitSet((int) clusters);
        use(used, 0, "the header", 0);
        for (long at = l1Offset; at < l1Offset + l1.length * 8L; at += clusterSize) {
            use(used, at, "the L1 table", 0);
        }
        for (int i = 0; i < l1.length; i++) {
            if (l1[i] != 0) {
                Ranges.check("the L2 table", i, l1[i], clusterSize, file.size());
                use(used, l1[i], "the L2 table", i);
            }
        }
        for (int i = 0; i < l1.length; i++) {
            if (l1[i] != 0) {
                byte[] table = table(i);
                long first = (long) i << l2Bits;
                int count = (int) Math.min(1L << l2Bits, (size - 1 >>> clusterBits) + 1 - first);
                for (int k = 0; k < count; k++) {
                    checkEntry(used, table, first + k, k * entrySize, old);
                }
            }
        }
        return used;
    }

    /** The counts are not needed for reading, and those outside the file not looked for. */
    private void useReferenceCounts(BitSet used, long offset, long clusters) throws IOException {
        byte[] table = new byte[clusterSize];
        for (long i = 0; i < clusters; i++) {
            long at = offset + (i << clusterBits);
            if (at <= 0 || at > file.size() - clusterSize) {
                return;
            }
            used.set((int) (at >>> clusterBits));
            file.read(at, table, 0, clusterSize);
            for (int k = 0; k < clusterSize; k += 8) {
                long block = Bytes.i64be(table, k) & -512L;
                if (block > 0 && block < file.size()) {
                    used.set((int) (block >>> clusterBits));
                }
            }
        }
    }

    private List<Note> unused(BitSet used) throws IOException {
        var use = new FileUse("qcow2", file);
        for (int from = used.nextSetBit(0); from >= 0; ) {
            int to = used.nextClearBit(from);
            long start = (long) from << clusterBits;
            long end = Math.min(file.size(), (long) to << clusterBits);
            use.add("a cluster", start, Math.max(0, end - start));
            from = used.nextSetBit(to);
        }
        return use.unused();
    }

    private void checkEntry(BitSet used, byte[] table, long cluster, int at, boolean old)
            throws CorruptImageException {
        long entry = Bytes.i64be(table, at);
        if (entry == 0) {
            return;
        }
        if ((entry & COMPRESSED) != 0) {
            long offset = entry & (1L << compressedBits()) - 1;
            Ranges.check("the compressed cluster", cluster, offset, 1, file.size());
            // Several may share a cluster of the file.
            used.set(
                    (int) (offset >>> clusterBits),
                    (int) (packedEnd(entry) - 1 >>> clusterBits) + 1);
            return;
        }
        if (old && (entry & 1) != 0) {
            throw new CorruptImageException(
                    "cluster %d of the disk is marked as zeros, which qcow2 version 2 does not have"
                            .formatted(cluster));
        }
        long offset = entry & OFFSET_MASK;
        if (offset == 0) {
            return;
        }
        if ((offset & clusterSize - 1) != 0) {
            throw new CorruptImageException(
                    "cluster %d of the disk is at offset %d, not at the start of a cluster of the qcow2 file"
                            .formatted(cluster, offset));
        }
        // The last cluster of a file may be cut where the disk ends.
        boolean allocated = extended || (entry & 1) == 0;
        long length = allocated ? Math.min(clusterSize, size - (cluster << clusterBits)) : 1;
        Ranges.check("the cluster", cluster, offset, length, file.size());
        use(used, offset, "the cluster", cluster);
    }

    private void use(BitSet used, long offset, String what, long number)
            throws CorruptImageException {
        int cluster = (int) (offset >>> clusterBits);
        if ((offset & clusterSize - 1) != 0) {
            throw new CorruptImageException(
                    "%s %d is at offset %d, not at the start of a cluster of the qcow2 file"
                            .formatted(what, number, offset));
        }
        if (used.get(cluster)) {
            throw new CorruptImageException(
                    "%s %d is at offset %d of the qcow2 file, which is in use for something else: a loop or overlap"
                            .formatted(what, number, offset));
        }
        used.set(cluster);
    }

    List<Note> notes() {
        return notes;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) throws IOException {
        Ranges.check("a read", offset, length, size);
        long from = offset;
        int to = at;
        int left = length;
        while (left > 0) {
            int within = (int) (from & clusterSize - 1);
            int step = Math.min(left, clusterSize - within);
            long cluster = from >>> clusterBits;
            int l1Index = (int) (cluster >>> l2Bits);
            if (l1[l1Index] == 0) {
                Arrays.fill(into, to, to + step, (byte) 0);
            } else {
                byte[] table = table(l1Index);
                int k = (int) (cluster & (1 << l2Bits) - 1);
                long entry = Bytes.i64be(table, k * entrySize);
                if ((entry & COMPRESSED) != 0) {
                    System.arraycopy(unpacked(cluster, entry), within, into, to, step);
                } else if (extended) {
                    step = Math.min(step, subclusterEnd(within) - within);
                    readSubcluster(table, k * entrySize, cluster, within, into, to, step);
                } else if ((entry & OFFSET_MASK) == 0 || (entry & 1) != 0) {
                    Arrays.fill(into, to, to + step, (byte) 0);
                } else {
                    long host = (entry & OFFSET_MASK) + within;
                    while (step < left
                            && ++k < 1 << l2Bits
                            && Bytes.i64be(table, k * entrySize) << 1 >>> 1 == host + step) {
                        step += Math.min(left - step, clusterSize);
                    }
                    file.read(host, into, to, step);
                }
            }
            from += step;
            to += step;
            left -= step;
        }
    }

    private int subclusterEnd(int within) {
        int subcluster = clusterSize / SUBCLUSTERS;
        return (within / subcluster + 1) * subcluster;
    }

    /** The bitmap of an extended entry: low half allocated, high half reads as zeros. */
    private void readSubcluster(
            byte[] table, int at, long cluster, int within, byte[] into, int to, int length)
            throws IOException {
        long offset = Bytes.i64be(table, at) & OFFSET_MASK;
        long bitmap = Bytes.i64be(table, at + 8);
        int index = within / (clusterSize / SUBCLUSTERS);
        boolean allocated = (bitmap >>> index & 1) != 0;
        boolean zero = (bitmap >>> index + 32 & 1) != 0;
        if (allocated && (zero || offset == 0)) {
            throw new CorruptImageException(
                    "subcluster %d of cluster %d of the qcow2 disk is allocated and %s"
                            .formatted(index, cluster, zero ? "zero at once" : "nowhere"));
        }
        if (allocated) {
            file.read(offset + within, into, to, length);
        } else {
            Arrays.fill(into, to, to + length, (byte) 0);
        }
    }

    /** Tells where in the file its bytes stand as they are. */
    void runs(DiskMap.Sink sink) throws IOException {
        int step = extended ? clusterSize / SUBCLUSTERS : clusterSize;
        for (long at = nextData(0); at < size; ) {
            long place = place(at);
            long end = at + step;
            while (place >= 0 && end < size && place(end) == place + (end - at)) {
                end += step;
            }
            end = Math.min(size, end);
            if (place >= 0) {
                sink.run(at, place, end - at);
            }
            at = nextData(end);
        }
    }

    /** Where in the file this byte of the disk stands as it is; negative when nowhere. */
    private long place(long offset) throws IOException {
        long cluster = offset >>> clusterBits;
        int l1Index = (int) (cluster >>> l2Bits);
        if (l1[l1Index] == 0) {
            return -1;
        }
        byte[] table = table(l1Index);
        int at = (int) (cluster & (1 << l2Bits) - 1) * entrySize;
        long entry = Bytes.i64be(table, at);
        int within = (int) (offset & clusterSize - 1);
        boolean stored =
                extended
                        ? (Bytes.i64be(table, at + 8) >>> within / (clusterSize / SUBCLUSTERS) & 1)
                                != 0
                        : (entry & 1) == 0;
        long host = entry & OFFSET_MASK;
        return stored && host != 0 && (entry & COMPRESSED) == 0 ? host + within : -1;
    }

    private byte[] table(int l1Index) throws IOException {
        byte[] table = tables.find(l1Index);
        if (table == null) {
            table = new byte[clusterSize];
            file.read(l1[l1Index], table, 0, clusterSize);
            tables.keep(l1Index, table);
        }
        return table;
    }

    private int compressedBits() {
        return 62 - (clusterBits - 8);
    }

    private byte[] unpacked(long cluster, long entry) throws IOException {
        long offset = entry & (1L << compressedBits()) - 1;
        return packed.unpack(cluster, offset, (int) (packedEnd(entry) - offset), clusterSize);
    }

    /** Where the last sector of a compressed cluster ends; it may reach beyond the file. */
    private long packedEnd(long entry) {
        int bits = compressedBits();
        long sectors = (entry & COMPRESSED - 1) >>> bits;
        return Math.min(file.size(), (entry & (1L << bits) - 1 & -512L) + (sectors + 1) * 512);
    }

    @Override
    public long nextData(long offset) throws IOException {
        return next(offset, true);
    }

    @Override
    public long nextHole(long offset) throws IOException {
        return next(offset, false);
    }

    private long next(long offset, boolean data) throws IOException {
        if (offset >= size) {
            return size;
        }
        long last = size - 1 >>> clusterBits;
        long cluster = offset >>> clusterBits;
        while (cluster <= last) {
            int l1Index = (int) (cluster >>> l2Bits);
            if (l1[l1Index] == 0) {
                if (!data) {
                    break;
                }
                cluster = (long) (l1Index + 1) << l2Bits;
                continue;
            }
            byte[] table = table(l1Index);
            long end = Math.min(last + 1, (long) (l1Index + 1) << l2Bits);
            while (cluster < end && isData(table, cluster) != data) {
                cluster++;
            }
            if (cluster < end) {
                break;
            }
        }
        return Math.min(size, Math.max(offset, cluster << clusterBits));
    }

    private boolean isData(byte[] table, long cluster) {
        int at = (int) (cluster & (1 << l2Bits) - 1) * entrySize;
        long entry = Bytes.i64be(table, at);
        if ((entry & COMPRESSED) != 0) {
            return true;
        }
        if (extended) {
            return (int) Bytes.i64be(table, at + 8) != 0;
        }
        return (entry & OFFSET_MASK) != 0 && (entry & 1) == 0;
    }

    @Override
    public void close() throws IOException {
        packed.close();
        file.close();
    }
}
