package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * ext2, ext3 and ext4.
 *
 * <p>Where the file system keeps checksums of its metadata, those of superblock, group descriptors,
 * inodes, extent nodes, directory blocks and attribute blocks are verified.
 */
final class ExtFileSystem implements FileSystem {

    private static final int ROOT = 2;

    // Flags of an inode.
    private static final int ENCRYPTED = 0x800;
    private static final int EXTENTS = 0x80000;
    private static final int VALUE_OF_ATTRIBUTE = 0x200000;
    private static final int INLINE_DATA = 0x10000000;

    /** What an {@link Inode#map()} holds: i_block, the generation, and the attribute block. */
    private static final int I_BLOCK = 60;

    private static final int MAP = I_BLOCK + 4 + 8;

    private static final int EXTENT_MAGIC = 0xf30a;
    private static final int MAX_EXTENT_DEPTH = 5;
    private static final int MAX_UNINITIALISED = 32768;

    private static final int ATTRIBUTE_MAGIC = 0xea020000;
    private static final int MAX_ATTRIBUTE = 65536;
    private static final int MAX_ATTRIBUTES = 4 << 20;
    private static final int MAX_LINK = 4096;
    private static final int MAX_FAULTS = 64;

    private static final int MAX_JOURNAL_RUNS = 1 << 20;
    private static final int MAX_ORPHANS = 1 << 18;
    private static final int ORPHAN_TAIL = 8;
    private static final long ORPHAN_MAGIC = 0x0b10ca04L;

    private static final int CHUNK = 1 << 18;
    private static final int MAX_TABLES = 1 << 16;

    private final BlockDevice device;
    private final ExtSuperblock superblock;
    private final Limits limits;
    private final int blockSize;
    private final CachedReader cached;

    /** By group, as far as there is room: 0 where it was not looked up yet. */
    private final AtomicLongArray inodeTables;

    // Complete when open() returns, and not changed afterwards.
    private final List<Unread> faults;
    private final List<Note> notes;
    private @Nullable Note unclean;

    /** First block and number of blocks of what files hold that nobody can name any more. */
    private final List<long[]> orphanRuns = new ArrayList<>();

    private ExtFileSystem(BlockDevice device, ExtSuperblock superblock, Limits limits) {
        this.device = device;
        this.cached = new CachedReader(device, device.size());
        this.superblock = superblock;
        this.limits = limits;
        this.blockSize = superblock.blockSize();
        this.faults = new ArrayList<>(superblock.faults());
        this.notes = new ArrayList<>(superblock.notes());
        this.inodeTables = new AtomicLongArray((int) Math.min(superblock.groups(), MAX_TABLES));
    }

    /** Whether the start of a volume has the magic of the superblock, at 1024 + 56. */
    static boolean isPresent(byte[] head) {
        return Bytes.u16le(head, 1024 + 56) == 0xef53;
    }

    static ExtFileSystem open(BlockDevice device, Limits limits) throws IOException {
        ExtSuperblock superblock = ExtSuperblock.read(device);
        var plain = new ExtFileSystem(device, superblock, limits);
        ExtFileSystem opened = plain;
        if (superblock.needsReplay()) {
            try {
                opened = plain.replayed();
            } catch (ImageException e) {
                plain.faults.add(
                        new Unread(
                                "journal",
                                "the journal holds changes that were not replayed: "
                                        + e.explanation()));
            }
        }
        opened.findOrphans();
        return opened;
    }

    /** This file system with the changes of its journal. */
    private ExtFileSystem replayed() throws IOException {
        if (superblock.journalInode() == 0) {
            throw new UnsupportedImageException("it is on another device");
        }
        Inode journal = inode(superblock.journalInode());
        if (!journal.isRegular() || isInline(journal)) {
            throw new CorruptImageException("its inode %d is no file".formatted(journal.number()));
        }
        var runs = new TreeMap<Long, long[]>();
        new MapWalk(
                        journal,
                        (logical, physical, count) -> {
                            runs.put(logical, new long[] {physical, count});
                            if (runs.size() > MAX_JOURNAL_RUNS) {
                                throw new UnsupportedImageException(
                                        "it is in more than %d pieces".formatted(MAX_JOURNAL_RUNS));
                            }
                            return true;
                        })
                .walk();
        ExtJournal.Replayed replayed =
                ExtJournal.replay(
                        device,
                        blockSize,
                        superblock.blocks(),
                        journal.size() / blockSize,
                        block -> {
                            Map.Entry<Long, long[]> run = runs.floorEntry(block);
                            if (run == null || block - run.getKey() >= run.getValue()[1]) {
                                throw new CorruptImageException(
                                        "block %d of the journal is nowhere".formatted(block));
                            }
                            return run.getValue()[0] + block - run.getKey();
                        });
        ExtSuperblock after = ExtSuperblock.read(replayed.device());
        if (after.blockSize() != blockSize || after.blocks() != superblock.blocks()) {
            throw new CorruptImageException(
                    "it changes the size of the file system to %d blocks of %d bytes"
                            .formatted(after.blocks(), after.blockSize()));
        }
        var opened = new ExtFileSystem(replayed.device(), after, limits);
        var unclean =
                new Note(
                        "journal",
                        "the file system was in use when the image was made; %d transactions of its journal were replayed, which change %d blocks"
                                .formatted(replayed.transactions(), replayed.blocks()));
        opened.unclean = unclean;
        opened.notes.add(unclean);
        return opened;
    }

