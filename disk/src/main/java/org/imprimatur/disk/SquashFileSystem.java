package org.imprimatur.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * squashfs 4.0, compressed by gzip, xz, lz4, lzo or zstd.
 *
 * <p>An inode is numbered by its place, one added; files with one and the same content, which
 * squashfs stores once, by the place of the one that was asked for first, so that they are read
 * once too.
 */
final class SquashFileSystem implements FileSystem {

    private static final long NO_FRAGMENT = 0xffff_ffffL;
    private static final long NO_ATTRIBUTES = 0xffff_ffffL;

    private static final int MAX_LINK = 4096;
    private static final int MAX_NAME = 256;
    private static final int MAX_RUN = 256;
    private static final int MAX_FAULTS = 64;
    private static final int MAX_ATTRIBUTE = 65536;
    private static final int MAX_ATTRIBUTES = 4 << 20;

    /** Beyond this size a file may not become more than so many times larger by being unpacked. */
    private static final long FREE_GROWTH = 64 << 20;

    private static final long MAX_GROWTH = 8192;

    private static final long CACHE_BYTES = 8 << 20;
    private static final int LIST_PIECE = 1024;

    /**
     * What an {@link Inode#map()} holds: the number of its place, where its attributes are, and for
     * a file where its content begins, how many blocks it has, its end in a fragment, and where the
     * list of its blocks is; for a directory where its entries are; for a link where its target is.
     */
    private static final int MAP = 8 + 8 + 8 + 8 + 8 + 8 + 8 + 8;

    private final BlockDevice device;
    private final SquashSuperblock superblock;
    private final Limits limits;
    private final SquashMetadata metadata;
    private final BlockCache fragments;

    /** The most that all directories can hold, and what those listed so far do. */
    private final long directoryBytes;

    private final AtomicLong directoriesListed = new AtomicLong();
    private final Set<Long> listed = ConcurrentHashMap.newKeySet();

    /** The number of the first inode with a content, by a digest of where the content is. */
    private final ConcurrentHashMap<ByteBuffer, Long> contents = new ConcurrentHashMap<>();

    private final AtomicLong ends = new AtomicLong();

    private SquashFileSystem(BlockDevice device, SquashSuperblock superblock, Limits limits)
            throws IOException {
        this.device = device;
        this.superblock = superblock;
        this.limits = limits;
        this.metadata = new SquashMetadata(device, superblock);
        this.fragments = new BlockCache(CACHE_BYTES, superblock.blockSize());
        long end = superblock.size();
        for (long table :
                new long[] {
                    superblock.fragmentTable(), superblock.ids(), superblock.attributes()
                }) {
            if (table > superblock.directoryTable()) {
                end = Math.min(end, table);
            }
        }
        this.directoryBytes =
                metadata.count(superblock.directoryTable(), end) * SquashMetadata.BLOCK;
    }

    static SquashFileSystem open(BlockDevice device, Limits limits) throws IOException {
        return new SquashFileSystem(device, SquashSuperblock.read(device), limits);
    }

    @Override
    public String type() {
        return "squashfs";
    }

    /** Empty: squashfs has none. */
    @Override
    public Optional<String> label() {
        return Optional.empty();
    }

    /** Empty: squashfs has none. */
    @Override
    public Optional<UUID> uuid() {
        return Optional.empty();
    }

    @Override
    public List<Unread> faults() {
        return List.of();
    }

    // Inodes.

    @Override
    public Inode root() throws IOException {
        Inode root = inode(superblock.root() + 1);
        if (!root.isDirectory()) {
            throw new CorruptImageException("the root of the squashfs is no directory");
        }
        return root;
    }

