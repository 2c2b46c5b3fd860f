package org.imprimatur.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Reads the extended attributes of one inode. */
final class XfsAttributes {

    private static final int LOCAL = 1;
    private static final int TRUSTED = 2;
    private static final int SECURE = 4;
    private static final int PARENT = 8;
    private static final int INCOMPLETE = 0x80;

    private static final int MAX_VALUE = 65536;
    private static final int MAX_TOTAL = 4 << 20;
    private static final int MAX_RUNS = 1 << 16;
    private static final int MAX_LEVELS = 5;
    private static final int NODE_4 = 0xfebe;
    private static final int NODE_5 = 0x3ebe;
    private static final int LEAF_4 = 0xfbee;
    private static final int LEAF_5 = 0x3bee;

    private final XfsDisk disk;
    private final XfsSuperblock superblock;
    private final XfsFork fork;
    private final Map<String, byte[]> attributes = new LinkedHashMap<>();

    /** Where the blocks of the fork are: by the first of each run, its place and length. */
    private final TreeMap<Long, long[]> runs = new TreeMap<>();

    private final LongSet visited = new LongSet();
    private long total;

    XfsAttributes(XfsDisk disk, XfsFork fork) {
        this.disk = disk;
        this.superblock = disk.superblock();
        this.fork = fork;
    }

    Map<String, byte[]> read() throws IOException {
        if (fork.isLocal()) {
            shortForm();
        } else if (fork.extents() > 0) {
            XfsMap.walk(
                    disk,
                    fork,
                    (logical, physical, count) -> {
                        runs.put(logical, new long[] {physical, count});
                        if (runs.size() > MAX_RUNS) {
                            throw new UnsupportedImageException(
                                    "the attributes of inode %d are in more than %d places"
                                            .formatted(fork.inode(), MAX_RUNS));
                        }
                        return true;
                    });
            block(0, MAX_LEVELS, false);
        }
        return attributes;
    }

    private String what() {
        return "the attributes of inode " + fork.inode();
    }

    private void shortForm() throws IOException {
        byte[] bytes = fork.bytes();
        int length = fork.length() < 4 ? 0 : Bytes.u16be(bytes, fork.at());
        if (length < 4 || length > fork.length()) {
            throw new CorruptImageException(
                    "%s have %d bytes in %d".formatted(what(), length, fork.length()));
        }
        int end = fork.at() + length;
        int count = Bytes.u8(bytes, fork.at() + 2);
        int at = fork.at() + 4;
        for (int i = 0; i < count; i++) {
            int name = at + 3 > end ? 0 : Bytes.u8(bytes, at);
            int value = at + 3 > end ? 0 : Bytes.u8(bytes, at + 1);
            if (at + 3 + name + value > end) {
                throw new CorruptImageException(
                        "%s end within entry %d of %d".formatted(what(), i + 1, count));
            }
            int from = at + 3 + name;
            add(
                    Bytes.u8(bytes, at + 2),
                    bytes,
                    at + 3,
                    name,
                    Arrays.copyOfRange(bytes, from, from + value));
            at = from + value;
        }
    }

    private void add(int flags, byte[] bytes, int name, int length, byte[] value)
            throws IOException {
        if ((flags & (PARENT | INCOMPLETE)) != 0) {
            // The kernel shows neither.
            return;
        }
        total += length + value.length;
        if (total > MAX_TOTAL) {
            throw new UnsupportedImageException(
                    "%s have more than %d bytes".formatted(what(), MAX_TOTAL));
        }
        String plain = Escaped.of(bytes, name, name + length);
        if ((flags & TRUSTED) != 0) {
            if (plain.equals("SGI_ACL_FILE")) {
                attributes.put("system.posix_acl_access", accessList(value));
            } else if (plain.equals("SGI_ACL_DEFAULT")) {
                attributes.put("system.posix_acl_default", accessList(value));
            }
            attributes.put("trusted." + plain, value);
        } else {
            attributes.put(((flags & SECURE) != 0 ? "security." : "user.") + plain, value);
        }
    }

    /** In the form of the kernel's own attributes: version 2, then tag, permissions, id. */
    private byte[] accessList(byte[] stored) throws CorruptImageException {
        long count = stored.length < 4 ? -1 : Bytes.u32be(stored, 0);
        if (count < 0 || count > (stored.length - 4) / 12) {
            throw new CorruptImageException(
                    "%s have an access list of %d entries in %d bytes"
                            .formatted(what(), count, stored.length));
        }
        ByteBuffer list =
                ByteBuffer.allocate(4 + 8 * (int) count).order(ByteOrder.LITTLE_ENDIAN).putInt(2);
        for (int i = 0; i < count; i++) {
            int at = 4 + 12 * i;
            list.putShort((short) Bytes.i32be(stored, at));
            list.putShort((short) Bytes.u16be(stored, at + 8));
            boolean named = Bytes.i32be(stored, at) == 2 || Bytes.i32be(stored, at) == 8;
            list.putInt(named ? Bytes.i32be(stored, at + 4) : -1);
        }
        return list.array();
    }