    /**
     * Files that were deleted while in use: without a name, and their blocks not free yet. A kernel
     * that mounts the file system frees them first, so their content counts as free space here.
     */
    private void findOrphans() throws IOException {
        try {
            int deleted = 0;
            long blocks = 0;
            List<Long> numbers = orphans();
            for (long number : numbers) {
                byte[] raw = rawInode(number);
                if (Bytes.u16le(raw, 26) == 0) {
                    deleted++;
                    blocks += addOrphan(inode(number, raw));
                    if (blocks > superblock.blocks()) {
                        throw new CorruptImageException(
                                "they claim %d blocks of %d"
                                        .formatted(blocks, superblock.blocks()));
                    }
                }
            }
            orphanRuns.sort((one, other) -> Long.compare(one[0], other[0]));
            if (!numbers.isEmpty()) {
                notes.add(
                        new Note(
                                "superblock",
                                "%d files deleted while in use wait for being cleared away, and %d for being cut off; what the deleted ones held counts as free space"
                                        .formatted(deleted, numbers.size() - deleted)));
            }
        } catch (ImageException e) {
            faults.add(
                    new Unread(
                            "superblock",
                            "the files that were deleted while in use could not be looked up: "
                                    + e.explanation()));
        }
    }

    /** Returns how many blocks the orphan has. */
    private long addOrphan(Inode orphan) throws IOException {
        if (isInline(orphan)
                || !orphan.isRegular()
                        && !orphan.isDirectory()
                        && (orphan.type() != FileType.SYMLINK || orphan.size() < I_BLOCK)) {
            return 0;
        }
        long[] total = new long[1];
        new MapWalk(
                        orphan,
                        (_, physical, count) -> {
                            total[0] += count;
                            if (orphanRuns.size() == MAX_ORPHANS) {
                                throw new UnsupportedImageException(
                                        "they are in more than %d pieces".formatted(MAX_ORPHANS));
                            }
                            orphanRuns.add(new long[] {physical, count});
                            return true;
                        })
                .walk();
        return total[0];
    }

    /** A list that runs through the inodes, and a file that lists more of them. */
    private List<Long> orphans() throws IOException {
        var seen = new LongSet();
        var found = new ArrayList<Long>();
        long next = superblock.firstOrphan();
        while (next != 0) {
            addOrphan(next, seen, found);
            next = Bytes.u32le(rawInode(next), 20);
        }
        if (superblock.orphanFile() == 0) {
            return found;
        }
        Inode file = inode(superblock.orphanFile());
        if (!file.isRegular() || isInline(file)) {
            throw new CorruptImageException(
                    "inode %d, which is to list them, is no file".formatted(file.number()));
        }
        byte[] block = new byte[blockSize];
        new MapWalk(
                        file,
                        (_, physical, count) -> {
                            for (long each = physical; each < physical + count; each++) {
                                device.read(each * blockSize, block, 0, blockSize);
                                checkOrphanBlock(file, each, block);
                                for (int at = 0; at < blockSize - ORPHAN_TAIL; at += 4) {
                                    if (Bytes.i32le(block, at) != 0) {
                                        addOrphan(Bytes.u32le(block, at), seen, found);
                                    }
                                }
                            }
                            return true;
                        })
                .walk();
        return found;
    }

    private static void addOrphan(long number, LongSet seen, List<Long> found)
            throws ImageException {
        if (!seen.add(number)) {
            throw new CorruptImageException("inode %d is listed twice".formatted(number));
        }
        if (found.size() == MAX_ORPHANS) {
            throw new UnsupportedImageException("they are more than " + MAX_ORPHANS);
        }
        found.add(number);
    }

    private void checkOrphanBlock(Inode file, long physical, byte[] block)
            throws CorruptImageException {
        int tail = blockSize - ORPHAN_TAIL;
        if (Bytes.u32le(block, tail) != ORPHAN_MAGIC) {
            throw new CorruptImageException(
                    "block %d of their list ends with %08x, not %08x"
                            .formatted(physical, Bytes.u32le(block, tail), ORPHAN_MAGIC));
        }
        if (superblock.checksums()) {
            CRC32C crc = inodeCrc(file.number(), Bytes.i32le(file.map(), I_BLOCK));
            Crc32cSeed.updateInt(crc, (int) physical);
            Crc32cSeed.updateInt(crc, (int) (physical >>> 32));
            crc.update(block, 0, tail);
            if (Crc32cSeed.value(crc) != Bytes.i32le(block, tail + 4)) {
                throw new CorruptImageException(
                        "the checksum of block %d of their list is %08x, not %08x as it says"
                                .formatted(
                                        physical,
                                        Crc32cSeed.value(crc),
                                        Bytes.i32le(block, tail + 4)));
            }
        }
    }

    @Override
    public String type() {
        return superblock.type();
    }

