package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts the committed transactions of a journal over a volume, as a kernel does when it mounts. The
 * records are gone through twice: first for the buffers that were given up, whose earlier changes
 * must not be made, then for the changes.
 */
final class XfsReplay {

    private static final int TRANSACTION_MAGIC = 0x5452414e;
    private static final int TRANSACTION_HEADER = 16;
    private static final int MAX_REGIONS = 64;
    private static final long MAX_HELD = 64L << 20;
    private static final int MAX_NAMES = 1 << 20;
    private static final int WORD = 128;

    // Flags of an operation.
    private static final int START = 1;
    private static final int COMMIT = 2;
    private static final int CONTINUE = 4;
    private static final int WAS_CONTINUED = 8;
    private static final int END = 0x10;
    private static final int UNMOUNT = 0x20;

    // Kinds of items.
    private static final int EXTENTS_FREE = 0x1236;
    private static final int EXTENTS_FREED = 0x1237;
    private static final int INODE = 0x123b;
    private static final int BUFFER = 0x123c;
    private static final int QUOTA = 0x123d;
    private static final int QUOTA_OFF = 0x123e;
    private static final int INODES_CREATED = 0x123f;
    private static final int FIRST_INTENT = 0x1240;
    private static final int REMAP = 0x1244;
    private static final int ATTRIBUTE = 0x1246;
    private static final int EXCHANGE = 0x1248;
    private static final int LAST_INTENT = 0x124f;

    // Flags of a buffer.
    private static final int INODES = 1;
    private static final int CANCEL = 2;
    private static final int QUOTAS = 0x4 | 0x8 | 0x10;

    // What is in an item of an inode.
    private static final int DATA = 2 | 4;
    private static final int DATA_ROOT = 8;
    private static final int DEVICE = 0x10;
    private static final int ATTRIBUTES = 0x40 | 0x80;
    private static final int ATTRIBUTES_ROOT = 0x100;
    private static final int OWNER_CHANGED = 0x200 | 0x400;

    private record BufferName(long sector, int sectors) {}

    private static final class Item {
        private final List<byte[]> regions = new ArrayList<>();
        private int total;

        boolean isComplete() {
            return total != 0 && total == regions.size();
        }

        byte[] head() {
            return regions.getFirst();
        }

        int kind() {
            return Bytes.u16le(head(), 0);
        }

        int bufferFlags() {
            return Bytes.u16le(head(), 4);
        }
    }

    private static final class Transaction {
        private final long lsn;
        private final List<Item> items = new ArrayList<>();
        private boolean headed;
        private long held;

        Transaction(long lsn) {
            this.lsn = lsn;
        }
    }

    @FunctionalInterface
    private interface Committed {
        void accept(Transaction transaction) throws IOException;
    }

    private final XfsOverlay volume;
    private final XfsSuperblock superblock;
    private final Map<Integer, Transaction> open = new HashMap<>();
    private final Map<BufferName, Integer> cancelled = new HashMap<>();

    /** Kind by number, of what was announced and not yet done. */
    private final Map<Long, Integer> intents = new TreeMap<>();

    /** Changed since the last stamp, with the record that changed it. */
    private final Map<BufferName, Long> unstamped = new LinkedHashMap<>();

    private long held;
    private long stampedBefore;
    private int transactions;

    XfsReplay(XfsOverlay volume, XfsSuperblock superblock) {
        this.volume = volume;
        this.superblock = superblock;
    }

    int transactions() {
        return transactions;
    }

    /** The first pass over a record. */
    void look(byte[] data, int length, long operations, long lsn) throws IOException {
        operations(data, length, operations, lsn, this::look);
    }

    /** To be called between the passes. */
    void begin() {
        open.clear();
        held = 0;
    }

    /** The second pass over a record. */
    void apply(byte[] data, int length, long operations, long lsn) throws IOException {
        operations(data, length, operations, lsn, this::apply);
    }

    /** To be called behind the last record. */
    void end() throws IOException {
        stamp();
    }

