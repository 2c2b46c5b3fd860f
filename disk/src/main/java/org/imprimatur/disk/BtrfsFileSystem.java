package org.imprimatur.disk;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * btrfs on one device.
 *
 * <p>The root is the top level, the subvolume 5; all other subvolumes and snapshots are directories
 * below it, as the kernel shows them when it mounts {@code subvolid=5}.
 *
 * <p>Every subvolume numbers its inodes for itself. To be unique, the number of an inode here is
 * its own plus, outside the top level, 2^40 times the id of its subvolume. Inodes from 2^40 and
 * subvolumes from 2^23 on are refused. An entry for a subvolume that is not there, as a snapshot
 * has for every subvolume in what it was made of, is an empty directory with a negative number.
 *
 * <p>All checksums of metadata and data are verified. Where there are two copies, the first one
 * that is right is used.
 */
final class BtrfsFileSystem implements FileSystem {

    private static final int OBJECT_BITS = 40;
    private static final int SUBVOLUME_BITS = 23;
    private static final long MISSING = Long.MIN_VALUE;

    private static final long EXTENT_TREE = 2;
    private static final long CHECKSUM_TREE = 7;
    private static final long DEVICES = 1;
    private static final long CHUNKS = 256;

    private static final int INODE_SIZE = 160;
    private static final int WITHOUT_CHECKSUMS = 1;
    private static final int MAX_LINK = 4096;
    private static final int MAX_ATTRIBUTES = 4 << 20;
    private static final int MAX_FAULTS = 64;
    private static final byte[] NOTHING = {};

    /** What all views of one file system have in common. */
    private record Shared(
            BlockDevice device,
            BtrfsSuperblock superblock,
            Limits limits,
            BtrfsChunks chunks,
            BtrfsTree tree,
            BtrfsSubvolumes subvolumes,
            BtrfsExtents extents,
            List<Unread> faults) {}

    private final Shared shared;
    private final BtrfsTree tree;
    private final long subvolume;

    private BtrfsFileSystem(Shared shared, long subvolume) {
        this.shared = shared;
        this.tree = shared.tree();
        this.subvolume = subvolume;
    }

    static BtrfsFileSystem open(BlockDevice device, Limits limits) throws IOException {
        BtrfsSuperblock superblock = BtrfsSuperblock.read(device);
        var chunks = new BtrfsChunks(superblock.deviceId(), superblock.totalBytes());
        chunks.addSystemChunks(superblock.systemChunks());
        var tree = new BtrfsTree(device, chunks, superblock);
        readChunks(tree, superblock, chunks);
        var faults = new ArrayList<>(superblock.faults());
        chunks.unreadable().forEach(reason -> faults.add(new Unread("btrfs", reason)));
        var subvolumes = new BtrfsSubvolumes(tree, superblock, limits);
        faults.addAll(subvolumes.faults());
        var extents =
                new BtrfsExtents(device, tree, chunks, superblock, subvolumes.other(CHECKSUM_TREE));
        var shared =
                new Shared(
                        device,
                        superblock,
                        limits,
                        chunks,
                        tree,
                        subvolumes,
                        extents,
                        List.copyOf(faults));
        return new BtrfsFileSystem(shared, BtrfsSubvolumes.TOP);
    }

    private static void readChunks(BtrfsTree tree, BtrfsSuperblock superblock, BtrfsChunks chunks)
            throws IOException {
        // Collected first: the tree is not searched while the map that finds its nodes grows.
        var found = new ArrayList<Map.Entry<Long, byte[]>>();
        tree.scan(
                superblock.chunkTree(),
                new BtrfsKey(0, 0, 0),
                BtrfsKey.LAST,
                (key, node, at, size) -> {
                    if (key.object() == DEVICES
                            && key.type() == BtrfsKey.DEVICE
                            && key.offset() != superblock.deviceId()) {
                        throw new UnsupportedImageException(
                                "btrfs with a second device, the device %d"
                                        .formatted(key.offset()));
                    }
                    if (key.object() == CHUNKS && key.type() == BtrfsKey.CHUNK) {
                        found.add(Map.entry(key.offset(), Arrays.copyOfRange(node, at, at + size)));
                    }
                    return true;
                });
        for (Map.Entry<Long, byte[]> chunk : found) {
            chunks.add(chunk.getKey(), chunk.getValue(), 0, chunk.getValue().length);
        }
    }

