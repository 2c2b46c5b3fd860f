package org.imprimatur.inspect.packages;

import java.util.BitSet;
import org.imprimatur.inspect.facts.UnreadableException;

/**
 * A Berkeley DB hash of headers, as RPM used it up to version 4.15, written by a machine of either
 * byte order. Values that do not fit in a page are in chains of overflow pages.
 */
final class BdbStore {

    private static final long MAGIC = 0x061561;
    private static final int PAGE_HEAD = 26;
    private static final int HASH_META = 8;
    private static final int HASH_UNSORTED = 2;
    private static final int HASH = 13;
    private static final int OVERFLOW = 7;
    private static final int ON_PAGE = 1;
    private static final int OFF_PAGE = 3;

    private final Content content;
    private final boolean bigEndian;
    private final int pageSize;
    private final long lastPage;
    private final BitSet overflowSeen = new BitSet();

    private BdbStore(Content content, boolean bigEndian) throws UnreadableException {
        this.content = content;
        this.bigEndian = bigEndian;
        long size = u32(20);
        lastPage = u32(32);
        if (size < 512 || size > 65_536 || Long.bitCount(size) != 1) {
            throw new UnreadableException("says pages of %d bytes".formatted(size));
        }
        pageSize = (int) size;
        if ((lastPage + 1) * pageSize > content.size()) {
            throw new UnreadableException(
                    "ends before its last page, number %d of %d bytes"
                            .formatted(lastPage, pageSize));
        }
        if (content.u8(24) != 0) {
            throw new UnreadableException("is encrypted");
        }
        if (content.u8(25) != HASH_META) {
            throw new UnreadableException(
                    "begins with a page of type %d, not that of a hash".formatted(content.u8(25)));
        }
    }

    static void walk(Content content, RpmDatabase.Headers headers) throws UnreadableException {
        boolean big = content.u32(12, true) == MAGIC;
        if (!big && content.u32(12, false) != MAGIC) {
            throw new UnreadableException(
                    "has %08x at 12, which is no Berkeley DB hash"
                            .formatted(content.u32(12, true)));
        }
        var store = new BdbStore(content, big);
        for (long page = 1; page <= store.lastPage; page++) {
            int type = content.u8(page * store.pageSize + 25);
            if (type == HASH || type == HASH_UNSORTED) {
                store.hashPage(page * store.pageSize, headers);
            }
        }
    }

    /** Keys and values in turn; offsets from the front, the items themselves from the back. */
    private void hashPage(long page, RpmDatabase.Headers headers) throws UnreadableException {
        int entries = u16(page + 20);
        if (PAGE_HEAD + 2 * entries > pageSize || entries % 2 != 0) {
            throw new UnreadableException(
                    "has a page with %d items at %d".formatted(entries, page));
        }
        for (int i = 0; i < entries; i += 2) {
            int before = i == 0 ? pageSize : u16(page + PAGE_HEAD + 2 * (i - 1));
            int key = u16(page + PAGE_HEAD + 2 * i);
            int value = u16(page + PAGE_HEAD + 2 * (i + 1));
            if (value < PAGE_HEAD || key <= value || before <= key || before > pageSize) {
                throw new UnreadableException(
                        "has a page whose items lie over each other at %d".formatted(page));
            }
            if (before - key == 5 && u32(page + key + 1) == 0) {
                continue; // number 0 holds the highest number in use, not a header
            }
            int type = content.u8(page + value);
            switch (type) {
                case ON_PAGE -> headers.header(content.bytes(page + value + 1, key - value - 1));
                case OFF_PAGE -> {
                    if (key - value < 12) {
                        throw new UnreadableException(
                                "has a value of %d bytes that names no page"
                                        .formatted(key - value));
                    }
                    headers.header(overflow(u32(page + value + 4), u32(page + value + 8)));
                }
                default ->
                        throw new UnreadableException(
                                "has a value of type %d at %d".formatted(type, page + value));
            }
        }
    }

    private byte[] overflow(long first, long length) throws UnreadableException {
        if (length > content.size()) {
            throw new UnreadableException(
                    "has a value of %d bytes, more than the file has".formatted(length));
        }
        var value = new byte[(int) length];
        int done = 0;
        for (long page = first; page != 0; ) {
            if (page > lastPage || overflowSeen.get((int) page)) {
                throw new UnreadableException(
                        "has a value whose pages lead to %d, again or outside".formatted(page));
            }
            overflowSeen.set((int) page);
            long at = page * pageSize;
            int count = u16(at + 22);
            if (content.u8(at + 25) != OVERFLOW
                    || count > pageSize - PAGE_HEAD
                    || count > value.length - done) {
                throw new UnreadableException(
                        "has a page of %d bytes that carries on no value".formatted(count));
            }
            content.copy(at + PAGE_HEAD, value, done, count);
            done += count;
            page = u32(at + 16);
        }
        if (done != value.length) {
            throw new UnreadableException(
                    "has a value of %d bytes of which %d are there".formatted(length, done));
        }
        return value;
    }

    private int u16(long at) throws UnreadableException {
        return content.u16(at, bigEndian);
    }

    private long u32(long at) throws UnreadableException {
        return content.u32(at, bigEndian);
    }
}
