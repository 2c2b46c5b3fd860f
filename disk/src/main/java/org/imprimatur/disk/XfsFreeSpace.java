package org.imprimatur.disk;

import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The space that no file has, from the trees of free space that each allocation group keeps in the
 * order of its blocks. Blocks that are held ready for these trees count as used.
 */
final class XfsFreeSpace {

    private static final int MAX_LEVELS = 9;

    private final XfsDisk disk;
    private final XfsSuperblock superblock;

    XfsFreeSpace(XfsDisk disk) {
        this.disk = disk;
        this.superblock = disk.superblock();
    }

    /**
     * @param volume its size; what lies behind the file system is free too
     */
    void unallocated(RangeSink sink, long volume) throws IOException {
        CorruptImageException damage = null;
        for (long group = 0; group < superblock.agCount(); group++) {
            try {
                new Group(group, sink).read();
            } catch (CorruptImageException e) {
                damage = first(damage, e);
            }
        }
        long end = superblock.blocks() << superblock.blockLog();
        if (volume > end) {
            sink.accept(end, volume - end);
        }
        if (damage != null) {
            throw damage;
        }
    }

    private static CorruptImageException first(
            @Nullable CorruptImageException known, CorruptImageException next) {
        return known == null ? next : known;
    }

    private final class Group {

        private final long group;
        private final long start;
        private final RangeSink sink;
        private final LongSet visited = new LongSet();
        private long next;

        Group(long group, RangeSink sink) {
            this.group = group;
            this.start = group * superblock.agBlocks() << superblock.blockLog();
            this.sink = sink;
        }

        private String what() {
            return "the free space of allocation group " + group;
        }

        void read() throws IOException {
            int sector = superblock.sectorSize();
            byte[] header = disk.metadata(start + sector, sector);
            if (!Bytes.has(header, 0, "XAGF") || Bytes.u32be(header, 8) != group) {
                throw new CorruptImageException(
                        "%s has a header with the magic %08x for group %d"
                                .formatted(what(), Bytes.i32be(header, 0), Bytes.u32be(header, 8)));
            }
            if (superblock.checksums() && !disk.isReplayed(start + sector, sector)) {
                XfsDisk.verifyChecksum("the header of " + what(), header, 0, sector, 216);
            }
            long levels = Bytes.u32be(header, 28);
            if (levels < 1 || levels > MAX_LEVELS) {
                throw new CorruptImageException("%s has %d levels".formatted(what(), levels));
            }
            node(Bytes.u32be(header, 16), (int) levels - 1);
        }

        private void node(long number, int level) throws IOException {
            if (number == 0 || number >= superblock.agSize(group) || !visited.add(number)) {
                throw new CorruptImageException(
                        "%s has a node at block %d, which cannot be".formatted(what(), number));
            }
            int size = superblock.blockSize();
            long offset = start + (number << superblock.blockLog());
            byte[] node = disk.metadata(offset, size);
            boolean checksums = superblock.checksums();
            int header = checksums ? 56 : 16;
            int each = level == 0 ? 8 : 12;
            int most = (size - header) / each;
            int count = Bytes.u16be(node, 6);
            if (!Bytes.has(node, 0, checksums ? "AB3B" : "ABTB")
                    || Bytes.u16be(node, 4) != level
                    || count > most) {
                throw new CorruptImageException(
                        "%s has a node with magic %08x, level %d and %d of %d entries, where level %d is expected"
                                .formatted(
                                        what(),
                                        Bytes.i32be(node, 0),
                                        Bytes.u16be(node, 4),
                                        count,
                                        most,
                                        level));
            }
            if (checksums) {
                verify(node, size, offset);
            }
            for (int i = 0; i < count; i++) {
                if (level > 0) {
                    node(Bytes.u32be(node, header + 8 * most + 4 * i), level - 1);
                } else {
                    record(
                            Bytes.u32be(node, header + 8 * i),
                            Bytes.u32be(node, header + 8 * i + 4));
                }
            }
        }

        private void verify(byte[] node, int size, long offset) throws CorruptImageException {
            if (!disk.isReplayed(offset, size)) {
                XfsDisk.verifyChecksum("a node of " + what(), node, 0, size, 52);
            }
            UUID uuid = Bytes.uuid(node, 32);
            if (Bytes.i64be(node, 16) != offset >> 9
                    || Bytes.u32be(node, 48) != group
                    || !uuid.equals(superblock.metadataUuid())) {
                throw new CorruptImageException(
                        "%s has a node that belongs to group %d of %s"
                                .formatted(what(), Bytes.u32be(node, 48), uuid));
            }
        }

        private void record(long first, long count) throws IOException {
            if (first < next
                    || count == 0
                    || first >= superblock.agSize(group)
                    || count > superblock.agSize(group) - first) {
                throw new CorruptImageException(
                        "%s has %d blocks at block %d, after block %d"
                                .formatted(what(), count, first, next));
            }
            next = first + count;
            sink.accept(start + (first << superblock.blockLog()), count << superblock.blockLog());
        }
    }
}