    @Override
    public String type() {
        return "btrfs";
    }

    @Override
    public Optional<String> label() {
        return shared.superblock().label();
    }

    @Override
    public Optional<UUID> uuid() {
        return Optional.of(shared.superblock().id());
    }

    @Override
    public List<Unread> faults() {
        return shared.faults();
    }

    @Override
    public List<Note> notes() {
        return shared.superblock().notes();
    }

    @Override
    public List<Subvolume> subvolumes() {
        var subvolumes = new ArrayList<Subvolume>();
        shared.subvolumes()
                .paths()
                .forEach(
                        (id, path) ->
                                subvolumes.add(
                                        new Subvolume(
                                                path,
                                                id,
                                                id == shared.subvolumes().defaultId(),
                                                shared.subvolumes().isReadOnly(id),
                                                shared.subvolumes().lineage(id),
                                                new BtrfsFileSystem(shared, id))));
        return subvolumes;
    }

    @Override
    public void unallocated(RangeSink sink) throws IOException {
        if (shared.superblock().hasLog()) {
            throw new UnsupportedImageException(
                    "btrfs keeps a log of synced files, whose space is not marked as in use");
        }
        if (!shared.chunks().unreadable().isEmpty()) {
            throw new UnsupportedImageException(shared.chunks().unreadable().getFirst());
        }
        BtrfsTree.Root extents = shared.subvolumes().other(EXTENT_TREE);
        if (extents == null) {
            throw new CorruptImageException("btrfs without its tree of extents");
        }
        new BtrfsSpace(shared.device(), tree, extents, shared.chunks(), shared.superblock())
                .tell(sink);
    }

    // Inodes.

    private static long number(long subvolume, long object) throws UnsupportedImageException {
        if (subvolume >>> SUBVOLUME_BITS != 0 || object >>> OBJECT_BITS != 0) {
            throw new UnsupportedImageException(
                    "inode %s of the subvolume %s, where the numbers below 2^%d and 2^%d are read"
                            .formatted(
                                    Long.toUnsignedString(object),
                                    Long.toUnsignedString(subvolume),
                                    OBJECT_BITS,
                                    SUBVOLUME_BITS));
        }
        return subvolume == BtrfsSubvolumes.TOP ? object : subvolume << OBJECT_BITS | object;
    }

    private static long object(Inode inode) {
        return inode.number() & (1L << OBJECT_BITS) - 1;
    }

    private static long subvolumeOf(long number) {
        long subvolume = (number & ~MISSING) >>> OBJECT_BITS;
        return subvolume == 0 ? BtrfsSubvolumes.TOP : subvolume;
    }

    private BtrfsTree.Root rootOf(long number) throws CorruptImageException {
        long id = subvolumeOf(number);
        return shared.subvolumes()
                .find(id)
                .orElseThrow(
                        () -> new CorruptImageException("there is no subvolume %d".formatted(id)))
                .root();
    }

    @Override
    public Inode root() throws IOException {
        Inode root = inode(number(subvolume, BtrfsSubvolumes.ROOT_DIRECTORY));
        if (!root.isDirectory()) {
            throw new CorruptImageException(
                    "the root of the btrfs subvolume %d is no directory".formatted(subvolume));
        }
        return root;
    }

    @Override
    public Inode inode(long number) throws IOException {
        if (number < 0) {
            return new Inode(number, 0040755, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, NOTHING);
        }
        var key = new BtrfsKey(number & (1L << OBJECT_BITS) - 1, BtrfsKey.INODE, 0);
        var found = new ArrayList<Inode>(1);
        tree.scan(
                rootOf(number),
                key,
                key,
                (_, node, at, size) -> {
                    found.add(inode(number, node, at, size));
                    return false;
                });
        if (found.isEmpty()) {
            throw new CorruptImageException(
                    "there is no inode %d in the subvolume %d"
                            .formatted(key.object(), subvolumeOf(number)));
        }
        return found.getFirst();
    }

