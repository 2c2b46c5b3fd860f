package org.imprimatur.disk;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * FAT12, FAT16 and FAT32 with long names.
 *
 * <p>What FAT does not store is told as Linux shows it by default: owner and group 0, mode 0755 for
 * directories and files and 0555 for files marked read-only, one name each, both times those of the
 * last writing, taken as UTC. A directory has the size 0, as it says itself.
 *
 * <p>The allocation table is read once when the file system is opened. Both copies are compared,
 * and a cluster to which two others lead is noticed then: chains that pass one are refused, so no
 * chain can loop, and no two files can be read from the same clusters.
 */
final class FatFileSystem implements FileSystem {

    /** Inodes are numbered by the place of their entry; the root has none, and gets this number. */
    private static final long ROOT = 1;

    private static final int ENTRY = 32;
    private static final int READ_ONLY = 0x01;
    private static final int LABEL = 0x08;
    private static final int DIRECTORY = 0x10;
    private static final int FREE = 0xe5;

    /** No driver makes larger ones. */
    private static final int MAX_DIRECTORY = 65536 * ENTRY;

    private static final int MAX_FAULTS = 64;
    private static final int CHUNK = 1 << 18;

    /** A whole number of entries of each width. */
    private static final int TABLE_CHUNK = 3 << 15;

    private final BlockDevice device;
    private final FatBootSector boot;
    private final Limits limits;
    private final CachedReader cached;

    /** The clusters to which another one leads, and those to which more than one does. */
    private final BitSet continued = new BitSet();

    private final BitSet joined = new BitSet();

    /** Which inode a chain belongs to, by its first cluster. */
    private final ConcurrentHashMap<Long, Long> owners = new ConcurrentHashMap<>();

    private final List<Unread> faults;
    private final Optional<String> label;

    private FatFileSystem(BlockDevice device, FatBootSector boot, Limits limits)
            throws IOException {
        this.device = device;
        this.cached = new CachedReader(device, boot.size());
        this.boot = boot;
        this.limits = limits;
        var found = new ArrayList<Unread>();
        checkState(found);
        scanTable(found);
        this.faults = List.copyOf(found);
        this.label = findLabel();
    }

    static FatFileSystem open(BlockDevice device, Limits limits) throws IOException {
        return new FatFileSystem(device, FatBootSector.read(device), limits);
    }

    @Override
    public String type() {
        return "fat" + boot.bits();
    }

    @Override
    public Optional<String> label() {
        return label;
    }

    /** Empty: a FAT has a serial number of 32 bits only. */
    @Override
    public Optional<UUID> uuid() {
        return Optional.empty();
    }

    @Override
    public String mountId() {
        return boot.serial() == 0
                ? ""
                : "%04X-%04X".formatted(boot.serial() >>> 16, boot.serial() & 0xffff);
    }

    @Override
    public List<Unread> faults() {
        return faults;
    }

    // The allocation table.

    private void checkState(List<Unread> found) throws IOException {
        int shift = boot.bits() == 16 ? 14 : 26;
        long flags = boot.bits() == 12 ? -1 : entry(1) >>> shift;
        if ((boot.state() & 1) != 0 || (flags & 2) == 0) {
            found.add(new Unread("FAT", "the file system was not unmounted cleanly"));
        }
        if ((boot.state() & 2) != 0 || (flags & 1) == 0) {
            found.add(new Unread("FAT", "a system has met errors of this disk"));
        }
    }

