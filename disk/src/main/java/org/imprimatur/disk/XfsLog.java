package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The journal of XFS: where it begins and ends, and whether it was closed (Linux: {@code
 * fs/xfs/xfs_log_recover.c}).
 *
 * <p>It is a ring of blocks of 512 bytes. Each block begins with the number of the round in which
 * it was written, so the place where that number falls is the end. The last record says where the
 * first one is that still matters, and is itself the mark of a clean unmount where there was one.
 */
final class XfsLog {

    private static final int BLOCK = 512;
    private static final int MAGIC = 0xfeedbabe;
    private static final int LITTLE_ENDIAN = 1;
    private static final int UNMOUNT = 0x20;
    private static final int MAX_RECORD = 256 << 10;

    /** Blocks that may be on their way to the disk at once, in any order. */
    private static final int IN_FLIGHT = 8 * MAX_RECORD / BLOCK;

    /** So many blocks are looked through at once. */
    private static final int PIECE = 128;

    private static final int RECORDS_IN_FLIGHT = 8;
    private static final int CYCLES = 64;

    /**
     * Structures of this header had a hole at their end on one kind of machine, and not on others.
     */
    private static final int[] HEADER_LENGTHS = {328, 324};

    private static final int EXTENSION = 4 + 4 * CYCLES;

    private final BlockDevice device;
    private final XfsSuperblock superblock;
    private final long start;
    private final int blocks;

    /**
     * A volume as it is after its journal was looked at.
     *
     * @param volume with the changes of the journal, where there were any
     */
    record Outcome(XfsOverlay volume, List<Unread> faults, Optional<Note> unclean) {}

    /**
     * @param at the block of its header
     * @param tail the block of the first record that mattered when it was written
     */
    private record Found(int at, byte[] header, int headers, int length, int tail) {

        int blocks() {
            return headers + (length + BLOCK - 1) / BLOCK;
        }

        long lsn() {
            return Bytes.i64be(header, 16);
        }

        long operations() {
            return Bytes.u32be(header, 40);
        }
    }

    /** The records that matter: from one block to another; none when the journal was closed. */
    private record Span(int tail, int head, boolean clean) {}

    private XfsLog(BlockDevice device, XfsSuperblock superblock) throws IOException {
        if (superblock.logStart() == 0) {
            throw new UnsupportedImageException("it is on another device");
        }
        long count = superblock.logBlocks() << superblock.blockLog() - 9;
        if (count < 4 || count > Integer.MAX_VALUE / 2) {
            throw new CorruptImageException("it has %d blocks".formatted(superblock.logBlocks()));
        }
        this.device = device;
        this.superblock = superblock;
        this.start =
                superblock.linear("the journal", superblock.logStart(), superblock.logBlocks())
                        << superblock.blockLog();
        this.blocks = (int) count;
    }

    /** Replays what waits in the journal, as mounting would. */
    static Outcome settle(BlockDevice device, XfsSuperblock superblock) throws IOException {
        var plain = new XfsOverlay(device);
        try {
            var log = new XfsLog(device, superblock);
            Span span = log.span();
            return span.clean()
                    ? new Outcome(plain, List.of(), Optional.empty())
                    : log.replay(span);
        } catch (ImageException e) {
            return new Outcome(
                    plain,
                    List.of(
                            new Unread(
                                    "journal",
                                    "the journal may hold changes that were not replayed: "
                                            + e.explanation())),
                    Optional.empty());
        }
    }

    private Outcome replay(Span span) throws IOException {
        if ((superblock.logFeatures() & ~1) != 0) {
            throw new UnsupportedImageException(
                    "it has the unknown features 0x%x".formatted(superblock.logFeatures()));
        }
        var volume = new XfsOverlay(device);
        var replay = new XfsReplay(volume, superblock);
        records(span, replay::look);
        replay.begin();
        records(span, replay::apply);
        replay.end();
        String text =
                "the journal was replayed: %d %s"
                        .formatted(
                                replay.transactions(),
                                replay.transactions() == 1 ? "transaction" : "transactions");
        return new Outcome(
                volume,
                replay.unfinished().stream().map(each -> new Unread("journal", each)).toList(),
                replay.transactions() == 0
                        ? Optional.empty()
                        : Optional.of(new Note("journal", text)));
    }

