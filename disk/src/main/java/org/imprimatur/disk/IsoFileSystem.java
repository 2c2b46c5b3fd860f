package org.imprimatur.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * ISO 9660 with Rock Ridge and Joliet.
 *
 * <p>As Linux does, the tree with Rock Ridge is shown where there is one, else the one with Joliet,
 * else the plain one. The others are walked too when the file system is opened: content that only
 * they know is a fault. Where the tree does not say it, owner and group are 0, and the mode is 0555
 * for directories and files, as Linux has it by default.
 *
 * <p>A file is numbered by its first block, so that several names of one content are read once; a
 * directory by its place, an empty file by that of its record.
 */
final class IsoFileSystem implements FileSystem {

    /** Set in the numbers of files that have content. */
    private static final long CONTENT = 1L << 62;

    private static final int DEFAULT_MODE = 0555;
    private static final int MAX_LINK = 4096;
    private static final int CHUNK = 1 << 18;

    private final BlockDevice device;
    private final Limits limits;
    private final IsoDescriptors descriptors;
    private final IsoTree tree;
    private final List<IsoTree> others;
    private final Set<Long> overlapping;
    private final List<Unread> faults;
    private final List<Note> notes;

    /** The records of files with content by the number of the file. */
    private final ConcurrentHashMap<Long, Content> contents = new ConcurrentHashMap<>();

    /** One content under perhaps many names. */
    private record Content(long record, byte[] sections) {

        boolean isSame(byte[] other) {
            return Arrays.equals(sections, other);
        }
    }

    private IsoFileSystem(BlockDevice device, IsoDescriptors descriptors, Limits limits)
            throws IOException {
        this.device = device;
        this.limits = limits;
        this.descriptors = descriptors;
        var trees = new ArrayList<IsoTree>();
        trees.add(new IsoTree(device, descriptors.primary(), true));
        for (IsoDescriptors.Descriptor other : descriptors.others()) {
            trees.add(new IsoTree(device, other, false));
        }
        this.tree =
                trees.getFirst().hasRockRidge()
                        ? trees.getFirst()
                        : trees.stream()
                                .filter(IsoTree::hasJoliet)
                                .findFirst()
                                .orElse(trees.getFirst());
        trees.remove(tree);
        this.others = List.copyOf(trees);
        var foundFaults = new ArrayList<Unread>();
        var foundNotes = new ArrayList<Note>();
        var known = new LongSet();
        var starts = new LongSet();
        var scan =
                IsoScan.of(
                        tree,
                        limits,
                        (offset, length) -> {
                            known.add(key(offset, length));
                            // Zero is not for a set.
                            starts.add(offset + 1);
                        },
                        (_, _) -> {});
        this.overlapping = scan.overlapping();
        // Single faults are met again by whoever walks the tree; this one is not.
        scan.faults().stream()
                .filter(fault -> fault.contains("found nowhere"))
                .forEach(fault -> foundFaults.add(new Unread("ISO 9660", fault)));
        compareOthers(known, foundFaults);
        new ElTorito(device, descriptors).tell(starts, foundNotes, foundFaults);
        this.faults = List.copyOf(foundFaults);
        this.notes = List.copyOf(foundNotes);
    }

    static IsoFileSystem open(BlockDevice device, Limits limits) throws IOException {
        return new IsoFileSystem(device, IsoDescriptors.read(device), limits);
    }

    /** Different parts get different keys, as far as 64 bits allow. */
    private static long key(long offset, long length) {
        long key = offset * 0x9E3779B97F4A7C15L + length;
        return key == 0 ? 1 : key;
    }

    private void compareOthers(LongSet known, List<Unread> found) throws IOException {
        for (IsoTree other : others) {
            long[] unknown = new long[2];
            var scan =
                    IsoScan.of(
                            other,
                            limits,
                            (offset, length) -> {
                                if (known.add(key(offset, length))) {
                                    unknown[0]++;
                                    unknown[1] = offset;
                                }
                            },
                            (_, _) -> {});
            String name = other.hasJoliet() ? "the tree of Joliet" : "another tree";
            scan.faults().forEach(fault -> found.add(new Unread(name, fault)));
            if (unknown[0] > 0) {
                found.add(
                        new Unread(
                                name,
                                "%d parts of files that the tree shown does not have, the last of them at offset %d"
                                        .formatted(unknown[0], unknown[1])));
            }
        }
    }

    @Override
    public String type() {
        return "iso9660";
    }

