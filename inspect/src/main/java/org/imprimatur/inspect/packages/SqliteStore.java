package org.imprimatur.inspect.packages;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.imprimatur.inspect.facts.UnreadableException;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code Packages} of an SQLite database, read as its file format is documented: the
 * B-tree of a table, overflow chains, and the committed frames of a write-ahead log.
 */
final class SqliteStore {

    private static final String MAGIC = "SQLite format 3\0";
    private static final int INTERIOR = 5;
    private static final int LEAF = 13;
    private static final int MAX_DEPTH = 40;
    private static final int FILE_HEADER = 100;

    /** Takes a row: the values of a record as they are stored. */
    @FunctionalInterface
    private interface Rows {
        void row(byte[] payload) throws UnreadableException;
    }

    private final Content file;
    private final @Nullable Content wal;
    private final int pageSize;
    private final int usable;
    private final Map<Long, Long> newer;
    private final long pages;
    private final BitSet seen = new BitSet();
    private final byte[] page;

    private SqliteStore(Content file, @Nullable Content wal) throws UnreadableException {
        this.file = file;
        this.wal = wal;
        if (!RpmDatabase.text(file.bytes(0, 16), 0, 16).equals(MAGIC)) {
            throw new UnreadableException("does not begin as an SQLite database does");
        }
        int size = file.u16(16, true);
        pageSize = size == 1 ? 65_536 : size;
        usable = pageSize - file.u8(20);
        if (pageSize < 512 || Integer.bitCount(pageSize) != 1 || usable < 480) {
            throw new UnreadableException("says pages of %d bytes".formatted(pageSize));
        }
        newer = wal == null ? Map.of() : frames(wal, pageSize);
        // No sound database has more pages than there is room for in both files together.
        pages = (file.size() + (wal == null ? 0 : wal.size())) / pageSize;
        page = new byte[pageSize];
    }

    static void walk(Content file, @Nullable Content wal, RpmDatabase.Headers headers)
            throws UnreadableException {
        var store = new SqliteStore(file, wal);
        long[] root = {0};
        store.table(
                1,
                0,
                payload -> {
                    var record = new Record(payload);
                    if (record.text(0).equals("table") && record.text(1).equals("Packages")) {
                        root[0] = record.integer(3);
                    }
                });
        if (root[0] < 1) {
            throw new UnreadableException("has no table of packages");
        }
        store.table(root[0], 0, payload -> headers.header(new Record(payload).blob(1)));
    }

    /** Whether this is the journal of a transaction that has yet to be rolled back. */
    static boolean isHotJournal(Content journal) {
        try {
            return journal.u32(0, true) == 0xd9d505f9L && journal.u32(4, true) == 0x20a163d7L;
        } catch (UnreadableException _) {
            return false; // shorter than any journal
        }
    }

    /**
     * Where the log has the newest committed content of each page. A frame counts if its salts are
     * those of the log and its checksum, which goes on from frame to frame, is right; what follows
     * the last commit does not count.
     */
    private static Map<Long, Long> frames(Content wal, int pageSize) throws UnreadableException {
        long magic = wal.u32(0, true);
        if ((magic & ~1L) != 0x377f0682L) {
            throw new UnreadableException(
                    "has a write-ahead log that begins with %08x".formatted(magic));
        }
        if (wal.u32(8, true) != pageSize) {
            throw new UnreadableException(
                    "has a write-ahead log for pages of %d bytes".formatted(wal.u32(8, true)));
        }
        boolean bigEndian = (magic & 1) != 0;
        var sum = new Checksum(bigEndian);
        sum.add(wal, 0, 24);
        var committed = new HashMap<Long, Long>();
        if (!sum.is(wal.u32(24, true), wal.u32(28, true))) {
            return committed; // SQLite ignores such a log
        }
        var open = new HashMap<Long, Long>();
        for (long at = 32; at + 24 + pageSize <= wal.size(); at += 24 + pageSize) {
            if (wal.u32(at + 8, true) != wal.u32(16, true)
                    || wal.u32(at + 12, true) != wal.u32(20, true)) {
                break;
            }
            sum.add(wal, at, 8);
            sum.add(wal, at + 24, pageSize);
            if (!sum.is(wal.u32(at + 16, true), wal.u32(at + 20, true))) {
                break;
            }
            open.put(wal.u32(at, true), at + 24);
            if (wal.u32(at + 4, true) != 0) {
                committed.putAll(open);
                open.clear();
            }
        }
        return committed;
    }

    private static final class Checksum {
        private final boolean bigEndian;
        private int first;
        private int second;

        Checksum(boolean bigEndian) {
            this.bigEndian = bigEndian;
        }

        void add(Content wal, long from, int length) throws UnreadableException {
            for (long at = from; at < from + length; at += 8) {
                first += (int) wal.u32(at, bigEndian) + second;
                second += (int) wal.u32(at + 4, bigEndian) + first;
            }
        }

        boolean is(long one, long two) {
            return first == (int) one && second == (int) two;
        }
    }

    /** Walks the tree under a page. Each page of a sound database is met once. */
    private void table(long number, int depth, Rows rows) throws UnreadableException {
        if (depth > MAX_DEPTH) {
            throw new UnreadableException("has a tree more than %d deep".formatted(MAX_DEPTH));
        }
        load(number);
        var node = page.clone();
        int head = number == 1 ? FILE_HEADER : 0;
        int type = node[head] & 0xff;
        if (type != INTERIOR && type != LEAF) {
            throw new UnreadableException(
                    "has a page of type %d at %d of a table".formatted(type, number));
        }
        int cells = u16(node, head + 3);
        int index = head + (type == INTERIOR ? 12 : 8);
        if (index + 2 * cells > usable) {
            throw new UnreadableException("has %d rows in page %d".formatted(cells, number));
        }
        for (int i = 0; i < cells; i++) {
            int cell = u16(node, index + 2 * i);
            if (type == INTERIOR) {
                table(u32(node, cell), depth + 1, rows);
            } else {
                rows.row(payload(node, cell));
            }
        }
        if (type == INTERIOR) {
            table(u32(node, head + 8), depth + 1, rows);
        }
    }

