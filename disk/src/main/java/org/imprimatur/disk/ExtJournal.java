package org.imprimatur.disk;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The journal of ext3 and ext4 (jbd2), replayed as a kernel does when it mounts the file system:
 * what was committed counts, in the order it was committed in; a block that was revoked later is
 * left as it is; what was begun and not committed counts for nothing. Checksums are verified where
 * the journal has them.
 *
 * <p>Nothing is written. The result is a list of blocks that are to be read from the journal
 * (Linux: Documentation/filesystems/ext4/journal.rst, {@code fs/jbd2/recovery.c}).
 */
final class ExtJournal {

    private static final int MAGIC = 0xc03b3998;

    // Types of blocks.
    private static final int DESCRIPTOR = 1;
    private static final int COMMIT = 2;
    private static final int SUPERBLOCK_V1 = 3;
    private static final int SUPERBLOCK_V2 = 4;
    private static final int REVOKE = 5;

    // Features.
    private static final int CHECKSUM = 1;
    private static final int BIT64 = 0x2;
    private static final int CSUM_V2 = 0x8;
    private static final int CSUM_V3 = 0x10;
    private static final int FAST_COMMIT = 0x20;
    private static final int KNOWN = 0x1 | BIT64 | 0x4 | CSUM_V2 | CSUM_V3 | FAST_COMMIT;

    // Flags of a tag.
    private static final int ESCAPED = 1;
    private static final int SAME_UUID = 2;
    private static final int LAST = 8;

    private static final int HEADER = 12;
    private static final int DEFAULT_FAST_COMMIT_BLOCKS = 256;
    private static final int MIN_BLOCKS = 1024;
    private static final int FAST_COMMIT_HEAD = 9;

    /** 4 GiB of changes with blocks of 4 KiB; the journal of a large server has 1 GiB. */
    private static final int CHANGE_BITS = 20;

    private static final int MAX_CHANGES = 1 << CHANGE_BITS;

    /** Where a block of the journal is on the volume. */
    @FunctionalInterface
    interface Places {
        long of(long journalBlock) throws CorruptImageException;
    }

    /**
     * What a replay gives.
     *
     * @param device the volume as it is after the replay
     * @param transactions how many were replayed
     * @param blocks how many blocks of the volume are read from the journal
     */
    record Replayed(BlockDevice device, long transactions, int blocks) {}

    private final BlockDevice device;
    private final int blockSize;
    private final long volumeBlocks;
    private final Places places;

    private final boolean bit64;
    private final boolean tags3;
    private final boolean checksums;
    private final boolean oldChecksums;
    private final Crc32cSeed seed;
    private final int tagBytes;
    private final int first;
    private final int last;
    private final int end;
    private final int start;
    private final int startSequence;
    private final boolean fastCommits;

    private final byte[] block;
    private final byte[] data;

    // The changes of all transactions in order: which block, where its content is, and what its
    // tag says of it.
    private long[] targets = new long[64];
    private int[] sources = new int[64];
    private int[] tagChecksums = new int[64];
    private int[] sequences = new int[64];
    private int changes;

    // What was revoked until the transaction with the number, in transactions that are committed.
    private final Map<Long, Integer> revoked = new HashMap<>();