    @Override
    public Inode inode(long number) throws IOException {
        long place = number - 1;
        long block = place >>> 16;
        if (place < 0 || block >= superblock.directoryTable() - superblock.inodeTable()) {
            throw new CorruptImageException(
                    "the inode in block %d of a table of %d bytes"
                            .formatted(
                                    block, superblock.directoryTable() - superblock.inodeTable()));
        }
        var cursor = metadata.cursor(superblock.inodeTable() + block, (int) (place & 0xffff));
        byte[] head = cursor.take(16);
        int kind = Bytes.u16le(head, 0);
        return switch (kind) {
            case 1 -> {
                byte[] rest = cursor.take(16);
                yield directory(
                        number,
                        head,
                        Bytes.u32le(rest, 0),
                        Bytes.u32le(rest, 4),
                        Bytes.u16le(rest, 8),
                        Bytes.u16le(rest, 10),
                        NO_ATTRIBUTES);
            }
            case 8 -> {
                byte[] rest = cursor.take(24);
                yield directory(
                        number,
                        head,
                        Bytes.u32le(rest, 8),
                        Bytes.u32le(rest, 0),
                        Bytes.u32le(rest, 4),
                        Bytes.u16le(rest, 18),
                        Bytes.u32le(rest, 20));
            }
            case 2 -> {
                byte[] rest = cursor.take(16);
                yield file(
                        number,
                        head,
                        Bytes.u32le(rest, 0),
                        Bytes.u32le(rest, 12),
                        1,
                        Bytes.u32le(rest, 4),
                        Bytes.u32le(rest, 8),
                        NO_ATTRIBUTES,
                        cursor);
            }
            case 9 -> {
                byte[] rest = cursor.take(40);
                yield file(
                        number,
                        head,
                        Bytes.i64le(rest, 0),
                        Bytes.i64le(rest, 8),
                        Bytes.u32le(rest, 24),
                        Bytes.u32le(rest, 28),
                        Bytes.u32le(rest, 32),
                        Bytes.u32le(rest, 36),
                        cursor);
            }
            case 3, 10 -> link(number, head, kind == 10, cursor);
            case 4, 5, 11, 12 -> {
                byte[] rest = cursor.take(kind > 7 ? 12 : 8);
                FileType type =
                        kind == 4 || kind == 11 ? FileType.BLOCK_DEVICE : FileType.CHARACTER_DEVICE;
                yield inode(
                        number,
                        head,
                        type,
                        0,
                        Bytes.u32le(rest, 0),
                        Bytes.i32le(rest, 4),
                        map(number, kind > 7 ? Bytes.u32le(rest, 8) : NO_ATTRIBUTES).array());
            }
            case 6, 7, 13, 14 -> {
                byte[] rest = cursor.take(kind > 7 ? 8 : 4);
                FileType type = kind == 6 || kind == 13 ? FileType.FIFO : FileType.SOCKET;
                yield inode(
                        number,
                        head,
                        type,
                        0,
                        Bytes.u32le(rest, 0),
                        0,
                        map(number, kind > 7 ? Bytes.u32le(rest, 4) : NO_ATTRIBUTES).array());
            }
            default ->
                    throw new CorruptImageException(
                            "the inode at place %d is of the unknown kind %d"
                                    .formatted(place, kind));
        };
    }

    private static ByteBuffer map(long number, long attributes) {
        return ByteBuffer.allocate(MAP).putLong(number).putLong(attributes);
    }

    private Inode inode(
            long number,
            byte[] head,
            FileType type,
            long size,
            long links,
            int deviceNumber,
            byte[] map)
            throws IOException {
        int mode = Bytes.u16le(head, 2);
        if ((mode & ~07777) != 0) {
            throw new CorruptImageException(
                    "the mode 0%o of the inode at place %d".formatted(mode, number - 1));
        }
        long second = Bytes.u32le(head, 8);
        return new Inode(
                number,
                type.bits() | mode,
                owner(Bytes.u16le(head, 4)),
                owner(Bytes.u16le(head, 6)),
                size,
                (int) Math.min(links, Integer.MAX_VALUE),
                second,
                0,
                second,
                0,
                0,
                deviceNumber,
                map);
    }

    private long owner(int index) throws IOException {
        if (index >= superblock.idCount()) {
            throw new CorruptImageException(
                    "owner number %d of %d".formatted(index, superblock.idCount()));
        }
        return Bytes.u32le(metadata.entry("the table of owners", superblock.ids(), index, 4), 0);
    }

    /** The size counts three bytes that are not there, for the directory itself and its parent. */
    private Inode directory(
            long number,
            byte[] head,
            long block,
            long links,
            long size,
            int offset,
            long attributes)
            throws IOException {
        byte[] map =
                map(number, attributes)
                        .putLong(superblock.directoryTable() + block)
                        .putLong(offset)
                        .array();
        return inode(number, head, FileType.DIRECTORY, size, links, 0, map);
    }

    private Inode link(
            long number, byte[] head, boolean withAttributes, SquashMetadata.Cursor cursor)
            throws IOException {
        byte[] rest = cursor.take(8);
        long size = Bytes.u32le(rest, 4);
        if (size == 0 || size > MAX_LINK) {
            throw new CorruptImageException(
                    "the symbolic link at place %d has %d bytes, not 1 to %d"
                            .formatted(number - 1, size, MAX_LINK));
        }
        long block = cursor.block();
        int offset = cursor.offset();
        long attributes = NO_ATTRIBUTES;
        if (withAttributes) {
            cursor.take((int) size);
            attributes = Bytes.u32le(cursor.take(4), 0);
        }
        byte[] map = map(number, attributes).putLong(block).putLong(offset).array();
        return inode(number, head, FileType.SYMLINK, size, Bytes.u32le(rest, 0), 0, map);
    }