    /** What was announced, was not finished, and would change what is seen. */
    List<String> unfinished() {
        var changes = new ArrayList<String>();
        for (int kind : intents.values()) {
            String change =
                    switch (kind) {
                        case REMAP -> "a change of where a file has its content";
                        case ATTRIBUTE -> "a change of an attribute";
                        case EXCHANGE -> "an exchange of the content of two files";
                        default -> "";
                    };
            if (!change.isEmpty() && changes.size() < MAX_REGIONS) {
                changes.add(
                        "the journal was replayed, but %s was begun that only a kernel can finish"
                                .formatted(change));
            }
        }
        return changes;
    }

    // From operations to transactions.

    private void operations(byte[] data, int length, long operations, long lsn, Committed committed)
            throws IOException {
        int at = 0;
        for (long i = 0; i < operations && at < length; i++) {
            long size = at + 12 > length ? -1 : Bytes.u32be(data, at + 4);
            if (size < 0 || size > length - at - 12) {
                throw new CorruptImageException(
                        "an operation of %d bytes at %d of %d".formatted(size, at, length));
            }
            int flags = Bytes.u8(data, at + 9);
            int number = Bytes.i32be(data, at);
            at += 12;
            Transaction known = open.get(number);
            if (known == null) {
                if ((flags & START) != 0) {
                    if (open.size() >= MAX_NAMES) {
                        throw new CorruptImageException("too many transactions at once");
                    }
                    open.put(number, new Transaction(lsn));
                }
            } else if (operation(known, flags, data, at, (int) size, committed)) {
                open.remove(number);
                held -= known.held;
            }
            at += (int) size;
        }
    }

    /** Returns whether the transaction is over. */
    private boolean operation(
            Transaction transaction, int flags, byte[] data, int at, int size, Committed committed)
            throws IOException {
        int kind = flags & ~END;
        if ((kind & WAS_CONTINUED) != 0) {
            kind &= ~CONTINUE;
        }
        switch (kind) {
            case 0, CONTINUE -> add(transaction, data, at, size);
            case WAS_CONTINUED -> addRest(transaction, data, at, size);
            case COMMIT -> {
                committed.accept(transaction);
                return true;
            }
            case UNMOUNT -> {
                return true;
            }
            default ->
                    throw new CorruptImageException(
                            "an operation with the flags 0x%x".formatted(flags));
        }
        return false;
    }

    private void hold(Transaction transaction, int size) throws UnsupportedImageException {
        // Each region has its cost besides its bytes.
        transaction.held += size + 64;
        held += size + 64;
        if (held > MAX_HELD) {
            throw new UnsupportedImageException(
                    "transactions of more than %d bytes at once".formatted(MAX_HELD));
        }
    }

    private void add(Transaction transaction, byte[] data, int at, int size) throws IOException {
        if (size == 0) {
            return;
        }
        if (!transaction.headed) {
            if (size > TRANSACTION_HEADER
                    || size < 4
                    || Bytes.i32le(data, at) != TRANSACTION_MAGIC) {
                throw new CorruptImageException(
                        "a transaction with a header of %d bytes".formatted(size));
            }
            transaction.headed = size == TRANSACTION_HEADER;
            return;
        }
        hold(transaction, size);
        List<Item> items = transaction.items;
        if (items.isEmpty() || items.getLast().isComplete()) {
            items.add(new Item());
        }
        Item item = items.getLast();
        if (item.total == 0) {
            item.total = size < 4 ? 0 : Bytes.u16le(data, at + 2);
            if (item.total == 0 || item.total > MAX_REGIONS) {
                throw new CorruptImageException("an item of %d regions".formatted(item.total));
            }
        }
        item.regions.add(Arrays.copyOfRange(data, at, at + size));
    }

    private void addRest(Transaction transaction, byte[] data, int at, int size)
            throws IOException {
        if (!transaction.headed) {
            transaction.headed = true;
            return;
        }
        if (transaction.items.isEmpty() || transaction.items.getLast().regions.isEmpty()) {
            throw new CorruptImageException("a rest of %d bytes of nothing".formatted(size));
        }
        List<byte[]> regions = transaction.items.getLast().regions;
        byte[] last = regions.getLast();
        // At most as long as the records it came in: what is copied again counts again.
        hold(transaction, size);
        byte[] longer = Arrays.copyOf(last, last.length + size);
        System.arraycopy(data, at, longer, last.length, size);
        regions.set(regions.size() - 1, longer);
    }

    // From transactions to changes.