    @Override
    public Optional<String> label() {
        return superblock.label();
    }

    @Override
    public Optional<UUID> uuid() {
        return Optional.of(superblock.uuid());
    }

    @Override
    public List<Unread> faults() {
        return List.copyOf(faults);
    }

    @Override
    public List<Note> notes() {
        return List.copyOf(notes);
    }

    @Override
    public Optional<Note> uncleanJournal() {
        return Optional.ofNullable(unclean);
    }

    @Override
    public void unallocated(RangeSink sink) throws IOException {
        new ExtBitmaps(device, superblock, this::descriptor, orphanRuns).unallocated(sink);
    }

    @Override
    public Inode root() throws IOException {
        Inode root = inode(ROOT);
        if (!root.isDirectory()) {
            throw new CorruptImageException("the root of the ext file system is no directory");
        }
        return root;
    }

    @Override
    public Inode inode(long number) throws IOException {
        byte[] raw = rawInode(number);
        if (Bytes.u16le(raw, 0) == 0 || Bytes.u16le(raw, 26) == 0) {
            throw new CorruptImageException("inode %d is not in use".formatted(number));
        }
        return inode(number, raw);
    }

    private Inode inode(long number, byte[] raw) throws ImageException {
        int mode = Bytes.u16le(raw, 0);
        int links = Bytes.u16le(raw, 26);
        FileType type = FileType.ofMode(mode);
        long size = Bytes.u32le(raw, 4);
        if (type == FileType.REGULAR
                || type == FileType.DIRECTORY && superblock.largeDirectories()) {
            size |= Bytes.u32le(raw, 108) << 32;
        }
        if (size < 0) {
            throw new CorruptImageException(
                    "inode %d has a size of %s bytes"
                            .formatted(number, Long.toUnsignedString(size)));
        }
        int extra = extraSize(raw);
        int changedExtra = extra >= 8 ? Bytes.i32le(raw, 132) : 0;
        int modifiedExtra = extra >= 12 ? Bytes.i32le(raw, 136) : 0;
        byte[] map = new byte[MAP];
        System.arraycopy(raw, 40, map, 0, I_BLOCK);
        System.arraycopy(raw, 100, map, I_BLOCK, 4);
        System.arraycopy(raw, 104, map, I_BLOCK + 4, 4);
        System.arraycopy(raw, 118, map, I_BLOCK + 8, 2);
        return new Inode(
                number,
                mode,
                Bytes.u16le(raw, 2) | (long) Bytes.u16le(raw, 120) << 16,
                Bytes.u16le(raw, 24) | (long) Bytes.u16le(raw, 122) << 16,
                size,
                links,
                second(raw, 16, modifiedExtra),
                modifiedExtra >>> 2,
                second(raw, 12, changedExtra),
                changedExtra >>> 2,
                Bytes.i32le(raw, 32),
                device(type, raw),
                map);
    }

    /** The old form in 16 bits, or the new one in the next word. */
    private static int device(FileType type, byte[] raw) {
        if (type != FileType.CHARACTER_DEVICE && type != FileType.BLOCK_DEVICE) {
            return 0;
        }
        int old = Bytes.i32le(raw, 40);
        return old != 0 ? old & 0xffff : Bytes.i32le(raw, 44);
    }

    /** The lowest two bits of the extra field extend the signed 32-bit seconds beyond 2038. */
    private static long second(byte[] raw, int at, int extra) {
        return Bytes.i32le(raw, at) + ((extra & 3L) << 32);
    }

    private static int extraSize(byte[] raw) {
        return raw.length > 128 ? Math.min(Bytes.u16le(raw, 128), raw.length - 128) : 0;
    }

    private byte[] rawInode(long number) throws IOException {
        if (number < 1 || number > superblock.inodes()) {
            throw new CorruptImageException(
                    "inode number %d, not 1 to %d".formatted(number, superblock.inodes()));
        }
        long group = (number - 1) / superblock.inodesPerGroup();
        long index = (number - 1) % superblock.inodesPerGroup();
        long table = inodeTable(group);
        byte[] raw = new byte[superblock.inodeSize()];
        cached.read(table * blockSize + index * raw.length, raw, raw.length);
        if (superblock.checksums()) {
            checkInode(number, raw);
        }
        return raw;
    }

    /** The block at which the inodes of a group begin; looked up once for each group. */
    private long inodeTable(long group) throws IOException {
        if (group >= inodeTables.length()) {
            return readInodeTable(group);
        }
        long known = inodeTables.get((int) group);
        if (known == 0) {
            known = readInodeTable(group);
            inodeTables.set((int) group, known);
        }
        return known;
    }

    /** The descriptor of a group, checked. */
    private byte[] descriptor(long group) throws IOException {
        byte[] descriptor = new byte[superblock.descriptorSize()];
        cached.read(superblock.descriptorOffset(group), descriptor, descriptor.length);
        if (!superblock.descriptorChecksums()) {
            return descriptor;
        }
        int expected = Bytes.u16le(descriptor, 30);
        int found;
        if (superblock.checksums()) {
            byte[] bytes = descriptor.clone();
            Arrays.fill(bytes, 30, 32, (byte) 0);
            CRC32C crc = superblock.seed().start((int) group);
            crc.update(bytes, 0, bytes.length);
            found = Crc32cSeed.value(crc) & 0xffff;
        } else {
            found = superblock.descriptorCrc16(group, descriptor);
        }
        if (found != expected) {
            throw new CorruptImageException(
                    "the checksum of the descriptor of group %d is %04x, not %04x as it says"
                            .formatted(group, found, expected));
        }
        return descriptor;
    }

