package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Lists one directory. All names lie in its inode or in blocks of entries; the blocks of hashes,
 * from 32 GiB on, only help to find them and are not needed here.
 */
final class XfsDirectory {

    private static final int MAX_FAULTS = 64;
    private static final long END = 32L << 30;
    private static final int FREE = 0xffff;

    private final XfsDisk disk;
    private final XfsSuperblock superblock;
    private final Limits limits;
    private final long size;
    private final XfsFork fork;
    private final List<DirectoryEntry> entries = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    // The block that is being put together from its parts.
    private final byte[] block;
    private long index = -1;
    private long offset;
    private int filled;
    private boolean replayed;

    /**
     * @param size of the directory, as its inode says
     */
    XfsDirectory(XfsDisk disk, Limits limits, long size, XfsFork fork) {
        this.disk = disk;
        this.superblock = disk.superblock();
        this.limits = limits;
        this.size = size;
        this.fork = fork;
        this.block = new byte[fork.isLocal() ? 0 : superblock.directoryBlockSize()];
    }

    Listing list() throws IOException {
        if (fork.isLocal()) {
            shortForm();
            return new Listing(entries, faults);
        }
        try {
            XfsMap.walk(disk, fork, this::run);
        } catch (CorruptImageException e) {
            // What was found before stays found.
            fault(e.explanation());
        }
        endBlock();
        return new Listing(entries, faults);
    }

    private void fault(String fault) {
        if (faults.size() < MAX_FAULTS) {
            faults.add(fault);
        }
    }

    private void shortForm() throws IOException {
        byte[] bytes = fork.bytes();
        int end = fork.at() + fork.length();
        if (fork.length() < 6) {
            throw new CorruptImageException(
                    "the directory of inode %d has %d bytes"
                            .formatted(fork.inode(), fork.length()));
        }
        int count = Bytes.u8(bytes, fork.at());
        int wide = Bytes.u8(bytes, fork.at() + 1) == 0 ? 4 : 8;
        int at = fork.at() + 2 + wide;
        int after = (superblock.fileTypes() ? 1 : 0) + wide;
        for (int i = 0; i < count; i++) {
            int name = at + 3 > end ? 0 : Bytes.u8(bytes, at);
            if (name == 0 || at + 3 + name + after > end) {
                fault(
                        "entry %d of %d reaches beyond the end of the directory"
                                .formatted(i + 1, count));
                return;
            }
            int number = at + 3 + name + after - wide;
            add(
                    bytes,
                    at + 3,
                    name,
                    wide == 4 ? Bytes.u32be(bytes, number) : Bytes.i64be(bytes, number),
                    "the inode");
            at = number + wide;
        }
        if (at != end) {
            fault("%d bytes behind the last entry".formatted(end - at));
        }
    }

    /** Blocks of entries may lie in several places each. */
    private boolean run(long logical, long physical, long count) throws IOException {
        int perBlock = 1 << superblock.directoryBlockLog();
        int blockLog = superblock.blockLog();
        long end = Math.min(END >> blockLog, logical + count);
        long at = logical;
        while (at < end) {
            int within = (int) (at & perBlock - 1);
            int step = (int) Math.min(perBlock - within, end - at);
            long place = physical + at - logical << blockLog;
            if (at >> superblock.directoryBlockLog() != index) {
                endBlock();
                index = at >> superblock.directoryBlockLog();
                offset = place;
            }
            if (filled == within << blockLog) {
                disk.read(place, block, filled, step << blockLog);
                replayed |= disk.isReplayed(place, step << blockLog);
                filled += step << blockLog;
            }
            if (filled == block.length) {
                block();
                filled = 0;
                index = -1;
                replayed = false;
            }
            at += step;
        }
        return end == logical + count && faults.size() < MAX_FAULTS;
    }

    private void endBlock() {
        if (index >= 0) {
            fault("block %d has only %d of its %d bytes".formatted(index, filled, block.length));
        }
        index = -1;
        filled = 0;
        replayed = false;
    }

    private void block() throws IOException {
        String where = "block " + index;
        boolean checksums = superblock.checksums();
        boolean single = Bytes.has(block, 0, checksums ? "XDB3" : "XD2B");
        if (!single && !Bytes.has(block, 0, checksums ? "XDD3" : "XD2D")
                || single && size != block.length) {
            fault("%s has the magic %08x".formatted(where, Bytes.i32be(block, 0)));
            return;
        }
        try {
            disk.verify(
                    where,
                    block,
                    0,
                    block.length,
                    offset,
                    replayed,
                    XfsHeader.ENTRIES,
                    fork.inode());
        } catch (CorruptImageException e) {
            fault(e.explanation());
            return;
        }
        long end = block.length;
        if (single) {
            end -= 8 + 8 * Bytes.u32be(block, block.length - 8);
        }
        int start = checksums ? 64 : 16;
        if (end < start) {
            fault("%s has no room for entries".formatted(where));
            return;
        }
        entries(start, (int) end, where);
    }

    /** A fault ends the block, since the next entry cannot be found. */
    private void entries(int start, int end, String where) throws IOException {
        int types = superblock.fileTypes() ? 1 : 0;
        int at = start;
        while (at < end) {
            int room = end - at;
            boolean free = room >= 8 && Bytes.u16be(block, at) == FREE;
            int name = free || room < 16 ? 0 : Bytes.u8(block, at + 8);
            int length = free ? Bytes.u16be(block, at + 2) : 9 + name + types + 2 + 7 & ~7;
            if (length < 8
                    || length % 8 != 0
                    || length > room
                    || !free && name == 0
                    || Bytes.u16be(block, at + length - 2) != at) {
                fault(
                        "%s has an entry of %d bytes at %d with a name of %d; the rest of it is unknown"
                                .formatted(where, length, at, name));
                return;
            }
            if (!free && !isDots(at + 9, name)) {
                add(block, at + 9, name, Bytes.i64be(block, at), where);
            }
            at += length;
        }
    }

    private boolean isDots(int at, int length) {
        return length == 1 && block[at] == '.'
                || length == 2 && block[at] == '.' && block[at + 1] == '.';
    }

    private void add(byte[] bytes, int at, int length, long inode, String where)
            throws UnsupportedImageException {
        try {
            entries.add(new DirectoryEntry(FileName.read(bytes, at, length), inode));
        } catch (CorruptImageException e) {
            fault(where + ": " + e.explanation());
        }
        if (entries.size() > limits.maxEntries()) {
            throw new UnsupportedImageException(
                    "a directory of more than %d entries".formatted(limits.maxEntries()));
        }
    }
}