    private ExtJournal(
            BlockDevice device, int blockSize, long volumeBlocks, long journalBlocks, Places places)
            throws IOException {
        this.device = device;
        this.blockSize = blockSize;
        this.volumeBlocks = volumeBlocks;
        this.places = places;
        this.block = new byte[blockSize];
        this.data = new byte[blockSize];
        read(0, block);
        int type = Bytes.i32be(block, 4);
        if (Bytes.i32be(block, 0) != MAGIC || type != SUPERBLOCK_V1 && type != SUPERBLOCK_V2) {
            throw new CorruptImageException(
                    "the superblock of the journal has magic %08x and type %d; %08x and %d are expected"
                            .formatted(Bytes.i32be(block, 0), type, MAGIC, SUPERBLOCK_V2));
        }
        boolean features = type == SUPERBLOCK_V2;
        int compat = features ? Bytes.i32be(block, 36) : 0;
        int incompat = features ? Bytes.i32be(block, 40) : 0;
        int unknown = incompat & ~KNOWN | (features ? Bytes.i32be(block, 44) : 0);
        if (unknown != 0) {
            throw new UnsupportedImageException(
                    "the journal has the unknown feature 0x%x"
                            .formatted(Integer.lowestOneBit(unknown)));
        }
        this.bit64 = (incompat & BIT64) != 0;
        this.tags3 = (incompat & CSUM_V3) != 0;
        this.checksums = (incompat & (CSUM_V2 | CSUM_V3)) != 0;
        this.oldChecksums = !checksums && (compat & CHECKSUM) != 0;
        this.fastCommits = (incompat & FAST_COMMIT) != 0;
        if (checksums) {
            checkSuperblock();
        }
        var crc = new CRC32C();
        crc.update(block, 48, 16);
        this.seed = new Crc32cSeed(Crc32cSeed.value(crc));
        this.tagBytes = tags3 ? 16 : 8 + (checksums ? 2 : 0) + (bit64 ? 4 : 0);
        expect(Bytes.u32be(block, 12) == blockSize, "blocks of %d bytes", Bytes.u32be(block, 12));
        long length = Bytes.u32be(block, 16);
        expect(length <= journalBlocks && length <= Integer.MAX_VALUE, "%d blocks", length);
        long quick = 0;
        if (fastCommits) {
            quick = Bytes.u32be(block, 84);
            quick = quick == 0 ? DEFAULT_FAST_COMMIT_BLOCKS : quick;
            quick = length - quick >= MIN_BLOCKS ? quick : 0;
        }
        this.end = (int) length;
        this.last = (int) (length - quick);
        long from = Bytes.u32be(block, 20);
        expect(from >= 1 && from < last, "its log beginning at block %d", from);
        this.first = (int) from;
        long at = Bytes.u32be(block, 28);
        expect(at == 0 || at >= first && at < last, "a start at block %d", at);
        this.start = (int) at;
        this.startSequence = Bytes.i32be(block, 24);
    }

    private static void expect(boolean good, String found, long value)
            throws CorruptImageException {
        if (!good) {
            throw new CorruptImageException(
                    "the superblock of the journal says: " + found.formatted(value));
        }
    }

    private void checkSuperblock() throws ImageException {
        if (tags3 && (Bytes.i32be(block, 40) & CSUM_V2) != 0 || Bytes.u8(block, 80) != 4) {
            throw new UnsupportedImageException(
                    "the journal has checksums of type %d and features 0x%x"
                            .formatted(Bytes.u8(block, 80), Bytes.i32be(block, 40)));
        }
        int expected = Bytes.i32be(block, 252);
        Arrays.fill(block, 252, 256, (byte) 0);
        var crc = new CRC32C();
        crc.update(block, 0, 1024);
        if (Crc32cSeed.value(crc) != expected) {
            throw new CorruptImageException(
                    "the checksum of the superblock of the journal is %08x, not %08x as it says"
                            .formatted(Crc32cSeed.value(crc), expected));
        }
    }

    /**
     * @param journalBlocks the length of the journal
     * @throws ImageException when the journal cannot be replayed whole
     */
    static Replayed replay(
            BlockDevice device, int blockSize, long volumeBlocks, long journalBlocks, Places places)
            throws IOException {
        var journal = new ExtJournal(device, blockSize, volumeBlocks, journalBlocks, places);
        return journal.replay();
    }

    private void read(long journalBlock, byte[] into) throws IOException {
        device.read(places.of(journalBlock) * blockSize, into, 0, blockSize);
    }

