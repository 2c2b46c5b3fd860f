package org.imprimatur.disk;

import java.io.IOException;

/**
 * One walk through the extents of a fork, with what it takes to notice extents that lie. Extents
 * that were set aside but never written are left out, like holes.
 */
final class XfsMap {

    /** Takes the parts that are stored, in rising order, neighbours joined. */
    @FunctionalInterface
    interface RunSink {

        /**
         * Returns false to end the walk.
         *
         * @param physical counted from the start of the volume
         */
        boolean accept(long logical, long physical, long count) throws IOException;
    }

    /** How often files may share what the volume holds before they are not believed. */
    static final int SHARING = 16;

    private static final int MAX_LEVELS = 16;
    private static final int MAGIC_4 = 0x424d4150;
    private static final int MAGIC_5 = 0x424d4133;

    private final XfsDisk disk;
    private final XfsSuperblock superblock;
    private final XfsFork fork;
    private final RunSink sink;
    private final LongSet nodes = new LongSet();
    private final long most;
    private long next;
    private long runLogical;
    private long runPhysical;
    private long runCount;
    private long total;
    private long extents;
    private boolean ended;

    private XfsMap(XfsDisk disk, XfsFork fork, RunSink sink) {
        this.disk = disk;
        this.superblock = disk.superblock();
        this.fork = fork;
        this.sink = sink;
        this.most = superblock.blocks() * (superblock.reflink() ? SHARING : 1);
    }

    static void walk(XfsDisk disk, XfsFork fork, RunSink sink) throws IOException {
        new XfsMap(disk, fork, sink).walk();
    }

    private void walk() throws IOException {
        switch (fork.format()) {
            case XfsFork.EXTENTS -> {
                if (fork.extents() < 0 || fork.extents() > fork.length() / 16) {
                    throw new CorruptImageException(
                            "inode %d has %d extents in %d bytes"
                                    .formatted(fork.inode(), fork.extents(), fork.length()));
                }
                records(fork.bytes(), fork.at(), (int) fork.extents());
            }
            case XfsFork.BTREE -> root();
            default ->
                    throw new CorruptImageException(
                            "inode %d has content of format %d, which has no extents"
                                    .formatted(fork.inode(), fork.format()));
        }
        if (!ended && extents != fork.extents()) {
            throw new CorruptImageException(
                    "inode %d says that it has %d extents, but %d were found"
                            .formatted(fork.inode(), fork.extents(), extents));
        }
        flush();
    }

    private void root() throws IOException {
        byte[] bytes = fork.bytes();
        int at = fork.at();
        int most = (fork.length() - 4) / 16;
        int level = fork.length() < 4 ? 0 : Bytes.u16be(bytes, at);
        int records = fork.length() < 4 ? 0 : Bytes.u16be(bytes, at + 2);
        if (level < 1 || level > MAX_LEVELS || records < 1 || records > most) {
            throw new CorruptImageException(
                    "the tree of extents of inode %d has %d levels and %d of %d entries in its root"
                            .formatted(fork.inode(), level, records, most));
        }
        for (int i = 0; i < records && !ended; i++) {
            node(Bytes.i64be(bytes, at + 4 + 8 * (most + i)), level - 1);
        }
    }

    private void node(long address, int level) throws IOException {
        String what = "the tree of extents of inode " + fork.inode();
        long block = superblock.linear(what, address, 1);
        if (block == 0 || !nodes.add(block)) {
            throw new CorruptImageException(
                    "%s comes to block %d twice: a loop".formatted(what, block));
        }
        long offset = block << superblock.blockLog();
        int size = superblock.blockSize();
        byte[] node = disk.metadata(offset, size);
        boolean checksums = superblock.checksums();
        int header = checksums ? 72 : 24;
        int most = (size - header) / 16;
        int records = Bytes.u16be(node, 6);
        if (Bytes.i32be(node, 0) != (checksums ? MAGIC_5 : MAGIC_4)
                || Bytes.u16be(node, 4) != level
                || records > most) {
            throw new CorruptImageException(
                    "%s has a node with magic %08x, level %d and %d of %d entries, where level %d is expected"
                            .formatted(
                                    what,
                                    Bytes.i32be(node, 0),
                                    Bytes.u16be(node, 4),
                                    records,
                                    most,
                                    level));
        }
        boolean replayed = disk.isReplayed(offset, size);
        disk.verify(
                "a node of " + what,
                node,
                0,
                size,
                offset,
                replayed,
                XfsHeader.EXTENTS,
                fork.inode());
        if (level == 0) {
            records(node, header, records);
            return;
        }
        for (int i = 0; i < records && !ended; i++) {
            node(Bytes.i64be(node, header + 8 * (most + i)), level - 1);
        }
    }

    /** 128 bits each: 1 unwritten, 54 place in the file, 52 block, 21 count. */
    private void records(byte[] bytes, int start, int count) throws IOException {
        for (int i = 0; i < count && !ended; i++) {
            long high = Bytes.i64be(bytes, start + 16 * i);
            long low = Bytes.i64be(bytes, start + 16 * i + 8);
            long logical = high >>> 9 & (1L << 54) - 1;
            long address = (high & 0x1ff) << 43 | low >>> 21;
            long length = low & (1L << 21) - 1;
            extents++;
            if (logical < next || length == 0) {
                throw new CorruptImageException(
                        "inode %d has an extent of %d blocks at its block %d, after block %d"
                                .formatted(fork.inode(), length, logical, next));
            }
            next = logical + length;
            long physical =
                    superblock.linear("an extent of inode " + fork.inode(), address, length);
            if (high >= 0) {
                add(logical, physical, length);
            }
        }
    }

    private void add(long logical, long physical, long count) throws IOException {
        total += count;
        if (total > most) {
            throw new CorruptImageException(
                    "inode %d maps %d blocks or more, of a file system of %d"
                            .formatted(fork.inode(), total, superblock.blocks()));
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

    private void flush() throws IOException {
        if (runCount > 0 && !ended) {
            ended = !sink.accept(runLogical, runPhysical, runCount);
        }
        runCount = 0;
    }
}