    // Where it begins and ends.

    private Span span() throws IOException {
        if (cycle(0) == 0) {
            // Never written to.
            return new Span(0, 0, true);
        }
        int head = head();
        int window = Math.min(blocks, 2 * IN_FLIGHT);
        int origin = head - window;
        byte[] piece = new byte[PIECE * BLOCK];
        int read = window;
        var found = new ArrayList<Found>();
        for (int i = window - 1; i >= 0 && found.size() <= RECORDS_IN_FLIGHT; i--) {
            if (i < read) {
                int before = Math.max(0, read - PIECE);
                read(origin + before, read - before, piece);
                read = before;
            }
            int here = (i - read) * BLOCK;
            if (Bytes.i32be(piece, here) == MAGIC) {
                int at = Math.floorMod(origin + i, blocks);
                Found each = record(at, Arrays.copyOfRange(piece, here, here + BLOCK));
                if (!found.isEmpty() || i + each.blocks() == window) {
                    found.add(each);
                } else if (found.isEmpty()) {
                    // Its end was never written: it does not count.
                    head = at;
                    window = i;
                }
            }
        }
        // A power cut may have torn any of the last records; from the first torn one on they are
        // nothing.
        Found last = null;
        for (Found each : found.reversed()) {
            if (!isWhole(each, data(each))) {
                head = each.at();
                break;
            }
            last = each;
        }
        if (last == null) {
            throw new CorruptImageException("its last record cannot be found");
        }
        boolean clean =
                last.operations() == 1
                        && last.length() >= 12
                        && (data(last)[9] & UNMOUNT) != 0
                        && Math.floorMod(last.at() + last.blocks(), blocks) == head;
        return new Span(last.tail(), head, clean || last.tail() == head);
    }

    /** The block behind the last one that was written. */
    private int head() throws IOException {
        int first = cycle(0);
        int last = cycle(blocks - 1);
        int head = blocks;
        int old = last - 1;
        if (first != last) {
            int low = 0;
            head = blocks - 1;
            while (head - low > 1) {
                int middle = low + head >>> 1;
                if (cycle(middle) == last) {
                    head = middle;
                } else {
                    low = middle;
                }
            }
            old = last;
        }
        // Blocks are written in any order, so holes of the round before may lie further back.
        int window = Math.min(blocks, IN_FLIGHT);
        int behind = Math.max(0, window - head);
        if (behind > 0 && last != 0) {
            int hole = hole(blocks - behind, behind, old - 1);
            if (hole >= 0) {
                return hole;
            }
        }
        int from = Math.max(0, head - window);
        int hole = hole(from, head - from, old);
        return Math.floorMod(hole >= 0 ? hole : head, blocks);
    }

    private int hole(int from, int count, int cycle) throws IOException {
        byte[] piece = new byte[PIECE * BLOCK];
        for (int i = 0; i < count; i++) {
            if (i % PIECE == 0) {
                read(from + i, Math.min(PIECE, count - i), piece);
            }
            if (cycle(piece, i % PIECE * BLOCK) == cycle) {
                return from + i;
            }
        }
        return -1;
    }

    private int cycle(int block) throws IOException {
        return cycle(read(block, 1), 0);
    }

    private static int cycle(byte[] bytes, int at) {
        int word = Bytes.i32be(bytes, at);
        return word == MAGIC ? Bytes.i32be(bytes, at + 4) : word;
    }

    /** Blocks from any place of the ring on. */
    private byte[] read(int first, int count) throws IOException {
        byte[] bytes = new byte[count * BLOCK];
        read(first, count, bytes);
        return bytes;
    }

    private void read(int first, int count, byte[] into) throws IOException {
        int done = 0;
        while (done < count) {
            int block = Math.floorMod(first + done, blocks);
            int step = Math.min(count - done, blocks - block);
            device.read(start + (long) block * BLOCK, into, done * BLOCK, step * BLOCK);
            done += step;
        }
    }

    // Records.

    @FunctionalInterface
    private interface RecordSink {
        void accept(byte[] data, int length, long operations, long lsn) throws IOException;
    }