    private long readInodeTable(long group) throws IOException {
        byte[] descriptor = descriptor(group);
        long table = Bytes.u32le(descriptor, 8);
        if (descriptor.length >= 64) {
            table |= Bytes.u32le(descriptor, 40) << 32;
        }
        long length = superblock.inodesPerGroup() * superblock.inodeSize();
        if (table <= 0 || table > superblock.blocks()) {
            throw new CorruptImageException(
                    "the inode table of group %d is at block %d of %d"
                            .formatted(group, table, superblock.blocks()));
        }
        Ranges.check(
                "the inode table of group " + group,
                table * blockSize,
                length,
                superblock.blocks() * blockSize);
        return table;
    }

    private void checkInode(long number, byte[] raw) throws CorruptImageException {
        boolean high = extraSize(raw) >= 4;
        int expected = Bytes.u16le(raw, 124) | (high ? Bytes.u16le(raw, 130) << 16 : 0);
        // The checksum is made with zeros in its own places, and nobody needs them afterwards.
        boolean unused = ZeroSearch.isZero(raw, 0, raw.length);
        Arrays.fill(raw, 124, 126, (byte) 0);
        if (high) {
            Arrays.fill(raw, 130, 132, (byte) 0);
        }
        CRC32C crc = inodeCrc(number, Bytes.i32le(raw, 100));
        crc.update(raw, 0, raw.length);
        int found = Crc32cSeed.value(crc) & (high ? -1 : 0xffff);
        if (found != expected && !unused) {
            throw new CorruptImageException(
                    "the checksum of inode %d is %08x, not %08x as it says"
                            .formatted(number, found, expected));
        }
    }

    private CRC32C inodeCrc(long number, int generation) {
        CRC32C crc = superblock.seed().start((int) number);
        Crc32cSeed.updateInt(crc, generation);
        return crc;
    }

    private byte[] metadataBlock(long block, String what) throws IOException {
        if (block <= 0 || block >= superblock.blocks()) {
            throw new CorruptImageException(
                    "%s is at block %d of %d".formatted(what, block, superblock.blocks()));
        }
        byte[] bytes = new byte[blockSize];
        cached.read(block * blockSize, bytes, bytes.length);
        return bytes;
    }

    // Where content is.

    /** Takes the parts of a file that are stored, in rising order, neighbours joined. */
    @FunctionalInterface
    private interface RunSink {

        /** Returns false to end the search. */
        boolean accept(long logical, long physical, long count) throws IOException;
    }

    /** One walk through the map of one inode, with what it takes to notice a map that lies. */
    private final class MapWalk {

        private final Inode inode;
        private final RunSink sink;
        private final LongSet nodes = new LongSet();
        private long runLogical;
        private long runPhysical;
        private long runCount;
        private long total;
        private boolean ended;

        MapWalk(Inode inode, RunSink sink) {
            this.inode = inode;
            this.sink = sink;
        }

        void walk() throws IOException {
            if ((inode.flags() & EXTENTS) != 0) {
                extents(inode.map(), I_BLOCK, -1, 0);
            } else {
                blockMap();
            }
            flush();
        }

        private void flush() throws IOException {
            if (runCount > 0 && !ended) {
                ended = !sink.accept(runLogical, runPhysical, runCount);
            }
            runCount = 0;
        }

        private void add(long logical, long physical, long count) throws IOException {
            if (physical <= 0 || count > superblock.blocks() - physical) {
                throw new CorruptImageException(
                        "inode %d maps %d blocks at block %d of a file system of %d"
                                .formatted(inode.number(), count, physical, superblock.blocks()));
            }
            total += count;
            if (total > superblock.blocks()) {
                throw new CorruptImageException(
                        "inode %d maps more blocks than the %d of the file system"
                                .formatted(inode.number(), superblock.blocks()));
            }
            if (runCount > 0
                    && runLogical + runCount == logical
                    && runPhysical + runCount == physical) {
                runCount += count;
                return;
            }
            flush();
            runLogical = logical;
            runPhysical = physical;
            runCount = count;
        }

        private void visitNode(long block) throws CorruptImageException {
            if (block <= 0 || block >= superblock.blocks()) {
                throw new CorruptImageException(
                        "the map of inode %d has a node at block %d of %d"
                                .formatted(inode.number(), block, superblock.blocks()));
            }
            if (!nodes.add(block)) {
                throw new CorruptImageException(
                        "the map of inode %d comes to block %d twice: a loop"
                                .formatted(inode.number(), block));
            }
        }

