package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * XFS, versions 4 and 5, as the kernel would show it after it has replayed the journal.
 *
 * <p>Version 5 keeps checksums of its metadata. Those of superblock, inodes, nodes of extents,
 * blocks of entries, links, attributes, free space and the journal are verified.
 */
final class XfsFileSystem implements FileSystem {

    private static final int INODE_MAGIC = 0x494e;
    private static final int REALTIME = 1;
    private static final long BIGTIME = 8;
    private static final long MANY_EXTENTS = 16;
    private static final long NANOS = 1_000_000_000L;

    /** Before the fork, an {@link Inode#map()} has its format in 8 bytes and its extents in 8. */
    private static final int MAP = 16;

    private static final int MAX_LINK = 1024;
    private static final int CHUNK = 1 << 18;

    private final BlockDevice device;
    private final XfsDisk disk;
    private final XfsSuperblock superblock;
    private final Limits limits;
    private final List<Unread> faults;
    private final List<Note> notes;
    private final Optional<Note> unclean;

    private XfsFileSystem(
            BlockDevice device,
            XfsDisk disk,
            Limits limits,
            List<Unread> faults,
            List<Note> notes,
            Optional<Note> unclean) {
        this.device = device;
        this.disk = disk;
        this.superblock = disk.superblock();
        this.limits = limits;
        this.faults = List.copyOf(faults);
        this.notes = List.copyOf(notes);
        this.unclean = unclean;
    }

    /** Whether the start of a volume has the magic of the superblock. */
    static boolean isPresent(byte[] head) {
        return XfsSuperblock.isPresent(head);
    }

    static XfsFileSystem open(BlockDevice device, Limits limits) throws IOException {
        XfsSuperblock superblock = XfsSuperblock.read(device, false);
        XfsLog.Outcome journal = XfsLog.settle(device, superblock);
        XfsOverlay changed = journal.volume();
        boolean rewritten = changed.isChanged(0, XfsSuperblock.LENGTH);
        var disk = new XfsDisk(changed, rewritten ? XfsSuperblock.read(changed, true) : superblock);
        var faults = new ArrayList<>(disk.superblock().faults());
        faults.addAll(journal.faults());
        var notes = new ArrayList<>(journal.unclean().stream().toList());
        notes.addAll(XfsCopies.differing(changed, disk.superblock()));
        return new XfsFileSystem(device, disk, limits, faults, notes, journal.unclean());
    }

    @Override
    public String type() {
        return "xfs";
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
        return faults;
    }

    @Override
    public List<Note> notes() {
        return notes;
    }

    @Override
    public Optional<Note> uncleanJournal() {
        return unclean;
    }

    @Override
    public boolean sharesContent() {
        return superblock.reflink();
    }

    @Override
    public Inode root() throws IOException {
        Inode root = inode(superblock.rootInode());
        if (!root.isDirectory()) {
            throw new CorruptImageException("the root of the XFS file system is no directory");
        }
        return root;
    }

    @Override
    public Inode inode(long number) throws IOException {
        byte[] raw = rawInode(number);
        int mode = Bytes.u16be(raw, 2);
        int version = Bytes.u8(raw, 4);
        int links =
                version == 1
                        ? Bytes.u16be(raw, 6)
                        : (int) Math.min(Integer.MAX_VALUE, Bytes.u32be(raw, 16));
        if (mode == 0 || links == 0) {
            throw new CorruptImageException("inode %d is not in use".formatted(number));
        }
        FileType type = FileType.ofMode(mode);
        long size = Bytes.i64be(raw, 56);
        long flags2 = version >= 3 ? Bytes.i64be(raw, 120) : 0;
        boolean bigtime = (flags2 & BIGTIME) != 0;
        long extents = (flags2 & MANY_EXTENTS) != 0 ? Bytes.i64be(raw, 24) : Bytes.u32be(raw, 76);
        int core = superblock.inodeCore();
        int fork = Bytes.u8(raw, 82) * 8;
        int length = fork == 0 ? raw.length - core : fork;
        int format = Bytes.u8(raw, 5);
        if (size < 0
                || length > raw.length - core
                || format > XfsFork.BTREE
                || (format == XfsFork.LOCAL && size > length)) {
            throw new CorruptImageException(
                    "inode %d has %s bytes of format %d, with %d in itself"
                            .formatted(number, Long.toUnsignedString(size), format, length));
        }
        int kept =
                switch (format) {
                    case XfsFork.LOCAL -> (int) size;
                    case XfsFork.EXTENTS -> Math.clamp(extents * 16, 0, length);
                    case XfsFork.BTREE -> length;
                    default -> 0;
                };
        byte[] map = new byte[MAP + kept];
        map[0] = (byte) format;
        for (int i = 0; i < 8; i++) {
            map[8 + i] = (byte) (extents >>> 56 - 8 * i);
        }
        System.arraycopy(raw, core, map, MAP, kept);
        return new Inode(
                number,
                mode,
                Bytes.u32be(raw, 8),
                Bytes.u32be(raw, 12),
                size,
                links,
                second(raw, 40, bigtime),
                nano(raw, 40, bigtime),
                second(raw, 48, bigtime),
                nano(raw, 48, bigtime),
                Bytes.u16be(raw, 90),
                device(type, raw, core),
                map);
    }