    /** Reads the whole table, holes left out, beside its copy. */
    private void scanTable(List<Unread> found) throws IOException {
        long used = boot.usedTableBytes();
        byte[] table = new byte[(int) Math.min(TABLE_CHUNK, used)];
        byte[] copy = new byte[boot.copyOffset() == 0 ? 0 : table.length];
        boolean same = true;
        var scan = new Scan();
        scan.arrive(boot.rootCluster());
        for (long at = 0; at < used; at += table.length) {
            int length = (int) Math.min(table.length, used - at);
            if (device.nextData(boot.tableOffset() + at) < boot.tableOffset() + at + length) {
                device.read(boot.tableOffset() + at, table, 0, length);
                scan.part(table, at * 8 / boot.bits(), length * 8 / boot.bits());
            } else {
                Arrays.fill(table, (byte) 0);
            }
            if (boot.copyOffset() != 0 && same) {
                device.read(boot.copyOffset() + at, copy, 0, length);
                int differs = Arrays.mismatch(table, 0, length, copy, 0, length);
                if (differs >= 0) {
                    same = false;
                    found.add(
                            new Unread(
                                    "FAT",
                                    "the two allocation tables differ from cluster %d on; the first was used"
                                            .formatted((at + differs) * 8 / boot.bits())));
                }
            }
        }
        if (scan.joins > 0) {
            found.add(
                    new Unread(
                            "FAT",
                            "%d clusters, the first of them %d, are reached from two places: chains that join or loop"
                                    .formatted(scan.joins, scan.firstJoin)));
        }
    }

    /** Counts from how many places each cluster is reached. */
    private final class Scan {

        private long joins;
        private long firstJoin;

        void part(byte[] table, long first, int count) {
            for (int i = 0; i < count; i++) {
                if (boot.isCluster(first + i)) {
                    arrive(
                            switch (boot.bits()) {
                                case 12 ->
                                        i % 2 == 0
                                                ? Bytes.u16le(table, i * 3 / 2) & 0xfff
                                                : Bytes.u16le(table, i * 3 / 2) >>> 4;
                                case 16 -> Bytes.u16le(table, i * 2);
                                default -> Bytes.u32le(table, i * 4) & 0x0fff_ffff;
                            });
                }
            }
        }

        void arrive(long cluster) {
            if (!boot.isCluster(cluster)) {
                return;
            }
            if (continued.get((int) cluster)) {
                firstJoin = joins == 0 ? cluster : firstJoin;
                joins++;
                joined.set((int) cluster);
            }
            continued.set((int) cluster);
        }
    }

    /** What the table says of a cluster: the next one, or a mark. */
    private long entry(long cluster) throws IOException {
        byte[] raw = new byte[4];
        long at = boot.tableOffset() + cluster * boot.bits() / 8;
        return switch (boot.bits()) {
            case 12 -> {
                cached.read(at, raw, 2);
                int both = Bytes.u16le(raw, 0);
                yield cluster % 2 == 0 ? both & 0xfff : both >>> 4;
            }
            case 16 -> {
                cached.read(at, raw, 2);
                yield Bytes.u16le(raw, 0);
            }
            default -> {
                cached.read(at, raw, 4);
                yield Bytes.u32le(raw, 0) & 0x0fff_ffff;
            }
        };
    }

    private boolean isEnd(long entry) {
        return switch (boot.bits()) {
            case 12 -> entry >= 0xff8;
            case 16 -> entry >= 0xfff8;
            default -> entry >= 0x0fff_fff8;
        };
    }

    /** Takes the clusters of a chain that lie side by side. */
    @FunctionalInterface
    private interface RunSink {

        /** Returns false to end the walk. */
        boolean accept(long first, long count) throws IOException;
    }

    /**
     * Walks along a chain from its first cluster to its end.
     *
     * @param most more clusters than this are an error
     * @return how many clusters were met
     */
    private long walk(String what, long first, long most, RunSink sink) throws IOException {
        long runFirst = first;
        long runCount = 0;
        long total = 0;
        long cluster = first;
        while (true) {
            if (!boot.isCluster(cluster)) {
                throw new CorruptImageException(
                        "%s leads to cluster %d after %d clusters, not 2 to %d"
                                .formatted(what, cluster, total, boot.clusters() + 1));
            }
            if (joined.get((int) cluster)) {
                throw new CorruptImageException(
                        "%s comes to cluster %d, which is reached from two places"
                                .formatted(what, cluster));
            }
            if (total == most) {
                throw new CorruptImageException(
                        "%s has more than the %d clusters that it may have".formatted(what, most));
            }
            total++;
            if (cluster == runFirst + runCount) {
                runCount++;
            } else {
                if (!sink.accept(runFirst, runCount)) {
                    return total;
                }
                runFirst = cluster;
                runCount = 1;
            }
            long next = entry(cluster);
            if (isEnd(next)) {
                sink.accept(runFirst, runCount);
                return total;
            }
            cluster = next;
        }
    }