        /**
         * One node of the extent tree. A node in a block fills it whole.
         *
         * @param depth what its parent says that it must have; -1 for the root
         * @param least the first block that may still be mapped: extents are in order
         * @return the block after the last one mapped
         */
        private long extents(byte[] node, int length, int depth, long least) throws IOException {
            int entries = Bytes.u16le(node, 2);
            int max = Bytes.u16le(node, 4);
            int found = Bytes.u16le(node, 6);
            if (Bytes.u16le(node, 0) != EXTENT_MAGIC
                    || entries > max
                    || max > (length - 12) / 12
                    || found > MAX_EXTENT_DEPTH
                    || depth >= 0 && found != depth) {
                throw new CorruptImageException(
                        "a node in the extent tree of inode %d has magic %04x, %d of %d entries, depth %d; %s is expected"
                                .formatted(
                                        inode.number(),
                                        Bytes.u16le(node, 0),
                                        entries,
                                        max,
                                        found,
                                        depth < 0 ? "at most " + MAX_EXTENT_DEPTH : depth));
            }
            if (depth >= 0 && superblock.checksums()) {
                checkNode(node, 12 + 12 * max);
            }
            long next = least;
            for (int i = 0; i < entries && !ended; i++) {
                int at = 12 + 12 * i;
                long logical = Bytes.u32le(node, at);
                if (logical < next) {
                    throw new CorruptImageException(
                            "the extent tree of inode %d maps block %d after block %d"
                                    .formatted(inode.number(), logical, next));
                }
                if (found > 0) {
                    long child = Bytes.u32le(node, at + 4) | (long) Bytes.u16le(node, at + 8) << 32;
                    visitNode(child);
                    next =
                            extents(
                                    metadataBlock(child, "an extent node"),
                                    blockSize,
                                    found - 1,
                                    logical);
                } else {
                    int count = Bytes.u16le(node, at + 4);
                    if (count > MAX_UNINITIALISED) {
                        // Set aside but never written: reads as zeros.
                        next = logical + count - MAX_UNINITIALISED;
                    } else {
                        long physical =
                                Bytes.u32le(node, at + 8) | (long) Bytes.u16le(node, at + 6) << 32;
                        next = logical + count;
                        if (count > 0) {
                            add(logical, physical, count);
                        }
                    }
                }
            }
            return next;
        }

        private void checkNode(byte[] node, int tail) throws CorruptImageException {
            if (tail + 4 > node.length) {
                return;
            }
            CRC32C crc = inodeCrc(inode.number(), Bytes.i32le(inode.map(), I_BLOCK));
            crc.update(node, 0, tail);
            if (Crc32cSeed.value(crc) != Bytes.i32le(node, tail)) {
                throw new CorruptImageException(
                        "the checksum of an extent node of inode %d is %08x, not %08x as it says"
                                .formatted(
                                        inode.number(),
                                        Crc32cSeed.value(crc),
                                        Bytes.i32le(node, tail)));
            }
        }

        /** Twelve blocks, then three trees of pointers, each one level deeper. */
        private void blockMap() throws IOException {
            byte[] map = inode.map();
            long blocks = blocksOf(inode.size());
            for (int i = 0; i < 12 && i < blocks && !ended; i++) {
                long physical = Bytes.u32le(map, 4 * i);
                if (physical != 0) {
                    add(i, physical, 1);
                }
            }
            long first = 12;
            long span = 1;
            for (int level = 1; level <= 3; level++) {
                span *= blockSize / 4;
                long pointer = Bytes.u32le(map, 4 * (11 + level));
                if (first < blocks && pointer != 0 && !ended) {
                    indirect(pointer, first, span, blocks);
                }
                first += span;
            }
        }

        /**
         * @param span how many blocks of the file the pointers here reach
         */
        private void indirect(long block, long first, long span, long blocks) throws IOException {
            visitNode(block);
            byte[] pointers = metadataBlock(block, "an indirect block");
            long each = span / (blockSize / 4);
            for (int i = 0; i < blockSize / 4 && !ended; i++) {
                long logical = first + i * each;
                if (logical >= blocks) {
                    return;
                }
                long pointer = Bytes.u32le(pointers, 4 * i);
                if (pointer != 0 && each == 1) {
                    add(logical, pointer, 1);
                } else if (pointer != 0) {
                    indirect(pointer, logical, each, blocks);
                }
            }
        }
    }

    private long blocksOf(long size) {
        return size / blockSize + (size % blockSize == 0 ? 0 : 1);
    }

    private static boolean isInline(Inode inode) {
        return (inode.flags() & INLINE_DATA) != 0;
    }

    private static void refuseEncrypted(Inode inode) throws UnsupportedImageException {
        if ((inode.flags() & ENCRYPTED) != 0) {
            throw new UnsupportedImageException(
                    "inode %d is encrypted: neither names nor content can be read"
                            .formatted(inode.number()));
        }
    }

    @Override
    public long firstByte(Inode file) throws IOException {
        if (!file.isRegular() && !file.isDirectory() || isInline(file)) {
            return 0;
        }
        long[] first = new long[1];
        new MapWalk(
                        file,
                        (_, physical, _) -> {
                            first[0] = physical * blockSize;
                            return false;
                        })
                .walk();
        return first[0];
    }

