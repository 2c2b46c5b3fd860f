package org.imprimatur.inspect.packages;

import java.util.HashSet;
import org.imprimatur.inspect.facts.UnreadableException;

/**
 * RPM's own store of headers, as SUSE uses it: pages of slots, each naming a blob of 16-byte
 * blocks. All numbers are little-endian.
 */
final class NdbStore {

    private static final long MAGIC = 0x506d7052; // RpmP
    private static final long SLOT = 0x746f6c53; // Slot
    private static final long BLOB = 0x53626c42; // BlbS
    private static final long BLOB_END = 0x45626c42; // BlbE
    private static final int PAGE = 4096;
    private static final int BLOCK = 16;
    private static final int HEAD = 32;

    private NdbStore() {}

    static void walk(Content content, RpmDatabase.Headers headers) throws UnreadableException {
        long magic = content.u32(0, false);
        long version = content.u32(4, false);
        if (magic != MAGIC || version != 0) {
            throw new UnreadableException(
                    "begins with %08x and version %d, which is no NDB database"
                            .formatted(magic, version));
        }
        long end = content.u32(12, false) * PAGE;
        if (end > content.size()) {
            throw new UnreadableException(
                    "says %d bytes of slots, and has %d".formatted(end, content.size()));
        }
        var seen = new HashSet<Long>();
        for (long slot = HEAD; slot + BLOCK <= end; slot += BLOCK) {
            if (content.u32(slot, false) != SLOT) {
                throw new UnreadableException("has no slot at %d".formatted(slot));
            }
            long index = content.u32(slot + 4, false);
            long start = content.u32(slot + 8, false) * BLOCK;
            if (index == 0 || start == 0) {
                continue; // free
            }
            if (!seen.add(start)) {
                throw new UnreadableException("names the blob at %d twice".formatted(start));
            }
            headers.header(blob(content, index, start, content.u32(slot + 12, false) * BLOCK));
        }
    }

    private static byte[] blob(Content content, long index, long start, long size)
            throws UnreadableException {
        long length = content.u32(start + 12, false);
        if (content.u32(start, false) != BLOB
                || content.u32(start + 4, false) != index
                || length > size - 2 * BLOCK + 4
                || content.u32(start + size - 8, false) != length
                || content.u32(start + size - 4, false) != BLOB_END) {
            throw new UnreadableException(
                    "has no whole blob of package %d at %d".formatted(index, start));
        }
        return content.bytes(start + BLOCK, length);
    }
}