    // Inodes.

    @Override
    public Inode root() throws IOException {
        return inode(ROOT);
    }

    @Override
    public Inode inode(long number) throws IOException {
        if (number == ROOT) {
            byte[] map = map(boot.rootCluster());
            return new Inode(
                    ROOT, FileType.DIRECTORY.bits() | 0755, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, map);
        }
        if (number <= ROOT || number < boot.rootOffset() / ENTRY || number >= boot.size() / ENTRY) {
            throw new CorruptImageException(
                    "no entry of a directory can stand at place %d".formatted(number));
        }
        byte[] entry = new byte[ENTRY];
        cached.read(number * ENTRY, entry, ENTRY);
        int attributes = Bytes.u8(entry, 11);
        if (Bytes.u8(entry, 0) == 0 || Bytes.u8(entry, 0) == FREE || (attributes & LABEL) != 0) {
            throw new CorruptImageException(
                    "the entry of a directory at place %d is not in use".formatted(number));
        }
        boolean directory = (attributes & DIRECTORY) != 0;
        long size = Bytes.u32le(entry, 28);
        long first = Bytes.u16le(entry, 26);
        if (boot.bits() == 32) {
            first |= (long) (Bytes.u16le(entry, 20) & 0x0fff) << 16;
        }
        if (directory || size > 0 || first != 0) {
            claim(number, first);
        }
        int readOnly = directory ? 0 : attributes & READ_ONLY;
        int mode =
                directory
                        ? FileType.DIRECTORY.bits() | 0755
                        : FileType.REGULAR.bits() | (readOnly == 0 ? 0755 : 0555);
        long second = second(Bytes.u16le(entry, 24), Bytes.u16le(entry, 22));
        return new Inode(
                number,
                mode,
                0,
                0,
                directory ? 0 : size,
                1,
                second,
                0,
                second,
                0,
                attributes,
                0,
                map(first));
    }

    /** Every chain begins where no other one passes, and belongs to one entry. */
    private void claim(long number, long first) throws CorruptImageException {
        if (!boot.isCluster(first)) {
            throw new CorruptImageException(
                    "the first cluster of entry %d is %d, not 2 to %d"
                            .formatted(number, first, boot.clusters() + 1));
        }
        if (continued.get((int) first)) {
            throw new CorruptImageException(
                    "the first cluster of entry %d is %d, which is in the middle of another file"
                            .formatted(number, first));
        }
        Long owner = owners.putIfAbsent(first, number);
        if (owner != null && owner != number || first == boot.rootCluster()) {
            throw new CorruptImageException(
                    "the first cluster of entry %d is %d, where another entry begins too"
                            .formatted(number, first));
        }
    }

    private static byte[] map(long first) {
        return new byte[] {
            (byte) first, (byte) (first >>> 8), (byte) (first >>> 16), (byte) (first >>> 24)
        };
    }

    private static long firstCluster(Inode inode) {
        return Bytes.u32le(inode.map(), 0);
    }

    /** Days and months of zero count as one, as Linux has it. */
    private static long second(int date, int time) {
        int month = Math.clamp(date >>> 5 & 0xf, 1, 12);
        long day =
                LocalDate.of(1980 + (date >>> 9), month, 1).toEpochDay()
                        + Math.max(0, (date & 0x1f) - 1);
        return day * 86400 + (time >>> 11) * 3600L + (time >>> 5 & 0x3f) * 60L + (time & 0x1f) * 2L;
    }

    // Directories.

    @Override
    public Listing list(Inode directory) throws IOException {
        directory.require(FileType.DIRECTORY);
        var listing = new Lister(directory);
        if (directory.number() == ROOT && boot.bits() != 32) {
            listing.area(boot.rootOffset(), boot.rootBytes());
        } else {
            walkDirectory(
                    directory,
                    (first, count) -> {
                        for (long i = first; i < first + count; i++) {
                            listing.area(boot.clusterOffset(i), boot.clusterSize());
                        }
                        return true;
                    });
        }
        return listing.finish();
    }