    private void records(Span span, RecordSink sink) throws IOException {
        int at = span.tail();
        int seen = 0;
        while (at != span.head()) {
            Found record = record(at, read(at, 1));
            seen += record.blocks();
            if (seen > blocks || (int) record.lsn() != at) {
                throw new CorruptImageException(
                        "its record at block %d says that it is at block %d, %d blocks after the first"
                                .formatted(at, (int) record.lsn(), seen));
            }
            if (Bytes.i32be(record.header(), 300) != LITTLE_ENDIAN) {
                throw new UnsupportedImageException(
                        "it was written by a machine of format %d, not %d"
                                .formatted(Bytes.i32be(record.header(), 300), LITTLE_ENDIAN));
            }
            if (!Bytes.uuid(record.header(), 304).equals(superblock.uuid())) {
                throw new CorruptImageException(
                        "its record at block %d belongs to the file system %s"
                                .formatted(at, Bytes.uuid(record.header(), 304)));
            }
            byte[] data = data(record);
            if (!isWhole(record, data)) {
                throw new CorruptImageException(
                        "the checksum of its record at block %d is wrong".formatted(at));
            }
            restore(record, data);
            sink.accept(data, record.length(), record.operations(), record.lsn());
            at = Math.floorMod(at + record.blocks(), blocks);
        }
    }

    private Found record(int at, byte[] header) throws CorruptImageException {
        int version = Bytes.i32be(header, 8);
        long length = Bytes.u32be(header, 12);
        long size = version == 1 ? 0 : Bytes.u32be(header, 320);
        long tail = Bytes.u32be(header, 28);
        if (Bytes.i32be(header, 0) != MAGIC
                || version < 1
                || version > 2
                || length > MAX_RECORD
                || size > MAX_RECORD
                || tail >= blocks) {
            throw new CorruptImageException(
                    "its record at block %d has magic %08x, version %d, %d bytes of %d, and begins the journal at %d"
                            .formatted(at, Bytes.i32be(header, 0), version, length, size, tail));
        }
        int headers = (int) Math.max(1, (size + BLOCK * CYCLES - 1) / (BLOCK * CYCLES));
        var found = new Found(at, header, headers, (int) length, (int) tail);
        if (found.blocks() > blocks) {
            throw new CorruptImageException(
                    "its record at block %d has %d blocks of %d"
                            .formatted(at, found.blocks(), blocks));
        }
        return found;
    }

    private byte[] data(Found record) throws IOException {
        return read(record.at() + record.headers(), record.blocks() - record.headers());
    }

    /** Whether the checksum is right; version 4 need not have one. */
    private boolean isWhole(Found record, byte[] data) throws IOException {
        int expected = Bytes.i32le(record.header(), 32);
        if (expected == 0 && !superblock.checksums()) {
            return true;
        }
        for (int length : HEADER_LENGTHS) {
            var crc = new CRC32C();
            crc.update(record.header(), 0, 32);
            crc.update(new byte[4], 0, 4);
            crc.update(record.header(), 36, length - 36);
            int parts = (record.length() + BLOCK * CYCLES - 1) / (BLOCK * CYCLES);
            for (int i = 1; i < parts && superblock.logVersion2(); i++) {
                crc.update(read(record.at() + i, 1), 0, EXTENSION);
            }
            crc.update(data, 0, record.length());
            if ((int) crc.getValue() == expected) {
                return true;
            }
        }
        return false;
    }

    /** Puts back the first word of each block, in whose place the number of the round stands. */
    private void restore(Found record, byte[] data) throws IOException {
        byte[] words = record.header();
        int at = 44;
        for (int i = 0; i * BLOCK < data.length; i++) {
            if (i > 0 && i % CYCLES == 0) {
                if (i / CYCLES >= record.headers()) {
                    throw new CorruptImageException(
                            "its record at block %d has %d bytes, but %d blocks of header"
                                    .formatted(record.at(), data.length, record.headers()));
                }
                words = read(record.at() + i / CYCLES, 1);
                at = 4;
            }
            System.arraycopy(words, at + 4 * (i % CYCLES), data, i * BLOCK, 4);
        }
    }
}
