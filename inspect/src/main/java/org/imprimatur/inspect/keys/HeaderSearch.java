package org.imprimatur.inspect.keys;

/**
 * Tells whether content may hold a key: whether {@code -----BEGIN } stands anywhere in it. Sees
 * every byte of the disk's files, and is therefore made to look at few of them.
 */
public final class HeaderSearch {

    private static final int OVERLAP = PrivateKeys.BEGIN.length - 1;

    private final byte[] joint = new byte[2 * OVERLAP];
    private int tail;
    private long next;
    private boolean found;

    /** Forgets what it has seen, for the next file. */
    public void reset() {
        tail = 0;
        next = 0;
        found = false;
    }

    /** Takes a piece of a file; pieces come in rising order, with holes between them. */
    public void accept(long offset, byte[] buffer, int from, int length) {
        if (found) {
            return;
        }
        if (offset != next) {
            tail = 0;
        }
        next = offset + length;
        int head = Math.min(length, OVERLAP);
        if (tail > 0) {
            System.arraycopy(buffer, from, joint, tail, head);
            if (PrivateKeys.indexOfBegin(joint, 0, tail + head) >= 0) {
                found = true;
                return;
            }
        }
        if (PrivateKeys.indexOfBegin(buffer, from, from + length) >= 0) {
            found = true;
            return;
        }
        if (length >= OVERLAP) {
            System.arraycopy(buffer, from + length - OVERLAP, joint, 0, OVERLAP);
            tail = OVERLAP;
        } else {
            // A short piece: what is kept is the end of both together.
            if (tail == 0) {
                System.arraycopy(buffer, from, joint, 0, length);
            }
            int all = tail + length;
            int kept = Math.min(all, OVERLAP);
            System.arraycopy(joint, all - kept, joint, 0, kept);
            tail = kept;
        }
    }

    /** Whether the header was seen since the last reset. */
    public boolean found() {
        return found;
    }
}