    private Replayed replay() throws IOException {
        if (start == 0) {
            return new Replayed(device, 0, 0);
        }
        int sequence = startSequence;
        int at = start;
        int left = last - first;
        // Of the transaction that is being read.
        int committed = 0;
        var revoking = new HashMap<Long, Integer>();
        String damage = "";
        long lastCommit = 0;
        int oldSum = -1;
        long transactions = 0;
        scan:
        while (left > 0) {
            read(at, block);
            if (Bytes.i32be(block, 0) != MAGIC || Bytes.i32be(block, 8) != sequence) {
                break;
            }
            int here = at;
            at = after(at);
            left--;
            switch (Bytes.i32be(block, 4)) {
                case DESCRIPTOR -> {
                    if (!hasGoodTail()) {
                        damage = bad("descriptor", here);
                    }
                    if (oldChecksums) {
                        oldSum = OldCrc.update(oldSum, block);
                    }
                    int before = changes;
                    int count = tags(sequence, at);
                    if (count > left) {
                        changes = before;
                        break scan;
                    }
                    for (int i = 0; i < count; i++) {
                        if (oldChecksums) {
                            read(at, data);
                            oldSum = OldCrc.update(oldSum, data);
                        }
                        at = after(at);
                    }
                    left -= count;
                }
                case REVOKE -> {
                    if (!hasGoodTail()) {
                        damage = bad("revoke block", here);
                    } else {
                        revoke(sequence, here, revoking);
                    }
                }
                case COMMIT -> {
                    long time = Bytes.i64be(block, 48);
                    boolean good = isGoodCommit(oldSum);
                    if (!good || !damage.isEmpty()) {
                        if (time < lastCommit) {
                            // Left over from an earlier life of these blocks: the log ends here.
                            break scan;
                        }
                        throw new CorruptImageException(
                                "transaction %d of the journal was committed, but %s"
                                        .formatted(
                                                sequence & 0xffff_ffffL,
                                                good ? damage : bad("commit block", here)));
                    }
                    lastCommit = time;
                    committed = changes;
                    revoking.forEach(this::revoke);
                    revoking.clear();
                    oldSum = -1;
                    transactions++;
                    sequence++;
                }
                default -> {
                    break scan;
                }
            }
        }
        changes = committed;
        refuseFastCommits(sequence);
        return apply(transactions);
    }

    private static String bad(String what, int at) {
        return "the checksum of its %s at block %d of the journal is wrong".formatted(what, at);
    }

    private int after(int at) {
        return at + 1 == last ? first : at + 1;
    }

    /** Whether the checksum at the end of the block, if there is one, is that of the block. */
    private boolean hasGoodTail() {
        if (!checksums) {
            return true;
        }
        CRC32C crc = seed.start();
        crc.update(block, 0, blockSize - 4);
        Crc32cSeed.updateInt(crc, 0);
        return Crc32cSeed.value(crc) == Bytes.i32be(block, blockSize - 4);
    }

    private boolean isGoodCommit(int oldSum) {
        int found = Bytes.i32be(block, 16);
        if (oldChecksums) {
            int kind = Bytes.u8(block, 12);
            int size = Bytes.u8(block, 13);
            return kind == 1 && size == 4 && found == oldSum
                    || kind == 0 && size == 0 && found == 0;
        }
        if (!checksums) {
            return true;
        }
        CRC32C crc = seed.start();
        crc.update(block, 0, 16);
        Crc32cSeed.updateInt(crc, 0);
        crc.update(block, 20, blockSize - 20);
        return Crc32cSeed.value(crc) == found;
    }

    /** Takes down what a descriptor says of the blocks that follow it; returns their number. */
    private int tags(int sequence, int from) throws ImageException {
        int end = blockSize - (checksums ? 4 : 0);
        int source = from;
        int count = 0;
        int tag = HEADER;
        while (tag + tagBytes <= end) {
            long target = Bytes.u32be(block, tag);
            int flags = tags3 ? Bytes.i32be(block, tag + 4) : u16be(block, tag + 6);
            if (bit64) {
                target |= Bytes.u32be(block, tag + 8) << 32;
            }
            add(
                    target,
                    (flags & ESCAPED) != 0 ? ~source : source,
                    tags3 ? Bytes.i32be(block, tag + 12) : u16be(block, tag + 4),
                    sequence);
            count++;
            source = after(source);
            tag += tagBytes + ((flags & SAME_UUID) != 0 ? 0 : 16);
            if ((flags & LAST) != 0) {
                break;
            }
        }
        return count;
    }

    private static int u16be(byte[] bytes, int at) {
        return Bytes.u8(bytes, at) << 8 | Bytes.u8(bytes, at + 1);
    }

    private void add(long target, int source, int checksum, int sequence) throws ImageException {
        if (changes == MAX_CHANGES) {
            throw new UnsupportedImageException(
                    "the journal changes more than %d blocks".formatted(MAX_CHANGES));
        }
        if (changes == targets.length) {
            int more = 2 * changes;
            targets = Arrays.copyOf(targets, more);
            sources = Arrays.copyOf(sources, more);
            tagChecksums = Arrays.copyOf(tagChecksums, more);
            sequences = Arrays.copyOf(sequences, more);
        }
        targets[changes] = target;
        sources[changes] = source;
        tagChecksums[changes] = checksum;
        sequences[changes] = sequence;
        changes++;
    }