    private static Inode inode(long number, byte[] node, int at, int size)
            throws CorruptImageException {
        if (size < INODE_SIZE) {
            throw new CorruptImageException(
                    "inode %d has %d bytes, not %d".formatted(number, size, INODE_SIZE));
        }
        long length = Bytes.i64le(node, at + 16);
        long links = Bytes.u32le(node, at + 40);
        if (length < 0 || links == 0 || links > Integer.MAX_VALUE) {
            throw new CorruptImageException(
                    "inode %d has %s bytes and %d names"
                            .formatted(number, Long.toUnsignedString(length), links));
        }
        int mode = Bytes.i32le(node, at + 52);
        FileType type = FileType.ofMode(mode);
        boolean device = type == FileType.CHARACTER_DEVICE || type == FileType.BLOCK_DEVICE;
        return new Inode(
                number,
                mode,
                Bytes.u32le(node, at + 44),
                Bytes.u32le(node, at + 48),
                length,
                (int) links,
                second(number, node, at + 136),
                nano(number, node, at + 144),
                second(number, node, at + 124),
                nano(number, node, at + 132),
                Bytes.i32le(node, at + 64),
                device ? device(Bytes.i64le(node, at + 56)) : 0,
                NOTHING);
    }

    private static long second(long number, byte[] node, int at) throws CorruptImageException {
        long second = Bytes.i64le(node, at);
        if (second < Instant.MIN.getEpochSecond() || second > Instant.MAX.getEpochSecond()) {
            throw new CorruptImageException(
                    "inode %d has a time %d seconds from 1970".formatted(number, second));
        }
        return second;
    }

    private static int nano(long number, byte[] node, int at) throws CorruptImageException {
        long nano = Bytes.u32le(node, at);
        if (nano >= 1_000_000_000) {
            throw new CorruptImageException(
                    "inode %d has a time with %d nanoseconds".formatted(number, nano));
        }
        return (int) nano;
    }

    /** From 12 and 20 bits side by side, as they are in the memory of the kernel. */
    private static int device(long device) {
        int major = (int) (device >>> 20) & 0xfff;
        int minor = (int) device & 0xfffff;
        return minor & 0xff | major << 8 | (minor & 0xfff00) << 12;
    }

    // Content.

    private BtrfsExtents.File file(Inode inode) throws CorruptImageException {
        return new BtrfsExtents.File(
                rootOf(inode.number()),
                object(inode),
                inode.size(),
                (inode.flags() & WITHOUT_CHECKSUMS) == 0);
    }

    @Override
    public void read(Inode file, ByteSink sink) throws IOException {
        file.require(FileType.REGULAR);
        shared.extents().read(file(file), sink);
    }

    @Override
    public long firstByte(Inode file) throws IOException {
        return file.isRegular() ? shared.extents().firstByte(file(file)) : 0;
    }

    @Override
    public long storedBytes(Inode file) throws IOException {
        return file.isRegular() ? shared.extents().storedBytes(file(file)) : 0;
    }

    @Override
    public boolean sharesContent() {
        return true;
    }

    @Override
    public Optional<ContentKey> contentKey(Inode file) throws IOException {
        return file.isRegular() ? Optional.of(shared.extents().key(file(file))) : Optional.empty();
    }

    // Directories.

    @Override
    public Listing list(Inode directory) throws IOException {
        directory.require(FileType.DIRECTORY);
        if (directory.number() < 0) {
            return new Listing(List.of(), List.of());
        }
        var listed = new Names(directory);
        tree.scan(
                rootOf(directory.number()),
                BtrfsKey.first(object(directory), BtrfsKey.DIRECTORY_ITEM),
                BtrfsKey.last(object(directory), BtrfsKey.DIRECTORY_INDEX),
                listed);
        return listed.listing();
    }

    /**
     * The entries of a directory. btrfs keeps each twice: by a hash of its name, to find it, and by
     * an index, to list it. A file that only one of them knows would be hidden from some readers.
     */
    private final class Names implements BtrfsTree.ItemSink {

        private final Inode directory;
        private final Map<FileName, Long> byHash = new HashMap<>();
        private final List<DirectoryEntry> entries = new ArrayList<>();
        private final List<String> faults = new ArrayList<>();

        Names(Inode directory) {
            this.directory = directory;
        }