    private Inode file(
            long number,
            byte[] head,
            long start,
            long size,
            long links,
            long fragment,
            long offset,
            long attributes,
            SquashMetadata.Cursor list)
            throws IOException {
        boolean hasEnd = fragment != NO_FRAGMENT;
        if (size < 0 || start < 0 || start > superblock.size()) {
            throw new CorruptImageException(
                    "the file at place %d has %d bytes from offset %d on"
                            .formatted(number - 1, size, start));
        }
        if (hasEnd && (fragment >= superblock.fragments() || offset >= superblock.blockSize())) {
            throw new CorruptImageException(
                    "the file at place %d ends in fragment %d of %d, at byte %d"
                            .formatted(number - 1, fragment, superblock.fragments(), offset));
        }
        long full = size / superblock.blockSize();
        long count = hasEnd || size % superblock.blockSize() == 0 ? full : full + 1;
        ByteBuffer map =
                map(number, attributes)
                        .putLong(start)
                        .putLong(count)
                        .putLong(fragment)
                        .putLong(offset)
                        .putLong(list.block())
                        .putLong(list.offset());
        Inode own = inode(number, head, FileType.REGULAR, size, links, 0, map.array());
        long first = size == 0 ? number : firstWithContent(own);
        return first == number
                ? own
                : inode(first, head, FileType.REGULAR, size, links, 0, map.array());
    }

    private long firstWithContent(Inode file) throws IOException {
        MessageDigest digest = Sha256.begin();
        digest.update(ByteBuffer.allocate(8).putLong(file.size()).flip());
        digest.update(file.map(), 16, 32);
        long[] stored = new long[1];
        new BlockList(file)
                .walk(
                        (_, _, size) -> {
                            stored[0] += SquashMetadata.length(size);
                            digest.update(
                                    new byte[] {
                                        (byte) size,
                                        (byte) (size >>> 8),
                                        (byte) (size >>> 16),
                                        (byte) (size >>> 24)
                                    });
                        });
        long own = file.number();
        Long first = contents.putIfAbsent(ByteBuffer.wrap(digest.digest()), own);
        if (first == null && hasEnd(file)) {
            long end = file.size() % superblock.blockSize();
            if (ends.addAndGet(end) > superblock.fragments() * superblock.blockSize()) {
                throw new CorruptImageException(
                        "the ends of files up to here are longer than the %d fragments that hold them"
                                .formatted(superblock.fragments()));
            }
        }
        return first == null ? own : first;
    }

    // Content.

    private static boolean hasEnd(Inode file) {
        return Bytes.i64be(file.map(), 32) != NO_FRAGMENT;
    }

    /** Takes the blocks of a file one by one. */
    @FunctionalInterface
    private interface BlockSink {

        /**
         * @param index in the file
         * @param at on the volume
         * @param size as the list has it; 0 for a hole
         */
        void accept(long index, long at, int size) throws IOException;
    }

    /** The list of the blocks of one file, which follows its inode. */
    private final class BlockList {

        private final Inode file;
        private final long start;
        private final long count;
        private final SquashMetadata.Cursor cursor;

        BlockList(Inode file) {
            byte[] map = file.map();
            this.file = file;
            this.start = Bytes.i64be(map, 16);
            this.count = Bytes.i64be(map, 24);
            this.cursor = metadata.cursor(Bytes.i64be(map, 48), (int) Bytes.i64be(map, 56));
        }

        void walk(BlockSink sink) throws IOException {
            long at = start;
            long plain = 0;
            long stored = 0;
            for (long index = 0; index < count; ) {
                int piece = (int) Math.min(LIST_PIECE, count - index);
                byte[] sizes = cursor.take(4 * piece);
                for (int i = 0; i < piece; i++) {
                    int size = Bytes.i32le(sizes, 4 * i);
                    int length = SquashMetadata.length(size);
                    if (length > superblock.size() - at || (size & ~0x1ff_ffff) != 0) {
                        throw new CorruptImageException(
                                "block %d of the file at place %d has size 0x%x at offset %d of %d"
                                        .formatted(
                                                index + i,
                                                file.number() - 1,
                                                size,
                                                at,
                                                superblock.size()));
                    }
                    stored += length;
                    plain += length == 0 ? 0 : superblock.blockSize();
                    if (plain > FREE_GROWTH && plain / MAX_GROWTH > stored) {
                        throw new UnsupportedImageException(
                                "%d stored bytes of the file at place %d would become %d, more than %d times as many"
                                        .formatted(stored, file.number() - 1, plain, MAX_GROWTH));
                    }
                    sink.accept(index + i, at, size);
                    at += length;
                }
                index += piece;
            }
        }
    }