    /** In one number of 64 bits, nanoseconds since 2^31 seconds before 1970. */
    private static long second(byte[] raw, int at, boolean bigtime) {
        return bigtime
                ? Long.divideUnsigned(Bytes.i64be(raw, at), NANOS) - (1L << 31)
                : Bytes.i32be(raw, at);
    }

    private static int nano(byte[] raw, int at, boolean bigtime) {
        return bigtime
                ? (int) Long.remainderUnsigned(Bytes.i64be(raw, at), NANOS)
                : Bytes.i32be(raw, at + 4);
    }

    /** 14 bits of major, 18 of minor number, given back as Linux packs them. */
    private static int device(FileType type, byte[] raw, int core) {
        if (type != FileType.CHARACTER_DEVICE && type != FileType.BLOCK_DEVICE) {
            return 0;
        }
        int stored = Bytes.i32be(raw, core);
        int major = stored >>> 18 & 0x1ff;
        int minor = stored & 0x3ffff;
        return minor & 0xff | major << 8 | (minor & ~0xff) << 12;
    }

    private byte[] rawInode(long number) throws IOException {
        long offset = superblock.inodeOffset(number);
        byte[] raw = disk.metadata(offset, superblock.inodeSize());
        int version = Bytes.u8(raw, 4);
        if (Bytes.u16be(raw, 0) != INODE_MAGIC
                || version < 1
                || version > 3
                || (version == 3) != superblock.checksums()) {
            throw new CorruptImageException(
                    "there is no inode %d: magic %04x, version %d"
                            .formatted(number, Bytes.u16be(raw, 0), version));
        }
        if (superblock.checksums()) {
            // The name is made for the fault alone: every inode comes by here.
            if (!disk.isReplayed(offset, raw.length)
                    && !XfsDisk.hasChecksum(raw, 0, raw.length, 100)) {
                XfsDisk.verifyChecksum("inode " + number, raw, 0, raw.length, 100);
            }
            if (Bytes.i64be(raw, 152) != number
                    || !Bytes.uuid(raw, 160).equals(superblock.metadataUuid())) {
                throw new CorruptImageException(
                        "where inode %d should be, there is inode %d of %s"
                                .formatted(number, Bytes.i64be(raw, 152), Bytes.uuid(raw, 160)));
            }
        }
        return raw;
    }

    private static XfsFork fork(Inode inode) {
        byte[] map = inode.map();
        return new XfsFork(inode.number(), map[0], Bytes.i64be(map, 8), map, MAP, map.length - MAP);
    }

    // Content.

    private static boolean isOnDisk(Inode inode) throws IOException {
        XfsFork fork = fork(inode);
        if (inode.isRegular() && (inode.flags() & REALTIME) != 0) {
            throw new UnsupportedImageException(
                    "the content of inode %d is on the realtime device, which is not in the image; copy the file to the data device"
                            .formatted(inode.number()));
        }
        return fork.format() == XfsFork.EXTENTS || fork.format() == XfsFork.BTREE;
    }

    @Override
    public long firstByte(Inode file) throws IOException {
        if (!file.isRegular() && !file.isDirectory() || !isOnDisk(file)) {
            return 0;
        }
        long[] first = new long[1];
        XfsMap.walk(
                disk,
                fork(file),
                (_, physical, _) -> {
                    first[0] = physical << superblock.blockLog();
                    return false;
                });
        return first[0];
    }

    private long blocksOf(long size) {
        return (size >>> superblock.blockLog())
                + ((size & superblock.blockSize() - 1) == 0 ? 0 : 1);
    }

    @Override
    public long storedBytes(Inode file) throws IOException {
        if (!file.isRegular() || !isOnDisk(file)) {
            return 0;
        }
        long blocks = blocksOf(file.size());
        long[] stored = new long[1];
        XfsMap.walk(
                disk,
                fork(file),
                (logical, _, count) -> {
                    stored[0] += Math.clamp(blocks - logical, 0, count);
                    return true;
                });
        return stored[0] << superblock.blockLog();
    }