    /** The place of a block of the fork, in bytes. */
    private long place(long logical) throws CorruptImageException {
        Map.Entry<Long, long[]> run = runs.floorEntry(logical);
        if (run == null || logical - run.getKey() >= run.getValue()[1]) {
            throw new CorruptImageException("%s have no block %d".formatted(what(), logical));
        }
        return run.getValue()[0] + logical - run.getKey() << superblock.blockLog();
    }

    /**
     * @param level what the block may have at most, or must have when it is below another
     */
    private void block(long logical, int level, boolean exact) throws IOException {
        if (!visited.add(logical + 1)) {
            throw new CorruptImageException(
                    "%s come to block %d twice: a loop".formatted(what(), logical));
        }
        long offset = place(logical);
        int size = superblock.blockSize();
        byte[] block = disk.metadata(offset, size);
        boolean checksums = superblock.checksums();
        int magic = Bytes.u16be(block, 8);
        boolean node = magic == (checksums ? NODE_5 : NODE_4);
        if (!node && magic != (checksums ? LEAF_5 : LEAF_4)) {
            throw new CorruptImageException(
                    "%s have a block %d with the magic %04x".formatted(what(), logical, magic));
        }
        disk.verify(
                "a block of " + what(),
                block,
                0,
                size,
                offset,
                disk.isReplayed(offset, size),
                XfsHeader.HASHES,
                fork.inode());
        int counts = checksums ? 56 : 12;
        int count = Bytes.u16be(block, counts);
        int found = node ? Bytes.u16be(block, counts + 2) : 0;
        int start = node ? (checksums ? 64 : 16) : checksums ? 80 : 32;
        if (count > (size - start) / 8 || (exact ? found != level : found > level)) {
            throw new CorruptImageException(
                    "%s have a block of level %d with %d entries".formatted(what(), found, count));
        }
        for (int i = 0; i < count; i++) {
            if (node) {
                block(Bytes.u32be(block, start + 8 * i + 4), found - 1, true);
            } else {
                entry(block, start + 8 * i);
            }
        }
    }

    private void entry(byte[] block, int entry) throws IOException {
        int at = Bytes.u16be(block, entry + 4);
        int flags = Bytes.u8(block, entry + 6);
        boolean local = (flags & LOCAL) != 0;
        int head = local ? 3 : 9;
        Ranges.check(what(), at, head, block.length);
        int name = Bytes.u8(block, at + head - 1);
        long size = local ? Bytes.u16be(block, at) : Bytes.u32be(block, at + 4);
        if (size > MAX_VALUE) {
            throw new CorruptImageException("%s have a value of %d bytes".formatted(what(), size));
        }
        Ranges.check(what(), at, head + name + (local ? size : 0), block.length);
        int from = at + head + name;
        byte[] value;
        if (local) {
            value = Arrays.copyOfRange(block, from, from + (int) size);
        } else if ((flags & INCOMPLETE) != 0) {
            return;
        } else {
            value = remote(Bytes.u32be(block, at), (int) size);
        }
        add(flags, block, at + head, name, value);
    }

    /** In version 5, each block of a value has a header. */
    private byte[] remote(long first, int size) throws IOException {
        byte[] value = new byte[size];
        int header = superblock.checksums() ? 56 : 0;
        int blockSize = superblock.blockSize();
        int done = 0;
        for (long logical = first; done < size; logical++) {
            long offset = place(logical);
            byte[] block = disk.metadata(offset, blockSize);
            int step = Math.min(size - done, blockSize - header);
            if (header != 0) {
                if (!Bytes.has(block, 0, "XARM")
                        || Bytes.u32be(block, 4) != done
                        || Bytes.u32be(block, 8) != step) {
                    throw new CorruptImageException(
                            "%s have no value in block %d".formatted(what(), logical));
                }
                disk.verify(
                        "a value of " + what(),
                        block,
                        0,
                        blockSize,
                        offset,
                        disk.isReplayed(offset, blockSize),
                        XfsHeader.REMOTE,
                        fork.inode());
            }
            System.arraycopy(block, header, value, done, step);
            done += step;
        }
        return value;
    }
}