    @Override
    public void read(Inode file, ByteSink sink) throws IOException {
        file.require(FileType.REGULAR);
        int blockSize = superblock.blockSize();
        new BlockList(file)
                .walk(
                        (index, at, size) -> {
                            if (size != 0) {
                                long offset = index * blockSize;
                                int wanted = (int) Math.min(blockSize, file.size() - offset);
                                byte[] block = metadata.content(at, size, blockSize);
                                checkLength(file, block.length, wanted);
                                sink.accept(offset, block, 0, wanted);
                            }
                        });
        int end = (int) (file.size() % blockSize);
        if (end > 0 && hasEnd(file)) {
            byte[] fragment = fragment(Bytes.i64be(file.map(), 32));
            int offset = (int) Bytes.i64be(file.map(), 40);
            Ranges.check(
                    "the end of the file at place " + (file.number() - 1),
                    offset,
                    end,
                    fragment.length);
            sink.accept(file.size() - end, fragment, offset, end);
        }
    }

    private static void checkLength(Inode file, int found, int wanted)
            throws CorruptImageException {
        if (found != wanted) {
            throw new CorruptImageException(
                    "a block of the file at place %d holds %d bytes, not %d"
                            .formatted(file.number() - 1, found, wanted));
        }
    }

    private byte[] fragment(long index) throws IOException {
        byte[] fragment = fragments.find(index);
        if (fragment == null) {
            try {
                byte[] entry =
                        metadata.entry(
                                "the table of ends of files",
                                superblock.fragmentTable(),
                                index,
                                16);
                fragment =
                        metadata.content(
                                Bytes.i64le(entry, 0),
                                Bytes.i32le(entry, 8),
                                superblock.blockSize());
                fragments.keep(index, fragment);
            } catch (CorruptImageException e) {
                // Thousands of files may end in one block: it is not unpacked for each of them.
                fragments.keep(index, new byte[0]);
                throw e;
            }
        }
        if (fragment.length == 0) {
            throw new CorruptImageException(
                    "block %d of the ends of files is damaged".formatted(index));
        }
        return fragment;
    }

    /** The offset of the first block, or of the fragment where there is no block. */
    @Override
    public long firstByte(Inode file) throws IOException {
        if (!file.isRegular() || file.size() == 0) {
            return 0;
        }
        if (Bytes.i64be(file.map(), 24) > 0) {
            return Bytes.i64be(file.map(), 16);
        }
        byte[] entry =
                metadata.entry(
                        "the table of ends of files",
                        superblock.fragmentTable(),
                        Bytes.i64be(file.map(), 32),
                        16);
        return Math.max(0, Bytes.i64le(entry, 0));
    }

    /** Compressed, as they are on the volume; what lies in a fragment is not counted. */
    @Override
    public long storedBytes(Inode file) throws IOException {
        if (!file.isRegular()) {
            return 0;
        }
        long[] stored = new long[1];
        new BlockList(file).walk((_, _, size) -> stored[0] += SquashMetadata.length(size));
        return stored[0];
    }

    // Directories.

    @Override
    public Listing list(Inode directory) throws IOException {
        directory.require(FileType.DIRECTORY);
        if (listed.add(directory.number())
                && directoriesListed.addAndGet(directory.size()) - 3L * listed.size()
                        > directoryBytes) {
            throw new CorruptImageException(
                    "the directories up to the one at place %d have more bytes than the %d of all"
                            .formatted(directory.number() - 1, directoryBytes));
        }
        var entries = new ArrayList<DirectoryEntry>();
        var faults = new ArrayList<String>();
        var cursor =
                metadata.cursor(
                        Bytes.i64be(directory.map(), 16), (int) Bytes.i64be(directory.map(), 24));
        long left = directory.size() - 3;
        while (left > 0) {
            left = run(cursor, left, entries, faults);
            if (entries.size() > limits.maxEntries()) {
                throw new UnsupportedImageException(
                        "a directory of more than %d entries".formatted(limits.maxEntries()));
            }
        }
        return new Listing(entries, faults);
    }