    @Override
    public long storedBytes(Inode file) throws IOException {
        if (!file.isRegular()) {
            return 0;
        }
        if (isInline(file)) {
            return file.size();
        }
        long blocks = blocksOf(file.size());
        long[] stored = new long[1];
        new MapWalk(
                        file,
                        (logical, _, count) -> {
                            stored[0] += Math.clamp(blocks - logical, 0, count);
                            return true;
                        })
                .walk();
        return stored[0] * blockSize;
    }

    @Override
    public void read(Inode file, ByteSink sink) throws IOException {
        file.require(FileType.REGULAR);
        refuseEncrypted(file);
        if (file.size() == 0) {
            return;
        }
        if (isInline(file)) {
            byte[] content = inlineContent(file);
            sink.accept(0, content, 0, content.length);
            return;
        }
        long size = file.size();
        byte[] buffer = new byte[(int) Math.min(CHUNK, blocksOf(size) * blockSize)];
        new MapWalk(
                        file,
                        (logical, physical, count) -> {
                            long at = logical * blockSize;
                            long end = Math.min(size, at + count * blockSize);
                            long from = physical * blockSize;
                            while (at < end) {
                                int step = (int) Math.min(buffer.length, end - at);
                                device.read(from, buffer, 0, step);
                                sink.accept(at, buffer, 0, step);
                                at += step;
                                from += step;
                            }
                            return at < size;
                        })
                .walk();
    }

    /** The content of an inode that keeps it in itself: the block map, then an attribute. */
    private byte[] inlineContent(Inode inode) throws IOException {
        int start = (int) Math.min(I_BLOCK, inode.size());
        byte[] rest = new byte[0];
        if (inode.size() > I_BLOCK) {
            byte[] found = inlineRest(inode);
            if (found.length < inode.size() - I_BLOCK) {
                throw new CorruptImageException(
                        "inode %d has %d bytes, but holds %d in itself"
                                .formatted(inode.number(), inode.size(), I_BLOCK + found.length));
            }
            rest = found;
        }
        byte[] content = Arrays.copyOf(inode.map(), (int) inode.size());
        Arrays.fill(content, start, content.length, (byte) 0);
        System.arraycopy(rest, 0, content, start, content.length - start);
        return content;
    }

    private byte[] inlineRest(Inode inode) throws IOException {
        byte[] found = attributesInInode(inode).get("system.data");
        return found == null ? new byte[0] : found;
    }

    // Directories.

    @Override
    public Listing list(Inode directory) throws IOException {
        directory.require(FileType.DIRECTORY);
        refuseEncrypted(directory);
        var entries = new ArrayList<DirectoryEntry>();
        var faults = new ArrayList<String>();
        if (isInline(directory)) {
            // The first four bytes are the parent; there is no "." and no "..".
            byte[] map = directory.map();
            entries(map, 4, I_BLOCK, entries, faults, "its inode");
            byte[] rest = inlineRest(directory);
            entries(rest, 0, rest.length, entries, faults, "its attribute");
            return new Listing(entries, faults);
        }
        long blocks = directory.size() / blockSize;
        if (directory.size() % blockSize != 0 || blocks == 0 || blocks > superblock.blocks()) {
            throw new CorruptImageException(
                    "the directory of inode %d has %d bytes in blocks of %d"
                            .formatted(directory.number(), directory.size(), blockSize));
        }
        byte[] block = new byte[blockSize];
        long[] expected = new long[1];
        new MapWalk(
                        directory,
                        (logical, physical, count) -> {
                            if (logical > expected[0]) {
                                fault(
                                        faults,
                                        "%d blocks from block %d on are missing"
                                                .formatted(
                                                        Math.min(logical, blocks) - expected[0],
                                                        expected[0]));
                            }
                            long end = Math.min(blocks, logical + count);
                            for (long i = logical; i < end; i++) {
                                device.read(
                                        (physical + i - logical) * blockSize, block, 0, blockSize);
                                if (checkLeaf(directory, block, i, faults)) {
                                    entries(block, 0, blockSize, entries, faults, "block " + i);
                                }
                            }
                            expected[0] = logical + count;
                            return expected[0] < blocks && faults.size() < MAX_FAULTS;
                        })
                .walk();
        if (expected[0] < blocks) {
            fault(
                    faults,
                    "%d blocks from block %d on are missing"
                            .formatted(blocks - expected[0], expected[0]));
        }
        return new Listing(entries, faults);
    }

    private static void fault(List<String> faults, String fault) {
        if (faults.size() < MAX_FAULTS) {
            faults.add(fault);
        }
    }

    /**
     * Verifies the checksum in the tail of a block of entries, or of a block of the hash index:
     * such a one looks like a single unused entry, and holds no names but the first two.
     */
    private boolean checkLeaf(Inode directory, byte[] block, long index, List<String> faults) {
        if (!superblock.checksums()) {
            return true;
        }
        int counts = indexCounts(block);
        if (counts > 0) {
            return checkIndex(directory, block, counts, index, faults);
        }
        int tail = blockSize - 12;
        if (Bytes.i32le(block, tail) != 0
                || Bytes.u16le(block, tail + 4) != 12
                || Bytes.u16le(block, tail + 6) != 0xde00) {
            return true;
        }
        CRC32C crc = inodeCrc(directory.number(), Bytes.i32le(directory.map(), I_BLOCK));
        crc.update(block, 0, tail);
        if (Crc32cSeed.value(crc) == Bytes.i32le(block, tail + 8)) {
            return true;
        }
        fault(
                faults,
                "the checksum of block %d is %08x, not %08x as it says"
                        .formatted(index, Crc32cSeed.value(crc), Bytes.i32le(block, tail + 8)));
        return false;
    }