    private void look(Transaction transaction) throws IOException {
        for (Item item : transaction.items) {
            if (isBuffer(item) && (item.bufferFlags() & CANCEL) != 0) {
                cancelled.merge(name(item), 1, Integer::sum);
                if (cancelled.size() > MAX_NAMES) {
                    throw new UnsupportedImageException(
                            "more than %d buffers given up".formatted(MAX_NAMES));
                }
            }
        }
    }

    private static boolean isBuffer(Item item) throws CorruptImageException {
        if (!item.isComplete()) {
            throw new CorruptImageException(
                    "an item with %d of %d regions".formatted(item.regions.size(), item.total));
        }
        if (item.kind() != BUFFER) {
            return false;
        }
        if (item.head().length < 20) {
            throw new CorruptImageException(
                    "a buffer described in %d bytes".formatted(item.head().length));
        }
        return true;
    }

    private static BufferName name(Item item) {
        return new BufferName(Bytes.i64le(item.head(), 8), Bytes.u16le(item.head(), 6));
    }

    /** Buffers come before inodes, and what is given up in a transaction counts at its end. */
    private void apply(Transaction transaction) throws IOException {
        if (stampedBefore != transaction.lsn) {
            stamp();
            stampedBefore = transaction.lsn;
        }
        transactions++;
        for (Item item : transaction.items) {
            if (isBuffer(item)) {
                if ((item.bufferFlags() & (CANCEL | INODES | QUOTAS)) == 0
                        && !cancelled.containsKey(name(item))) {
                    buffer(item, transaction.lsn);
                }
            } else if (item.kind() == INODES_CREATED) {
                createInodes(item);
            }
        }
        for (Item item : transaction.items) {
            int kind = item.kind();
            if (kind == INODE) {
                new XfsInodeItem(item.regions).apply(transaction.lsn);
            } else if (isIntent(kind)) {
                intent(item, kind);
            } else if (kind != BUFFER
                    && kind != INODES_CREATED
                    && kind != QUOTA
                    && kind != QUOTA_OFF) {
                throw new UnsupportedImageException("an item of the kind 0x%x".formatted(kind));
            }
        }
        for (Item item : transaction.items) {
            if (item.kind() == BUFFER && (item.bufferFlags() & CANCEL) != 0) {
                cancelled.computeIfPresent(
                        name(item), (_, count) -> count > 1 ? Integer.valueOf(count - 1) : null);
            }
        }
    }

    private static boolean isIntent(int kind) {
        return kind == EXTENTS_FREE
                || kind == EXTENTS_FREED
                || kind >= FIRST_INTENT && kind <= LAST_INTENT;
    }

    /** Even kinds announce, the odd ones behind them say that it is done, by the same number. */
    private void intent(Item item, int kind) throws IOException {
        if (item.head().length < 16) {
            throw new CorruptImageException(
                    "an announcement of %d bytes".formatted(item.head().length));
        }
        long number = Bytes.i64le(item.head(), 8);
        if (kind % 2 == 0) {
            intents.put(number, kind);
            if (intents.size() > MAX_NAMES) {
                throw new UnsupportedImageException(
                        "more than %d announcements".formatted(MAX_NAMES));
            }
        } else {
            intents.remove(number);
        }
    }

    private byte[] current(BufferName name) throws IOException {
        Ranges.check(
                "a buffer in the journal",
                name.sector(),
                name.sectors(),
                volume.size() / XfsOverlay.SECTOR);
        byte[] bytes = new byte[name.sectors() * XfsOverlay.SECTOR];
        volume.read(name.sector() * XfsOverlay.SECTOR, bytes, 0, bytes.length);
        return bytes;
    }

    private void buffer(Item item, long lsn) throws IOException {
        BufferName name = name(item);
        byte[] head = item.head();
        long words = Bytes.u32le(head, 16);
        if (words > (head.length - 20) / 4) {
            throw new CorruptImageException(
                    "a buffer with a map of %d words in %d bytes".formatted(words, head.length));
        }
        if (name.sectors() == 0) {
            return;
        }
        byte[] bytes = current(name);
        if (superblock.checksums() && isNewer(bytes, lsn)) {
            return;
        }
        int bits = (int) words * 32;
        int region = 1;
        int bit = nextBit(head, 0, bits);
        while (bit < bits) {
            int end = bit;
            while (end < bits && isSet(head, end)) {
                end++;
            }
            if (region >= item.regions.size()) {
                throw new CorruptImageException("a buffer with more changes than regions");
            }
            byte[] change = item.regions.get(region);
            int count = Math.min(end - bit, change.length / WORD);
            if (count == 0 || (bit + count) * WORD > bytes.length) {
                throw new CorruptImageException(
                        "a buffer of %d bytes with a change of %d at %d"
                                .formatted(bytes.length, change.length, bit * WORD));
            }
            volume.write(
                    name.sector() * XfsOverlay.SECTOR + (long) bit * WORD, change, 0, count * WORD);
            region++;
            bit = nextBit(head, bit + count, bits);
        }
        unstamped.put(name, lsn);
    }