        @Override
        public boolean accept(BtrfsKey key, byte[] node, int at, int size) throws IOException {
            if (key.type() != BtrfsKey.DIRECTORY_ITEM && key.type() != BtrfsKey.DIRECTORY_INDEX) {
                return true;
            }
            try {
                for (int next = at; next < at + size; ) {
                    BtrfsEntry entry = BtrfsEntry.read(node, next, at + size);
                    next = entry.end();
                    FileName name = FileName.read(node, entry.nameAt(), entry.nameLength());
                    long number = target(entry, name);
                    if (key.type() == BtrfsKey.DIRECTORY_ITEM) {
                        if (byHash.put(name, number) != null) {
                            fault("the name '%s' is there twice".formatted(name));
                        }
                    } else {
                        Long same = byHash.remove(name);
                        if (same == null || same != number) {
                            fault(
                                    "the name '%s' of the list is not found by its hash, or not as the same file"
                                            .formatted(name));
                        }
                        entries.add(new DirectoryEntry(name, number));
                    }
                }
            } catch (ImageException e) {
                fault("item " + key + ": " + e.explanation());
            }
            if (Math.max(byHash.size(), entries.size()) > shared.limits().maxEntries()) {
                throw new UnsupportedImageException(
                        "a directory of more than %d entries"
                                .formatted(shared.limits().maxEntries()));
            }
            return true;
        }

        /** The number of the inode that an entry leads to. */
        private long target(BtrfsEntry entry, FileName name) throws ImageException {
            long here = subvolumeOf(directory.number());
            if (entry.type() == BtrfsKey.INODE) {
                return number(here, entry.target());
            }
            if (!entry.isSubvolume()) {
                throw new CorruptImageException(
                        "the name '%s' leads to an item of type %d".formatted(name, entry.type()));
            }
            BtrfsSubvolumes.Entry child = shared.subvolumes().find(entry.target()).orElse(null);
            return leadsTo(child, here, name)
                    ? number(entry.target(), BtrfsSubvolumes.ROOT_DIRECTORY)
                    : MISSING | here << OBJECT_BITS | number(BtrfsSubvolumes.TOP, entry.target());
        }

        private boolean leadsTo(BtrfsSubvolumes.@Nullable Entry child, long here, FileName name) {
            return child != null
                    && child.parent() == here
                    && child.directory() == object(directory)
                    && Objects.equals(name, child.name());
        }

        private void fault(String fault) {
            if (faults.size() < MAX_FAULTS) {
                faults.add(fault);
            }
        }

        Listing listing() {
            for (Map.Entry<FileName, Long> hidden : byHash.entrySet()) {
                fault("the name '%s' is missing in the list".formatted(hidden.getKey()));
                entries.add(new DirectoryEntry(hidden.getKey(), hidden.getValue()));
            }
            return new Listing(entries, faults);
        }
    }

    // Links and attributes.

    @Override
    public FilePath readLink(Inode link) throws IOException {
        link.require(FileType.SYMLINK);
        if (link.size() == 0 || link.size() > MAX_LINK) {
            throw new CorruptImageException(
                    "the symbolic link of inode %d has %d bytes, not 1 to %d"
                            .formatted(link.number(), link.size(), MAX_LINK));
        }
        byte[] target = new byte[(int) link.size()];
        shared.extents()
                .read(
                        file(link),
                        (offset, buffer, from, length) ->
                                System.arraycopy(buffer, from, target, (int) offset, length));
        for (byte each : target) {
            if (each == 0) {
                throw new CorruptImageException(
                        "the target of the symbolic link of inode %d contains NUL, or is cut off"
                                .formatted(link.number()));
            }
        }
        return FilePath.of(target);
    }

    @Override
    public Map<String, byte[]> attributes(Inode inode) throws IOException {
        var attributes = new LinkedHashMap<String, byte[]>();
        if (inode.number() < 0) {
            return attributes;
        }
        long[] total = new long[1];
        tree.scan(
                rootOf(inode.number()),
                BtrfsKey.first(object(inode), BtrfsKey.ATTRIBUTE),
                BtrfsKey.last(object(inode), BtrfsKey.ATTRIBUTE),
                (_, node, at, size) -> {
                    total[0] += size;
                    if (total[0] > MAX_ATTRIBUTES) {
                        throw new CorruptImageException(
                                "inode %d has more than %d bytes of attributes"
                                        .formatted(inode.number(), MAX_ATTRIBUTES));
                    }
                    for (int next = at; next < at + size; ) {
                        BtrfsEntry entry = BtrfsEntry.read(node, next, at + size);
                        next = entry.end();
                        attributes.put(
                                Escaped.of(
                                        node, entry.nameAt(), entry.nameAt() + entry.nameLength()),
                                Arrays.copyOfRange(node, entry.dataAt(), entry.end()));
                    }
                    return true;
                });
        return attributes;
    }
}
