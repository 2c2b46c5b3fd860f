package org.imprimatur.inspect.packages;

import java.util.ArrayList;
import java.util.List;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.UnreadableException;
import org.jspecify.annotations.Nullable;

/**
 * The content of a file that has to be read out of order, in pieces of a mebibyte: memory grows
 * with what is there, and is never moved. Every access outside the content is a fault of the file.
 */
final class Content {

    private static final int PIECE = 1 << 20;

    private final List<byte[]> pieces = new ArrayList<>();
    private long size;

    /** The content of these bytes. */
    static Content of(byte[] bytes) {
        var content = new Content();
        content.append(bytes, 0, bytes.length);
        return content;
    }

    /** Reads a file; null if there is none, or it was not read. */
    static @Nullable Content read(ConfigReader reader, String path, long maxBytes) {
        var content = new Content();
        return reader.read(path, maxBytes, content::append) ? content : null;
    }

    private void append(byte[] buffer, int from, int length) {
        int at = from;
        int left = length;
        while (left > 0) {
            int used = (int) (size % PIECE);
            if (used == 0) {
                pieces.add(new byte[PIECE]);
            }
            int count = Math.min(left, PIECE - used);
            System.arraycopy(buffer, at, pieces.getLast(), used, count);
            size += count;
            at += count;
            left -= count;
        }
    }

    long size() {
        return size;
    }

    int u8(long offset) throws UnreadableException {
        check(offset, 1);
        return pieces.get((int) (offset / PIECE))[(int) (offset % PIECE)] & 0xff;
    }

    int u16(long offset, boolean bigEndian) throws UnreadableException {
        int a = u8(offset);
        int b = u8(offset + 1);
        return bigEndian ? a << 8 | b : b << 8 | a;
    }

    long u32(long offset, boolean bigEndian) throws UnreadableException {
        long a = u16(offset, bigEndian);
        long b = u16(offset + 2, bigEndian);
        return bigEndian ? a << 16 | b : b << 16 | a;
    }

    /** A copy of a part; the length is checked against what is there before anything is made. */
    byte[] bytes(long offset, long length) throws UnreadableException {
        check(offset, length);
        var copy = new byte[(int) length];
        copy(offset, copy, 0, copy.length);
        return copy;
    }

    /** Copies a part into an array. */
    void copy(long offset, byte[] to, int at, int length) throws UnreadableException {
        check(offset, length);
        int done = 0;
        while (done < length) {
            long from = offset + done;
            int within = (int) (from % PIECE);
            int count = Math.min(length - done, PIECE - within);
            System.arraycopy(pieces.get((int) (from / PIECE)), within, to, at + done, count);
            done += count;
        }
    }

    private void check(long offset, long length) throws UnreadableException {
        if (offset < 0 || length < 0 || length > size - offset || length > Integer.MAX_VALUE - 8) {
            throw new UnreadableException(
                    "points to %d bytes at %d, and has %d".formatted(length, offset, size));
        }
    }
}