    @Override
    public Optional<String> label() {
        String label = tree.descriptor().label();
        return label.isEmpty() ? Optional.empty() : Optional.of(Escaped.of(label));
    }

    /** Empty: ISO 9660 has none. */
    @Override
    public Optional<UUID> uuid() {
        return Optional.empty();
    }

    @Override
    public List<Unread> faults() {
        return faults;
    }

    /** The boot images of El Torito. */
    @Override
    public List<Note> notes() {
        return notes;
    }

    // Inodes.

    @Override
    public Inode root() throws IOException {
        return inode(tree.rootOffset());
    }

    @Override
    public Inode inode(long number) throws IOException {
        long at = number;
        if ((number & CONTENT) != 0) {
            Content content = contents.get(number);
            if (content == null) {
                throw new CorruptImageException("no file is known by number " + number);
            }
            at = content.record();
        }
        if (at < IsoDescriptors.SECTOR || at > device.size() - IsoRecord.LEAST) {
            throw new CorruptImageException("no record of a directory is at offset " + at);
        }
        IsoRecord record = tree.record(at);
        return record.isSpecial(0) ? directory(tree.selfAt(at)) : file(tree.sections(at));
    }

    private Inode directory(IsoRecord self) throws IOException {
        return inode(
                self.at(),
                self,
                self.size(),
                tree.rockRidge(self),
                FileType.DIRECTORY,
                new byte[8]);
    }

    private Inode file(List<IsoRecord> sections) throws IOException {
        IsoRecord first = sections.getFirst();
        var rockRidge = tree.rockRidge(first);
        FileType type =
                rockRidge.mode() == -1 ? FileType.REGULAR : FileType.ofMode(rockRidge.mode());
        if (type == FileType.SYMLINK) {
            return inode(first.at(), first, rockRidge.target().length, rockRidge, type, map(first));
        }
        if (type != FileType.REGULAR) {
            return inode(first.at(), first, 0, rockRidge, type, map(first));
        }
        if (!rockRidge.refused().isEmpty()) {
            throw new UnsupportedImageException("its content is " + rockRidge.refused());
        }
        var map = ByteBuffer.allocate(8 + 16 * sections.size()).putLong(first.at());
        long size = 0;
        for (IsoRecord section : sections) {
            if (section.isInterleaved()) {
                throw new UnsupportedImageException("its content is interleaved with another");
            }
            boolean last = map.position() == 16 * sections.size() - 8;
            if (!last && section.size() % tree.descriptor().blockSize() != 0) {
                throw new CorruptImageException(
                        "a section of %d bytes that is not the last".formatted(section.size()));
            }
            long offset = tree.offset(section.extent());
            Ranges.check("the content", offset, section.size(), device.size());
            map.putLong(offset).putLong(section.size());
            size += section.size();
        }
        long number = first.at();
        if (size > 0) {
            number = CONTENT | tree.offset(first.extent());
            byte[] parts = Arrays.copyOfRange(map.array(), 8, map.capacity());
            Content other = contents.putIfAbsent(number, new Content(first.at(), parts));
            if (other != null && !other.isSame(parts)) {
                throw new CorruptImageException(
                        "its content begins at offset %d, as that of another file, and ends elsewhere"
                                .formatted(tree.offset(first.extent())));
            }
        }
        return inode(number, first, size, rockRidge, type, map.array());
    }

    private static byte[] map(IsoRecord record) {
        return ByteBuffer.allocate(8).putLong(record.at()).array();
    }

    private static Inode inode(
            long number,
            IsoRecord record,
            long size,
            RockRidge rockRidge,
            FileType type,
            byte[] map)
            throws CorruptImageException {
        int mode = rockRidge.mode() == -1 ? type.bits() | DEFAULT_MODE : rockRidge.mode();
        if (FileType.ofMode(mode) != type || (mode & ~0177777) != 0) {
            throw new CorruptImageException(
                    "the mode 0%o of the record at offset %d, which is one of a %s"
                            .formatted(mode, record.at(), type));
        }
        boolean isDevice = type == FileType.CHARACTER_DEVICE || type == FileType.BLOCK_DEVICE;
        long recorded = IsoTime.ofBytes(record.bytes(), 18);
        return new Inode(
                number,
                mode,
                rockRidge.uid(),
                rockRidge.gid(),
                size,
                rockRidge.links(),
                rockRidge.modified(recorded),
                0,
                rockRidge.changed(recorded),
                0,
                0,
                isDevice ? rockRidge.device() : 0,
                map);
    }

    // Directories.