    /** Section 1.6: what fits stays in the page, the rest is in a chain of overflow pages. */
    private byte[] payload(byte[] node, int cell) throws UnreadableException {
        var cursor = new Cursor(node, cell);
        long length = cursor.varint();
        cursor.varint();
        int whole = usable - 35;
        if (length < 0 || length > file.size() + (wal == null ? 0 : wal.size())) {
            throw new UnreadableException("has a row of %d bytes".formatted(length));
        }
        int local = (int) Math.min(length, whole);
        if (length > whole) {
            int least = (usable - 12) * 32 / 255 - 23;
            long fit = least + (length - least) % (usable - 4);
            local = (int) (fit <= whole ? fit : least);
        }
        int from = cursor.at;
        if (from + local > node.length) {
            throw new UnreadableException("has a row that leaves its page");
        }
        var bytes = new byte[(int) length];
        System.arraycopy(node, from, bytes, 0, local);
        int done = local;
        long next = local < length ? u32(node, from + local) : 0;
        while (done < bytes.length) {
            load(next);
            int count = Math.min(usable - 4, bytes.length - done);
            System.arraycopy(page, 4, bytes, done, count);
            done += count;
            next = u32(page, 0);
        }
        return bytes;
    }

    /** Puts a page into the buffer; a page that comes again is a cycle. */
    private void load(long number) throws UnreadableException {
        if (number < 1 || number > pages || seen.get((int) number)) {
            throw new UnreadableException(
                    "leads to page %d of %d, again or outside".formatted(number, pages));
        }
        seen.set((int) number);
        var logged = newer.get(number);
        if (logged != null && wal != null) {
            wal.copy(logged, page, 0, pageSize);
        } else {
            file.copy((number - 1) * pageSize, page, 0, pageSize);
        }
    }

    private static int u16(byte[] bytes, int at) throws UnreadableException {
        if (at < 0 || at + 2 > bytes.length) {
            throw new UnreadableException("has a page that points outside itself");
        }
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    private static long u32(byte[] bytes, int at) throws UnreadableException {
        return (long) u16(bytes, at) << 16 | u16(bytes, at + 2);
    }

    /** Reads numbers of one to nine bytes, the high bit of each telling that more follow. */
    private static final class Cursor {
        private final byte[] bytes;
        private int at;

        Cursor(byte[] bytes, int at) {
            this.bytes = bytes;
            this.at = at;
        }

        long varint() throws UnreadableException {
            long value = 0;
            for (int i = 0; i < 9; i++) {
                if (at < 0 || at >= bytes.length) {
                    throw new UnreadableException("has a number that leaves its page");
                }
                int next = bytes[at++];
                if (i == 8) {
                    return value << 8 | next & 0xff;
                }
                value = value << 7 | next & 0x7f;
                if (next >= 0) {
                    return value;
                }
            }
            return value;
        }
    }

    /** A row: the lengths and types of its values, then the values. */
    private static final class Record {
        private final byte[] payload;
        private final long[] types = new long[8];
        private final int[] starts = new int[8];
        private int columns;

        Record(byte[] payload) throws UnreadableException {
            this.payload = payload;
            var cursor = new Cursor(payload, 0);
            long header = cursor.varint();
            if (header < 1 || header > payload.length) {
                throw new UnreadableException("has a row whose head leaves it");
            }
            long start = header;
            while (cursor.at < header && columns < types.length) {
                long type = cursor.varint();
                types[columns] = type;
                starts[columns++] = (int) start;
                start += length(type);
                if (start > payload.length || start < 0) {
                    throw new UnreadableException("has a row whose values leave it");
                }
            }
        }

        private static long length(long type) throws UnreadableException {
            if (type < 0) {
                throw new UnreadableException("has a value of type %d".formatted(type));
            }
            return switch ((int) Math.min(type, 12)) {
                case 0, 8, 9, 10, 11 -> 0;
                case 1 -> 1;
                case 2 -> 2;
                case 3 -> 3;
                case 4 -> 4;
                case 5 -> 6;
                case 6, 7 -> 8;
                default -> (type - 12) / 2;
            };
        }

        String text(int column) throws UnreadableException {
            if (column >= columns || types[column] < 13 || types[column] % 2 == 0) {
                return "";
            }
            return RpmDatabase.text(
                    payload, starts[column], starts[column] + (int) length(types[column]));
        }

        long integer(int column) throws UnreadableException {
            if (column >= columns || types[column] > 9 || types[column] == 7) {
                return 0;
            }
            if (types[column] >= 8) {
                return types[column] - 8;
            }
            long value = 0;
            for (int i = 0; i < length(types[column]); i++) {
                value = value << 8 | payload[starts[column] + i] & 0xff;
            }
            return value;
        }

        byte[] blob(int column) throws UnreadableException {
            if (column >= columns || types[column] < 12 || types[column] % 2 != 0) {
                throw new UnreadableException("has a row without the header of a package");
            }
            int from = starts[column];
            var blob = new byte[(int) length(types[column])];
            System.arraycopy(payload, from, blob, 0, blob.length);
            return blob;
        }
    }
}
