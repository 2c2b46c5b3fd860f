package org.imprimatur.trust;

/**
 * How deep the structure of BER bytes goes, found without recursion: a few thousand bytes of nested
 * structure would otherwise use up the stack of whoever reads them.
 */
final class BerDepth {

    private BerDepth() {}

    /** Whether structures nest deeper than {@code limit}; says nothing else about the bytes. */
    static boolean exceeds(byte[] bytes, int limit) {
        // Where each open structure ends; -1 for those that end with two zero bytes.
        var ends = new int[limit];
        int depth = 0;
        int at = 0;
        while (at < bytes.length) {
            while (depth > 0 && ends[depth - 1] >= 0 && at >= ends[depth - 1]) {
                depth--;
            }
            if (at + 1 < bytes.length && bytes[at] == 0 && bytes[at + 1] == 0) {
                if (depth > 0 && ends[depth - 1] < 0) {
                    depth--;
                }
                at += 2;
                continue;
            }
            boolean constructed = (bytes[at] & 0x20) != 0;
            at = afterTag(bytes, at);
            if (at >= bytes.length) {
                return false;
            }
            int first = bytes[at++] & 0xff;
            long length = first;
            if (first > 0x80) {
                int more = first & 0x7f;
                if (more > 4 || at + more > bytes.length) {
                    return false;
                }
                length = 0;
                for (int i = 0; i < more; i++) {
                    length = length << 8 | bytes[at++] & 0xff;
                }
            }
            if (first != 0x80 && length > bytes.length - at) {
                return false;
            }
            if (!constructed) {
                at += (int) (first == 0x80 ? 0 : length);
                continue;
            }
            if (depth == limit) {
                return true;
            }
            ends[depth++] = first == 0x80 ? -1 : at + (int) length;
        }
        return false;
    }

    private static int afterTag(byte[] bytes, int at) {
        boolean longForm = (bytes[at] & 0x1f) == 0x1f;
        int next = at + 1;
        if (longForm) {
            while (next < bytes.length && (bytes[next] & 0x80) != 0) {
                next++;
            }
            next++;
        }
        return next;
    }
}
