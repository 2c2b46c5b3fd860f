package org.imprimatur.disk;

import java.io.IOException;
import java.util.Arrays;

/** Finds where a device stops being zero. */
final class ZeroSearch {

    private static final int CHUNK = 1 << 18;
    private static final byte[] ZEROS = new byte[CHUNK];

    private ZeroSearch() {}

    /** The first byte in {@code [from, to)} that is not zero, or {@code to}. */
    static long firstNonZero(BlockDevice device, long from, long to) throws IOException {
        byte[] buffer = new byte[(int) Math.min(CHUNK, Math.max(0, to - from))];
        long at = from;
        while (at < to) {
            at = device.nextData(at);
            if (at >= to) {
                return to;
            }
            int length = (int) Math.min(buffer.length, to - at);
            device.read(at, buffer, 0, length);
            int found = Arrays.mismatch(buffer, 0, length, ZEROS, 0, length);
            if (found >= 0) {
                return at + found;
            }
            at += length;
        }
        return to;
    }

    /** Whether {@code length} bytes are all zero. */
    static boolean isZero(byte[] bytes, int from, int length) {
        for (int done = 0; done < length; done += CHUNK) {
            int step = Math.min(CHUNK, length - done);
            if (Arrays.mismatch(bytes, from + done, from + done + step, ZEROS, 0, step) >= 0) {
                return false;
            }
        }
        return true;
    }
}
