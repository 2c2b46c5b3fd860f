package org.imprimatur.disk;

import java.io.IOException;
import java.util.Arrays;

/** The parts of a volume that are in use, collected in any order. */
final class UsedRanges {

    /** Start and end by turns. */
    private long[] ends = new long[64];

    private int size;

    /** Adds a part; an impossible one is not worth keeping. */
    void add(long offset, long length) {
        if (offset < 0 || length <= 0 || offset > Long.MAX_VALUE - length) {
            return;
        }
        // Most parts follow the one before.
        if (size > 0 && ends[size - 1] == offset) {
            ends[size - 1] = offset + length;
            return;
        }
        if (size + 2 > ends.length) {
            ends = Arrays.copyOf(ends, ends.length * 2);
        }
        ends[size] = offset;
        ends[size + 1] = offset + length;
        size += 2;
    }

    /**
     * Gives what is not in use to the sink.
     *
     * @param unit a part in use fills all units that it touches
     */
    void gaps(int unit, long bound, RangeSink sink) throws IOException {
        var parts = new long[size / 2][];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = new long[] {ends[2 * i], ends[2 * i + 1]};
        }
        Arrays.sort(parts, (a, b) -> Long.compare(a[0], b[0]));
        long at = 0;
        for (long[] part : parts) {
            long start = Math.min(part[0] / unit * unit, bound);
            if (start > at) {
                sink.accept(at, start - at);
            }
            long end = part[1] > bound - unit ? bound : (part[1] + unit - 1) / unit * unit;
            at = Math.max(at, end);
        }
        if (at < bound) {
            sink.accept(at, bound - at);
        }
    }
}