    /**
     * Where a block of the hash index tells its number of entries; 0 for other blocks. Its one
     * record, or the second of its root, reaches to the end, where other blocks have their tail:
     * what looks like a tail there may be left over from before the directory had an index.
     */
    private int indexCounts(byte[] block) {
        // 64 KiB do not fit the field, and are told as one less.
        if (Bytes.i32le(block, 0) == 0 && Bytes.u16le(block, 4) == Math.min(blockSize, 65535)) {
            return 8;
        }
        boolean root =
                Bytes.u16le(block, 4) == 12
                        && Bytes.u16le(block, 16) == blockSize - 12
                        && Bytes.i32le(block, 24) == 0
                        && Bytes.u8(block, 29) == 8;
        return root ? 32 : 0;
    }

    private boolean checkIndex(
            Inode directory, byte[] block, int counts, long index, List<String> faults) {
        int limit = Bytes.u16le(block, counts);
        int count = Bytes.u16le(block, counts + 2);
        int tail = counts + 8 * limit;
        if (count > limit || tail > blockSize - 8) {
            // A block of entries that are all unused has no numbers of an index.
            if (counts == 8) {
                return true;
            }
            fault(
                    faults,
                    "block %d is an index of %d entries of %d".formatted(index, count, limit));
            return false;
        }
        CRC32C crc = inodeCrc(directory.number(), Bytes.i32le(directory.map(), I_BLOCK));
        crc.update(block, 0, counts + 8 * count);
        crc.update(block, tail, 4);
        Crc32cSeed.updateInt(crc, 0);
        if (Crc32cSeed.value(crc) == Bytes.i32le(block, tail + 4)) {
            return true;
        }
        fault(
                faults,
                "the checksum of block %d is %08x, not %08x as it says"
                        .formatted(index, Crc32cSeed.value(crc), Bytes.i32le(block, tail + 4)));
        return false;
    }

    /** The entries in one area; a fault ends the area, since the next entry cannot be found. */
    private void entries(
            byte[] area,
            int start,
            int end,
            List<DirectoryEntry> entries,
            List<String> faults,
            String where)
            throws UnsupportedImageException {
        int at = start;
        while (at + 8 <= end) {
            long inode = Bytes.u32le(area, at);
            int length = Bytes.u16le(area, at + 4);
            if (blockSize == 65536 && (length == 65535 || length == 0)) {
                length = 65536;
            }
            int nameLength = Bytes.u8(area, at + 6);
            if (length < 8
                    || length % 4 != 0
                    || length > end - at
                    || inode != 0 && nameLength + 8 > length) {
                fault(
                        faults,
                        "%s has an entry of %d bytes at %d with a name of %d; the rest of it is unknown"
                                .formatted(where, length, at - start, nameLength));
                return;
            }
            if (inode != 0 && !isDots(area, at + 8, nameLength)) {
                add(area, at, nameLength, inode, entries, faults, where);
            }
            at += length;
        }
    }

    private void add(
            byte[] area,
            int at,
            int nameLength,
            long inode,
            List<DirectoryEntry> entries,
            List<String> faults,
            String where)
            throws UnsupportedImageException {
        try {
            entries.add(new DirectoryEntry(FileName.read(area, at + 8, nameLength), inode));
        } catch (CorruptImageException e) {
            fault(faults, where + ": " + e.explanation());
        }
        if (entries.size() > limits.maxEntries()) {
            throw new UnsupportedImageException(
                    "a directory of more than %d entries".formatted(limits.maxEntries()));
        }
    }

    private static boolean isDots(byte[] area, int at, int length) {
        return length == 1 && area[at] == '.'
                || length == 2 && area[at] == '.' && area[at + 1] == '.';
    }

    // Links and attributes.

    @Override
    public FilePath readLink(Inode link) throws IOException {
        link.require(FileType.SYMLINK);
        refuseEncrypted(link);
        if (link.size() == 0 || link.size() > Math.min(MAX_LINK, blockSize)) {
            throw new CorruptImageException(
                    "the symbolic link of inode %d has %d bytes, not 1 to %d"
                            .formatted(link.number(), link.size(), Math.min(MAX_LINK, blockSize)));
        }
        byte[] target;
        if (isInline(link)) {
            target = inlineContent(link);
        } else if (link.size() < I_BLOCK && (link.flags() & EXTENTS) == 0) {
            target = Arrays.copyOf(link.map(), (int) link.size());
        } else {
            byte[] bytes = new byte[(int) link.size()];
            boolean[] found = new boolean[1];
            new MapWalk(
                            link,
                            (logical, physical, _) -> {
                                if (logical == 0) {
                                    device.read(physical * blockSize, bytes, 0, bytes.length);
                                    found[0] = true;
                                }
                                return false;
                            })
                    .walk();
            if (!found[0]) {
                throw new CorruptImageException(
                        "the target of the symbolic link of inode %d is nowhere"
                                .formatted(link.number()));
            }
            target = bytes;
        }
        for (byte each : target) {
            if (each == 0) {
                throw new CorruptImageException(
                        "the target of the symbolic link of inode %d contains NUL"
                                .formatted(link.number()));
            }
        }
        return FilePath.of(target);
    }

