package org.imprimatur.inspect.keys;

import java.util.ArrayList;
import java.util.List;

/** Collects the private keys of content of any length, through one buffer of bounded size. */
public final class KeyCollector {

    private static final int BUFFER = 4 * PrivateKeys.MAX_BLOCK;

    /** A file with more keys than this is refused a longer list; it is found out all the same. */
    private static final int MAX_KEYS = 64;

    private final byte[] buffer = new byte[BUFFER];
    private final List<PrivateKey> keys = new ArrayList<>();
    private int filled;
    private long next;

    /** Takes a piece of a file; pieces come in rising order, with holes between them. */
    public void accept(long offset, byte[] piece, int from, int length) {
        if (offset != next) {
            drain(true); // no key goes on over a hole
        }
        next = offset + length;
        int at = from;
        int left = length;
        while (left > 0) {
            int count = Math.min(left, BUFFER - filled);
            System.arraycopy(piece, at, buffer, filled, count);
            filled += count;
            at += count;
            left -= count;
            if (filled == BUFFER) {
                drain(false);
            }
        }
    }

    /** The keys of everything taken until now, at most 64. The collector is then as new. */
    public List<PrivateKey> finish() {
        drain(true);
        next = 0;
        var all = List.copyOf(keys);
        keys.clear();
        return all;
    }

    /** Looks through the buffer; unless at the end, keeps what may be the beginning of a block. */
    private void drain(boolean atEnd) {
        int keepFrom = Math.max(0, filled - PrivateKeys.BEGIN.length + 1);
        int at = PrivateKeys.indexOfBegin(buffer, 0, filled);
        while (at >= 0) {
            if (!atEnd && filled - at < PrivateKeys.MAX_BLOCK) {
                keepFrom = at;
                break;
            }
            var key = PrivateKeys.at(buffer, at, filled);
            if (key != null && keys.size() < MAX_KEYS) {
                keys.add(key);
            }
            at = PrivateKeys.indexOfBegin(buffer, at + PrivateKeys.BEGIN.length, filled);
        }
        if (atEnd) {
            filled = 0;
        } else {
            filled -= keepFrom;
            System.arraycopy(buffer, keepFrom, buffer, 0, filled);
        }
    }
}