    private static int nextBit(byte[] head, int from, int bits) {
        int bit = from;
        while (bit < bits && !isSet(head, bit)) {
            bit++;
        }
        return bit;
    }

    private static boolean isSet(byte[] head, int bit) {
        return (Bytes.i32le(head, 20 + bit / 32 * 4) >>> bit % 32 & 1) != 0;
    }

    // When a block was last written.

    private boolean isNewer(byte[] block, long lsn) {
        int place = XfsStamp.place(block);
        if (place < 0
                || !Bytes.uuid(block, XfsStamp.uuid(block)).equals(superblock.metadataUuid())) {
            return false;
        }
        long found = Bytes.i64be(block, place);
        return found != 0 && found != -1 && Long.compareUnsigned(found, lsn) >= 0;
    }

    /**
     * Says in the changed blocks by which record they were changed. Transactions that begin in the
     * same record must not keep each other out, so this waits for the next record.
     */
    private void stamp() throws IOException {
        if (superblock.checksums()) {
            for (Map.Entry<BufferName, Long> each : unstamped.entrySet()) {
                byte[] bytes = current(each.getKey());
                int place = XfsStamp.place(bytes);
                if (place >= 0) {
                    volume.write(
                            each.getKey().sector() * XfsOverlay.SECTOR + place,
                            XfsStamp.bytes(each.getValue()),
                            0,
                            8);
                }
            }
        }
        unstamped.clear();
    }

    // Inodes.

    private void createInodes(Item item) throws IOException {
        byte[] head = item.head();
        if (head.length < 28) {
            throw new CorruptImageException(
                    "new inodes described in %d bytes".formatted(head.length));
        }
        long group = Bytes.u32be(head, 4);
        long block = Bytes.u32be(head, 8);
        long count = Bytes.u32be(head, 12);
        long length = Bytes.u32be(head, 20);
        int size = superblock.inodeSize();
        if (Bytes.u32be(head, 16) != size
                || count == 0
                || count > 2 * 65536 / 256
                || count * size != length << superblock.blockLog()
                || group >= superblock.agCount()
                || block >> superblock.agBlockLog() != 0) {
            throw new CorruptImageException(
                    "%d new inodes of %d bytes at block %d of allocation group %d"
                            .formatted(count, Bytes.u32be(head, 16), block, group));
        }
        long first =
                superblock.linear("new inodes", group << superblock.agBlockLog() | block, length)
                        << superblock.blockLog();
        long end = first + count * size;
        for (BufferName name : cancelled.keySet()) {
            long sector = name.sector() * XfsOverlay.SECTOR;
            if (sector >= first && sector < end) {
                return;
            }
        }
        int perBlockLog = superblock.blockLog() - superblock.inodeLog();
        long number = (group << superblock.agBlockLog() | block) << perBlockLog;
        for (long i = 0; i < count; i++) {
            byte[] inode =
                    XfsStamp.newInode(superblock, number + i, Arrays.copyOfRange(head, 24, 28));
            volume.write(first + i * size, inode, 0, size);
        }
    }

    /** What the journal says of one inode. */
    private final class XfsInodeItem {

        private final List<byte[]> regions;

        XfsInodeItem(List<byte[]> regions) {
            this.regions = regions;
        }

        private byte[] region(int index) throws CorruptImageException {
            if (index >= regions.size()) {
                throw new CorruptImageException(
                        "an inode in %d regions, of which one is missing"
                                .formatted(regions.size()));
            }
            return regions.get(index);
        }