    @Override
    public Map<String, byte[]> attributes(Inode inode) throws IOException {
        Map<String, byte[]> attributes = attributesInInode(inode);
        attributes.remove("system.data");
        long block =
                Bytes.u32le(inode.map(), I_BLOCK + 4)
                        | (long) Bytes.u16le(inode.map(), I_BLOCK + 8) << 32;
        if (block != 0) {
            byte[] bytes = metadataBlock(block, "the attributes of inode " + inode.number());
            if (Bytes.i32le(bytes, 0) != ATTRIBUTE_MAGIC || Bytes.u32le(bytes, 8) != 1) {
                throw new CorruptImageException(
                        "block %d holds no attributes, as inode %d says"
                                .formatted(block, inode.number()));
            }
            if (superblock.checksums()) {
                checkAttributeBlock(block, bytes);
            }
            attributes(inode, bytes, 32, 0, attributes);
        }
        return attributes;
    }

    private void checkAttributeBlock(long block, byte[] bytes) throws CorruptImageException {
        CRC32C crc = superblock.seed().start((int) block);
        Crc32cSeed.updateInt(crc, (int) (block >>> 32));
        crc.update(bytes, 0, 16);
        Crc32cSeed.updateInt(crc, 0);
        crc.update(bytes, 20, bytes.length - 20);
        if (Crc32cSeed.value(crc) != Bytes.i32le(bytes, 16)) {
            throw new CorruptImageException(
                    "the checksum of the attributes in block %d is %08x, not %08x as it says"
                            .formatted(block, Crc32cSeed.value(crc), Bytes.i32le(bytes, 16)));
        }
    }

    private Map<String, byte[]> attributesInInode(Inode inode) throws IOException {
        var attributes = new LinkedHashMap<String, byte[]>();
        byte[] raw = rawInode(inode.number());
        int start = 128 + extraSize(raw);
        if (start + 4 <= raw.length && Bytes.i32le(raw, start) == ATTRIBUTE_MAGIC) {
            attributes(inode, raw, start + 4, start + 4, attributes);
        }
        return attributes;
    }

    /**
     * @param at where the first entry is
     * @param base where the places of values are counted from
     */
    private void attributes(
            Inode inode, byte[] area, int at, int base, Map<String, byte[]> attributes)
            throws IOException {
        int total = 0;
        int entry = at;
        while (entry + 4 <= area.length && Bytes.i32le(area, entry) != 0) {
            int nameLength = Bytes.u8(area, entry);
            if (entry + 16 + nameLength > area.length) {
                throw new CorruptImageException(
                        "an attribute of inode %d reaches beyond its block"
                                .formatted(inode.number()));
            }
            String name =
                    prefix(Bytes.u8(area, entry + 1))
                            + Escaped.of(area, entry + 16, entry + 16 + nameLength);
            long offset = base + (long) Bytes.u16le(area, entry + 2);
            long valueInode = Bytes.u32le(area, entry + 4);
            long size = Bytes.u32le(area, entry + 8);
            total += (int) Math.min(size, MAX_ATTRIBUTES);
            if (size > MAX_ATTRIBUTE || total > MAX_ATTRIBUTES) {
                throw new CorruptImageException(
                        "the attribute '%s' of inode %d has %d bytes"
                                .formatted(name, inode.number(), size));
            }
            byte[] value;
            if (valueInode != 0) {
                value = valueIn(valueInode, (int) size);
            } else {
                Ranges.check(
                        "the attribute '%s' of inode %d".formatted(name, inode.number()),
                        size == 0 ? 0 : offset,
                        size,
                        area.length);
                value =
                        size == 0
                                ? new byte[0]
                                : Arrays.copyOfRange(area, (int) offset, (int) (offset + size));
            }
            attributes.put(name, value);
            entry += 16 + nameLength + 3 & ~3;
        }
    }

    private byte[] valueIn(long number, int size) throws IOException {
        Inode inode = inode(number);
        if ((inode.flags() & VALUE_OF_ATTRIBUTE) == 0
                || !inode.isRegular()
                || inode.size() != size) {
            throw new CorruptImageException(
                    "inode %d does not hold an attribute of %d bytes".formatted(number, size));
        }
        return readAll(inode, size);
    }

    private static String prefix(int index) {
        return switch (index) {
            case 0 -> "";
            case 1 -> "user.";
            case 2 -> "system.posix_acl_access";
            case 3 -> "system.posix_acl_default";
            case 4 -> "trusted.";
            case 6 -> "security.";
            case 7 -> "system.";
            case 8 -> "system.richacl";
            default -> "unknown-" + index + ".";
        };
    }
}