    private void walkDirectory(Inode directory, RunSink sink) throws IOException {
        walk(
                "the directory of entry " + directory.number(),
                firstCluster(directory),
                Math.max(1, MAX_DIRECTORY / boot.clusterSize()),
                sink);
    }

    /** One pass over the entries of a directory. */
    private final class Lister {

        private final List<DirectoryEntry> entries = new ArrayList<>();
        private final List<String> faults = new ArrayList<>();
        private final FatNames names = new FatNames();
        private final boolean root;
        private final long first;
        private String label = "";
        private boolean ended;
        private boolean behindEnd;

        Lister(Inode directory) {
            this.root = directory.number() == ROOT;
            this.first = firstCluster(directory);
        }

        void area(long offset, int length) throws IOException {
            byte[] area = new byte[length];
            device.read(offset, area, 0, length);
            for (int at = 0; at < length; at += ENTRY) {
                entry(area, at, (offset + at) / ENTRY);
            }
        }

        private void fault(String fault) {
            if (!fault.isEmpty() && faults.size() < MAX_FAULTS) {
                faults.add(fault);
            }
        }

        private void entry(byte[] area, int at, long number) throws IOException {
            int start = Bytes.u8(area, at);
            if (start == 0 || start == FREE) {
                ended |= start == 0;
                fault(names.leftOver());
                return;
            }
            if (ended && !behindEnd) {
                behindEnd = true;
                fault("entries behind the end of the directory, which some systems show");
            }
            int attributes = Bytes.u8(area, at + 11);
            if (attributes == FatNames.LONG_NAME) {
                fault(names.addPart(area, at));
            } else if ((attributes & LABEL) != 0) {
                label(area, at);
            } else {
                file(area, at, number);
            }
        }

        private void label(byte[] area, int at) {
            fault(names.leftOver());
            boolean content =
                    Bytes.u16le(area, at + 20) != 0
                            || Bytes.u16le(area, at + 26) != 0
                            || Bytes.u32le(area, at + 28) != 0;
            if (!root || content || !label.isEmpty()) {
                fault("a label of the volume that has content, or stands where none belongs");
            } else {
                label = FatNames.oem(area, at, 11);
            }
        }

        private void file(byte[] area, int at, long number) throws UnsupportedImageException {
            if (isDots(area, at)) {
                fault(names.leftOver());
                boolean self = area[at + 1] == ' ';
                if (root
                        || (Bytes.u8(area, at + 11) & DIRECTORY) == 0
                        || self && cluster(area, at) != first) {
                    fault("an entry for the directory itself or its parent that is neither");
                }
                return;
            }
            byte[] name;
            if (names.belongsTo(area, at)) {
                name = names.take();
            } else {
                fault(names.leftOver());
                name = FatNames.utf8(FatNames.shortName(area, at));
            }
            try {
                entries.add(new DirectoryEntry(FileName.read(name, 0, name.length), number));
            } catch (CorruptImageException e) {
                fault(e.explanation());
            }
            if (entries.size() > limits.maxEntries()) {
                throw new UnsupportedImageException(
                        "a directory of more than %d entries".formatted(limits.maxEntries()));
            }
        }

        private long cluster(byte[] area, int at) {
            long high = boot.bits() == 32 ? Bytes.u16le(area, at + 20) & 0x0fff : 0;
            return high << 16 | Bytes.u16le(area, at + 26);
        }

        private boolean isDots(byte[] area, int at) {
            return Bytes.has(area, at, ".          ") || Bytes.has(area, at, "..         ");
        }

        Listing finish() {
            fault(names.leftOver());
            return new Listing(entries, faults);
        }
    }