    /**
     * A run of entries whose inodes lie in one block.
     *
     * @return how many bytes of the directory are left
     */
    private long run(
            SquashMetadata.Cursor cursor,
            long left,
            List<DirectoryEntry> entries,
            List<String> faults)
            throws IOException {
        byte[] header = cursor.take(12);
        long count = Bytes.u32le(header, 0) + 1;
        long block = Bytes.u32le(header, 4);
        if (count > MAX_RUN) {
            throw new CorruptImageException(
                    "a run of %d entries in a directory, not at most %d".formatted(count, MAX_RUN));
        }
        long rest = left - 12;
        for (int i = 0; i < count; i++) {
            byte[] entry = cursor.take(8);
            int length = Bytes.u16le(entry, 6) + 1;
            rest -= 8 + length;
            if (length > MAX_NAME || rest < 0) {
                throw new CorruptImageException(
                        "a name of %d bytes reaches beyond the end of its directory"
                                .formatted(length));
            }
            byte[] name = cursor.take(length);
            try {
                entries.add(
                        new DirectoryEntry(
                                FileName.read(name, 0, length),
                                (block << 16 | Bytes.u16le(entry, 0)) + 1));
            } catch (CorruptImageException e) {
                if (faults.size() < MAX_FAULTS) {
                    faults.add(e.explanation());
                }
            }
        }
        return rest;
    }

    // Links and attributes.

    @Override
    public FilePath readLink(Inode link) throws IOException {
        link.require(FileType.SYMLINK);
        byte[] target =
                metadata.cursor(Bytes.i64be(link.map(), 16), (int) Bytes.i64be(link.map(), 24))
                        .take((int) link.size());
        for (byte each : target) {
            if (each == 0) {
                throw new CorruptImageException(
                        "the target of the symbolic link at place %d contains NUL"
                                .formatted(link.number() - 1));
            }
        }
        return FilePath.of(target);
    }

    @Override
    public Map<String, byte[]> attributes(Inode inode) throws IOException {
        long index = Bytes.i64be(inode.map(), 8);
        var attributes = new LinkedHashMap<String, byte[]>();
        if (index == NO_ATTRIBUTES) {
            return attributes;
        }
        if (superblock.attributes() == -1) {
            throw new CorruptImageException("attributes, where there is no table of them");
        }
        byte[] header = new byte[16];
        device.read(superblock.attributes(), header, 0, 16);
        long table = Bytes.i64le(header, 0);
        long known = Bytes.u32le(header, 8);
        if (index >= known || table < 0 || table > superblock.size()) {
            throw new CorruptImageException(
                    "attributes number %d of %d, in a table at offset %d"
                            .formatted(index, known, table));
        }
        byte[] entry =
                metadata.entry("the table of attributes", superblock.attributes() + 16, index, 16);
        long count = Bytes.u32le(entry, 8);
        var cursor = at(table, Bytes.i64le(entry, 0));
        long total = 0;
        for (long i = 0; i < count; i++) {
            byte[] head = cursor.take(4);
            int kind = Bytes.u16le(head, 0);
            byte[] name = cursor.take(Bytes.u16le(head, 2));
            long size = Bytes.u32le(cursor.take(4), 0);
            total += 8 + name.length + size;
            if (size > MAX_ATTRIBUTE || total > MAX_ATTRIBUTES) {
                throw new CorruptImageException(
                        "the attribute '%s' has %d bytes".formatted(Escaped.of(name), size));
            }
            byte[] value = cursor.take((int) size);
            if ((kind & 0x100) != 0) {
                value = elsewhere(table, value);
            }
            attributes.put(prefix(kind & 0xff) + Escaped.of(name), value);
        }
        return attributes;
    }

    /** A value that several inodes share. */
    private byte[] elsewhere(long table, byte[] place) throws IOException {
        if (place.length != 8) {
            throw new CorruptImageException(
                    "the place of an attribute in %d bytes, not 8".formatted(place.length));
        }
        var cursor = at(table, Bytes.i64le(place, 0));
        long size = Bytes.u32le(cursor.take(4), 0);
        if (size > MAX_ATTRIBUTE) {
            throw new CorruptImageException("a shared attribute has %d bytes".formatted(size));
        }
        return cursor.take((int) size);
    }

    private SquashMetadata.Cursor at(long table, long place) throws CorruptImageException {
        Ranges.check("an attribute", place >>> 16, 2, superblock.size());
        return metadata.cursor(table + (place >>> 16), (int) (place & 0xffff));
    }

    private static String prefix(int kind) {
        return switch (kind) {
            case 0 -> "user.";
            case 1 -> "trusted.";
            case 2 -> "security.";
            default -> "unknown-" + kind + ".";
        };
    }

    /** What lies behind the end; inside, squashfs has no free space. */
    @Override
    public void unallocated(RangeSink sink) throws IOException {
        if (device.size() > superblock.size()) {
            sink.accept(superblock.size(), device.size() - superblock.size());
        }
    }
}