    @Override
    public Listing list(Inode directory) throws IOException {
        directory.require(FileType.DIRECTORY);
        if (overlapping.contains(directory.number())) {
            throw new CorruptImageException(
                    "the directory at offset %d shares a sector with another one"
                            .formatted(directory.number()));
        }
        var entries = new ArrayList<DirectoryEntry>();
        var faults = new ArrayList<String>();
        tree.records(
                tree.selfAt(directory.number()),
                faults,
                sections -> {
                    try {
                        add(sections.getFirst(), entries);
                    } catch (CorruptImageException e) {
                        IsoTree.fault(faults, e.explanation());
                    }
                    if (entries.size() > limits.maxEntries()) {
                        throw new UnsupportedImageException(
                                "a directory of more than %d entries"
                                        .formatted(limits.maxEntries()));
                    }
                });
        return new Listing(entries, faults);
    }

    private void add(IsoRecord record, List<DirectoryEntry> entries) throws IOException {
        var rockRidge = tree.rockRidge(record);
        if (record.has(IsoRecord.ASSOCIATED)) {
            throw new CorruptImageException(
                    "the record at offset %d is one of an associated file, which was not read"
                            .formatted(record.at()));
        }
        long number;
        if (rockRidge.child() >= 0) {
            number = tree.offset(rockRidge.child());
        } else if (record.isDirectory()) {
            if (rockRidge.isMoved()) {
                // It is listed where it belongs.
                return;
            }
            number = tree.offset(record.extent());
        } else {
            number = record.at();
        }
        byte[] name = tree.name(record, rockRidge);
        entries.add(new DirectoryEntry(FileName.read(name, 0, name.length), number));
    }

    // Content.

    @Override
    public void read(Inode file, ByteSink sink) throws IOException {
        file.require(FileType.REGULAR);
        var map = ByteBuffer.wrap(file.map(), 8, file.map().length - 8);
        byte[] buffer = new byte[(int) Math.min(CHUNK, file.size())];
        long done = 0;
        while (map.remaining() >= 16) {
            long from = map.getLong();
            long end = done + map.getLong();
            while (done < end) {
                int step = (int) Math.min(buffer.length, end - done);
                device.read(from, buffer, 0, step);
                sink.accept(done, buffer, 0, step);
                from += step;
                done += step;
            }
        }
    }

    @Override
    public long firstByte(Inode file) {
        return file.isRegular() && file.size() > 0 ? Bytes.i64be(file.map(), 8) : 0;
    }

    @Override
    public long storedBytes(Inode file) {
        return file.isRegular() ? file.size() : 0;
    }

    @Override
    public FilePath readLink(Inode link) throws IOException {
        link.require(FileType.SYMLINK);
        byte[] target = tree.rockRidge(tree.record(Bytes.i64be(link.map(), 0))).target();
        if (target.length == 0 || target.length > MAX_LINK) {
            throw new CorruptImageException(
                    "a symbolic link with a target of %d bytes, not 1 to %d"
                            .formatted(target.length, MAX_LINK));
        }
        for (byte each : target) {
            if (each == 0) {
                throw new CorruptImageException("the target of a symbolic link contains NUL");
            }
        }
        return FilePath.of(target);
    }

    /** None: what Rock Ridge can hold of them, Linux does not show. */
    @Override
    public Map<String, byte[]> attributes(Inode inode) {
        return Map.of();
    }

    /** What no tree, path table or descriptor covers, and what lies behind the end. */
    @Override
    public void unallocated(RangeSink sink) throws IOException {
        var used = new UsedRanges();
        var unread = new ArrayList<String>();
        used.add(0, descriptors.end());
        if (descriptors.bootCatalog() != 0) {
            used.add(descriptors.bootCatalog() * IsoDescriptors.SECTOR, IsoDescriptors.SECTOR);
        }
        var trees = new ArrayList<>(others);
        trees.add(tree);
        for (IsoTree each : trees) {
            for (long table : each.descriptor().pathTables()) {
                used.add(each.offset(table), each.descriptor().pathTableSize());
            }
            unread.addAll(IsoScan.of(each, limits, used::add, used::add).faults());
        }
        if (unread.isEmpty()) {
            used.gaps(IsoDescriptors.SECTOR, device.size(), sink);
            return;
        }
        long end = tree.descriptor().size();
        if (device.size() > end) {
            sink.accept(end, device.size() - end);
        }
        throw new CorruptImageException(
                "not all that is in use could be read, so what is free could not be told: "
                        + unread.getFirst());
    }
}