    @Override
    public void read(Inode file, ByteSink sink) throws IOException {
        file.require(FileType.REGULAR);
        if (!isOnDisk(file)) {
            throw new CorruptImageException(
                    "the file of inode %d keeps its content in a form that files do not have"
                            .formatted(file.number()));
        }
        long size = file.size();
        long blocks = blocksOf(size);
        byte[] buffer =
                new byte[(int) Math.min(CHUNK, Math.min(blocks, CHUNK) << superblock.blockLog())];
        XfsMap.walk(
                disk,
                fork(file),
                (logical, physical, count) -> {
                    if (logical >= blocks) {
                        // Set aside behind the end of the file.
                        return true;
                    }
                    long at = logical << superblock.blockLog();
                    long end =
                            Math.min(
                                    size,
                                    Math.min(blocks, logical + count) << superblock.blockLog());
                    long from = physical << superblock.blockLog();
                    while (at < end) {
                        int step = (int) Math.min(buffer.length, end - at);
                        disk.read(from, buffer, 0, step);
                        sink.accept(at, buffer, 0, step);
                        at += step;
                        from += step;
                    }
                    return true;
                });
    }

    @Override
    public Listing list(Inode directory) throws IOException {
        directory.require(FileType.DIRECTORY);
        return new XfsDirectory(disk, limits, directory.size(), fork(directory)).list();
    }

    @Override
    public FilePath readLink(Inode link) throws IOException {
        link.require(FileType.SYMLINK);
        if (link.size() == 0 || link.size() > MAX_LINK) {
            throw new CorruptImageException(
                    "the symbolic link of inode %d has %d bytes, not 1 to %d"
                            .formatted(link.number(), link.size(), MAX_LINK));
        }
        XfsFork fork = fork(link);
        byte[] target =
                fork.isLocal()
                        ? Arrays.copyOfRange(link.map(), MAP, link.map().length)
                        : remoteTarget(fork, (int) link.size());
        for (byte each : target) {
            if (each == 0) {
                throw new CorruptImageException(
                        "the target of the symbolic link of inode %d contains NUL"
                                .formatted(link.number()));
            }
        }
        return FilePath.of(target);
    }

    /** Each run of blocks has one header in version 5, none in version 4. */
    private byte[] remoteTarget(XfsFork fork, int size) throws IOException {
        byte[] target = new byte[size];
        int[] done = new int[1];
        int header = superblock.checksums() ? 56 : 0;
        String what = "the target of the symbolic link of inode " + fork.inode();
        XfsMap.walk(
                disk,
                fork,
                (_, physical, count) -> {
                    if (count << superblock.blockLog() > 1 << 17) {
                        throw new CorruptImageException("%s has %d blocks".formatted(what, count));
                    }
                    int length = (int) count << superblock.blockLog();
                    long offset = physical << superblock.blockLog();
                    byte[] run = disk.metadata(offset, length);
                    int step = Math.min(size - done[0], length - header);
                    if (header != 0) {
                        if (!Bytes.has(run, 0, "XSLM")
                                || Bytes.u32be(run, 4) != done[0]
                                || Bytes.u32be(run, 8) != step) {
                            throw new CorruptImageException(
                                    "%s is not in block %d".formatted(what, physical));
                        }
                        disk.verify(
                                what,
                                run,
                                0,
                                length,
                                offset,
                                disk.isReplayed(offset, length),
                                XfsHeader.REMOTE,
                                fork.inode());
                    }
                    System.arraycopy(run, header, target, done[0], step);
                    done[0] += step;
                    return done[0] < size;
                });
        if (done[0] < size) {
            throw new CorruptImageException(
                    "%s ends after %d of %d bytes".formatted(what, done[0], size));
        }
        return target;
    }

    @Override
    public Map<String, byte[]> attributes(Inode inode) throws IOException {
        byte[] raw = rawInode(inode.number());
        int start = Bytes.u8(raw, 82) * 8;
        if (start == 0) {
            return Map.of();
        }
        start += superblock.inodeCore();
        boolean many = Bytes.u8(raw, 4) == 3 && (Bytes.i64be(raw, 120) & MANY_EXTENTS) != 0;
        long extents = many ? Bytes.u32be(raw, 76) : Bytes.u16be(raw, 80);
        Ranges.check("the attributes of inode " + inode.number(), start, 0, raw.length);
        var fork =
                new XfsFork(
                        inode.number(), Bytes.u8(raw, 83), extents, raw, start, raw.length - start);
        return new XfsAttributes(disk, fork).read();
    }

    @Override
    public void unallocated(RangeSink sink) throws IOException {
        new XfsFreeSpace(disk).unallocated(sink, device.size());
    }
}