    private Optional<String> findLabel() throws IOException {
        String found = "";
        try {
            var lister = new Lister(root());
            if (boot.bits() == 32) {
                // Labels stand at the start.
                if (boot.isCluster(boot.rootCluster())) {
                    lister.area(boot.clusterOffset(boot.rootCluster()), boot.clusterSize());
                }
            } else {
                lister.area(boot.rootOffset(), boot.rootBytes());
            }
            found = lister.label;
        } catch (UnsupportedImageException _) {
            // Too many entries: listing the root will say so.
        }
        String text = found.isEmpty() ? boot.label() : found;
        return text.isEmpty() || text.equals("NO NAME")
                ? Optional.empty()
                : Optional.of(Escaped.of(text));
    }

    // Content.

    private long clustersOf(long size) {
        return (size + boot.clusterSize() - 1) / boot.clusterSize();
    }

    @Override
    public void read(Inode file, ByteSink sink) throws IOException {
        file.require(FileType.REGULAR);
        long size = file.size();
        byte[] buffer = new byte[(int) Math.min(CHUNK, size)];
        long[] done = new long[1];
        walkContent(
                file,
                (first, count) -> {
                    long from = boot.clusterOffset(first);
                    long end = Math.min(size, done[0] + count * boot.clusterSize());
                    while (done[0] < end) {
                        int step = (int) Math.min(buffer.length, end - done[0]);
                        device.read(from, buffer, 0, step);
                        sink.accept(done[0], buffer, 0, step);
                        from += step;
                        done[0] += step;
                    }
                    return true;
                });
    }

    /** A chain is exactly as long as the size demands; what hangs on behind would be unseen. */
    private void walkContent(Inode file, RunSink sink) throws IOException {
        long first = firstCluster(file);
        if (first == 0 && file.size() == 0) {
            return;
        }
        String what = "the file of entry " + file.number();
        long wanted = clustersOf(file.size());
        long found = walk(what, first, wanted, sink);
        if (found != wanted) {
            throw new CorruptImageException(
                    "%s has %d bytes, but only %d clusters of %d bytes"
                            .formatted(what, file.size(), found, boot.clusterSize()));
        }
    }

    @Override
    public long firstByte(Inode file) throws IOException {
        long first = firstCluster(file);
        return boot.isCluster(first) ? boot.clusterOffset(first) : 0;
    }

    @Override
    public long storedBytes(Inode file) throws IOException {
        if (!file.isRegular()) {
            return 0;
        }
        walkContent(file, (_, _) -> true);
        return clustersOf(file.size()) * boot.clusterSize();
    }

    /**
     * Clusters that no file and no directory has, whatever the allocation table says of them, the
     * rest behind the last cluster, and what lies behind the end of the file system.
     */
    @Override
    public void unallocated(RangeSink sink) throws IOException {
        var used = new BitSet();
        var tree = new FileTree(this, boot.size(), limits);
        List<Unread> unread =
                tree.walk(
                        (_, inode, first) -> {
                            if (first) {
                                mark(inode, used);
                            }
                        });
        long start = boot.dataOffset();
        for (long cluster = 2; cluster < 2L + boot.clusters(); cluster++) {
            boolean free = unread.isEmpty() ? !used.get((int) cluster) : entry(cluster) == 0;
            if (!free) {
                long at = boot.clusterOffset(cluster);
                if (at > start) {
                    sink.accept(start, at - start);
                }
                start = at + boot.clusterSize();
            }
        }
        if (device.size() > start) {
            sink.accept(start, device.size() - start);
        }
        if (!unread.isEmpty()) {
            throw new CorruptImageException(
                    "not all that is in use could be read, so clusters of no file could not be told: "
                            + unread.getFirst());
        }
    }

    private void mark(Inode inode, BitSet used) throws IOException {
        RunSink sink =
                (first, count) -> {
                    used.set((int) first, (int) (first + count));
                    return true;
                };
        if (inode.isRegular()) {
            walkContent(inode, sink);
        } else if (firstCluster(inode) != 0) {
            walkDirectory(inode, sink);
        }
    }

    /** Never returns: FAT has no symbolic links. */
    @Override
    public FilePath readLink(Inode link) {
        throw new IllegalArgumentException(link + " is not a symbolic link");
    }

    /** None: FAT has no extended attributes. */
    @Override
    public Map<String, byte[]> attributes(Inode inode) {
        return Map.of();
    }
}