        void apply(long lsn) throws IOException {
            byte[] head = region(0);
            // Old kernels of 32 bits left out the padding.
            int shift = head.length == 52 ? -4 : 0;
            if (head.length < 56 + shift) {
                throw new CorruptImageException(
                        "an inode described in %d bytes".formatted(head.length));
            }
            int fields = Bytes.i32le(head, 4);
            var name = new BufferName(Bytes.i64le(head, 40 + shift), Bytes.i32le(head, 48 + shift));
            int within = Bytes.i32le(head, 52 + shift);
            if (cancelled.containsKey(name)) {
                return;
            }
            if ((fields & OWNER_CHANGED) != 0) {
                throw new UnsupportedImageException("an inode whose tree changes its owner");
            }
            int size = superblock.inodeSize();
            Ranges.check(
                    "an inode in the journal",
                    within,
                    size,
                    (long) name.sectors() * XfsOverlay.SECTOR);
            Ranges.check(
                    "a buffer in the journal",
                    name.sector(),
                    name.sectors(),
                    volume.size() / XfsOverlay.SECTOR);
            long offset = name.sector() * XfsOverlay.SECTOR + within;
            byte[] inode = new byte[size];
            volume.read(offset, inode, 0, size);
            byte[] core = region(1);
            if (Bytes.u16be(inode, 0) != 0x494e
                    || core.length < 96
                    || core.length > size
                    || Bytes.u16le(core, 0) != 0x494e) {
                throw new CorruptImageException(
                        "an inode at sector %d where there is none".formatted(name.sector()));
            }
            if (!isOlder(inode, core, lsn)) {
                return;
            }
            XfsStamp.writeCore(superblock, core, inode, lsn);
            forks(head, 24 + shift, fields, inode);
            volume.write(offset, inode, 0, size);
        }

        private static boolean isOlder(byte[] inode, byte[] core, long lsn) {
            if (Bytes.u8(inode, 4) >= 3) {
                long found = Bytes.i64be(inode, 112);
                return found == 0 || found == -1 || Long.compareUnsigned(found, lsn) <= 0;
            }
            int found = Bytes.u16be(inode, 30);
            int logged = Bytes.u16le(core, 30);
            return found == 0xffff && logged < 0x7fff || logged >= found;
        }

        private void forks(byte[] head, int device, int fields, byte[] inode) throws IOException {
            int start = superblock.inodeCore();
            int attributes = Bytes.u8(inode, 82) * 8;
            int data = attributes == 0 ? inode.length - start : attributes;
            if (data > inode.length - start) {
                throw new CorruptImageException(
                        "an inode with %d bytes of content".formatted(data));
            }
            if ((fields & DEVICE) != 0) {
                XfsStamp.putInt(inode, start, Bytes.i32le(head, device));
            }
            int next = 2;
            if ((fields & DATA) != 0) {
                put(region(next++), inode, start, data);
            } else if ((fields & DATA_ROOT) != 0) {
                root(region(next++), inode, start, data);
            }
            int rest = inode.length - start - attributes;
            if ((fields & ATTRIBUTES) != 0) {
                put(region(next), inode, start + attributes, rest);
            } else if ((fields & ATTRIBUTES_ROOT) != 0) {
                root(region(next), inode, start + attributes, rest);
            }
        }

        private void put(byte[] from, byte[] inode, int at, int room) throws CorruptImageException {
            // Regions are padded to a whole word.
            if (from.length > room + 3) {
                throw new CorruptImageException(
                        "%d bytes of content for an inode with room for %d"
                                .formatted(from.length, room));
            }
            System.arraycopy(from, 0, inode, at, Math.min(from.length, room));
        }

        /** The root of a tree is kept with the header that it would have in a block. */
        private void root(byte[] from, byte[] inode, int at, int room)
                throws CorruptImageException {
            int header = superblock.checksums() ? 72 : 24;
            int records = from.length < header ? -1 : Bytes.u16be(from, 6);
            int most = (from.length - header) / 16;
            int fits = (room - 4) / 16;
            if (records < 0 || records > most || records > fits) {
                throw new CorruptImageException(
                        "a root with %d entries of %d for an inode with room for %d"
                                .formatted(records, most, fits));
            }
            System.arraycopy(from, 4, inode, at, 4);
            System.arraycopy(from, header, inode, at + 4, 8 * records);
            System.arraycopy(from, header + 8 * most, inode, at + 4 + 8 * fits, 8 * records);
        }
    }
}