    private void revoke(int sequence, int at, Map<Long, Integer> revoking) throws ImageException {
        long used = Bytes.u32be(block, HEADER);
        int each = bit64 ? 8 : 4;
        if (used < HEADER + 4 || used > blockSize - (checksums ? 4 : 0)) {
            throw new CorruptImageException(
                    "the revoke block %d of the journal uses %d bytes".formatted(at, used));
        }
        for (int i = HEADER + 4; i + each <= used; i += each) {
            revoking.put(bit64 ? Bytes.i64be(block, i) : Bytes.u32be(block, i), sequence);
        }
        if (revoked.size() + revoking.size() > MAX_CHANGES) {
            throw new UnsupportedImageException(
                    "the journal revokes more than %d blocks".formatted(MAX_CHANGES));
        }
    }

    private void revoke(long target, int sequence) {
        revoked.merge(target, sequence, (a, b) -> a - b >= 0 ? a : b);
    }

    /**
     * Behind the log there may be commits in a form of their own, which say in other words what was
     * done. They count when they go on where the log ends.
     */
    private void refuseFastCommits(int sequence) throws IOException {
        // The first of them leaves a block out behind the log.
        if (!fastCommits || last + 1 >= end) {
            return;
        }
        read(last + 1, block);
        if (Bytes.u16le(block, 0) == FAST_COMMIT_HEAD && Bytes.i32le(block, 8) == sequence) {
            throw new UnsupportedImageException(
                    "the journal ends in fast commits of transaction %d, which are not replayed: run e2fsck -fy on the disk, or mount and unmount it"
                            .formatted(sequence & 0xffff_ffffL));
        }
    }

    private Replayed apply(long transactions) throws IOException {
        // Block and number of the change in one, so that sorting puts the last change of a block
        // behind the others of it.
        long[] order = new long[changes];
        int count = 0;
        for (int i = 0; i < changes; i++) {
            long target = targets[i];
            Integer until = revoked.get(target);
            if (until != null && sequences[i] - until <= 0) {
                continue;
            }
            if (target < 0 || target >= volumeBlocks) {
                throw new CorruptImageException(
                        "the journal changes block %d of %d".formatted(target, volumeBlocks));
            }
            if (checksums) {
                checkData(sources[i] < 0 ? ~sources[i] : sources[i], i);
            }
            order[count++] = target << CHANGE_BITS | i;
        }
        Arrays.sort(order, 0, count);
        long[] blocks = new long[count];
        long[] from = new long[count];
        int kept = 0;
        for (int i = 0; i < count; i++) {
            long target = order[i] >> CHANGE_BITS;
            if (i + 1 == count || order[i + 1] >> CHANGE_BITS != target) {
                int source = sources[(int) (order[i] & MAX_CHANGES - 1)];
                blocks[kept] = target;
                from[kept++] = source < 0 ? ~places.of(~source) : places.of(source);
            }
        }
        if (kept == 0) {
            return new Replayed(device, transactions, 0);
        }
        byte[] magic = {
            (byte) (MAGIC >>> 24), (byte) (MAGIC >>> 16), (byte) (MAGIC >>> 8), (byte) MAGIC,
        };
        return new Replayed(
                new OverlayDevice(
                        device,
                        blockSize,
                        Arrays.copyOf(blocks, kept),
                        Arrays.copyOf(from, kept),
                        magic),
                transactions,
                kept);
    }

    private void checkData(int source, int change) throws IOException {
        read(source, data);
        CRC32C crc = seed.start(Integer.reverseBytes(sequences[change]));
        crc.update(data, 0, blockSize);
        int found = Crc32cSeed.value(crc) & (tags3 ? -1 : 0xffff);
        if (found != tagChecksums[change]) {
            throw new CorruptImageException(
                    "block %d of the journal has the checksum %08x, not %08x as its tag says"
                            .formatted(source, found, tagChecksums[change]));
        }
    }

    /** CRC-32 with the highest bit first and no final inversion, over a transaction. */
    private static final class OldCrc {

        private static final int[] TABLE = new int[256];

        static {
            for (int i = 0; i < 256; i++) {
                int word = i << 24;
                for (int bit = 0; bit < 8; bit++) {
                    word = word < 0 ? word << 1 ^ 0x04c11db7 : word << 1;
                }
                TABLE[i] = word;
            }
        }

        static int update(int state, byte[] bytes) {
            int crc = state;
            for (byte each : bytes) {
                crc = crc << 8 ^ TABLE[(crc >>> 24 ^ each) & 0xff];
            }
            return crc;
        }
    }
}
