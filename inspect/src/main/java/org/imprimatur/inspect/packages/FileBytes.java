package org.imprimatur.inspect.packages;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.imprimatur.disk.ByteSink;
import org.imprimatur.inspect.facts.UnreadableException;

/**
 * Parts of a file out of order. Its beginning and its end are at hand from the one pass over all
 * files; for anything else the file is read again up to where it is wanted, a bounded number of
 * times.
 */
final class FileBytes {

    static final int HEAD = 4096;
    static final int TAIL = 1 << 16;

    /** So often a file may be read in any case, and until so much of it was read. */
    private static final int MAX_READS = 48;

    private static final long MAX_READ_BYTES = 4L << 30;

    /** Gives the whole content of the file to a sink, without its holes. */
    @FunctionalInterface
    interface Source {
        void read(ByteSink sink) throws IOException;
    }

    /** A part of a file. */
    record Range(long offset, int length) {}

    /** All that was asked for has been read. */
    private static final class EnoughException extends IOException {
        private static final long serialVersionUID = 1;

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    private final long size;
    private final byte[] head;
    private final byte[] tail;
    private final Source source;
    private int reads;
    private long readBytes;

    /**
     * @param head the first bytes, as many as are at hand
     * @param tail the last bytes, as many as are at hand
     */
    FileBytes(long size, byte[] head, byte[] tail, Source source) {
        this.size = size;
        this.head = head;
        this.tail = tail;
        this.source = source;
    }

    /** Bytes in memory. */
    static FileBytes of(byte[] bytes) {
        return new FileBytes(
                bytes.length, bytes, bytes, sink -> sink.accept(0, bytes, 0, bytes.length));
    }

    /** A part of this file as a file of its own, read through this one. */
    FileBytes slice(long offset, long length) throws UnreadableException {
        if (offset < 0 || length < 0 || length > size - offset) {
            throw new UnreadableException(
                    "points to %d bytes at %d, and has %d".formatted(length, offset, size));
        }
        return new FileBytes(
                length,
                new byte[0],
                new byte[0],
                sink -> {
                    count(offset + length);
                    readPart(sink, offset, length);
                });
    }

    private void count(long bytes) throws TooMuchException {
        readBytes += bytes;
        if (++reads > MAX_READS && readBytes > MAX_READ_BYTES) {
            throw new TooMuchException("asks to be read more than %d times".formatted(reads - 1));
        }
    }

    private void readPart(ByteSink sink, long start, long length) throws IOException {
        source.read(
                (offset, buffer, from, count) -> {
                    long first = Math.max(offset, start);
                    long last = Math.min(offset + count, start + length);
                    if (first < last) {
                        sink.accept(
                                first - start,
                                buffer,
                                from + (int) (first - offset),
                                (int) (last - first));
                    }
                });
    }

    long size() {
        return size;
    }

    /**
     * A part of the file.
     *
     * @throws UnreadableException if it goes beyond the end, or the file was read too often
     */
    byte[] read(long offset, long length) throws IOException {
        return read(List.of(range(offset, length))).getFirst();
    }

    /** A part that is checked to be inside the file. */
    Range range(long offset, long length) throws UnreadableException {
        if (offset < 0 || length < 0 || length > size - offset || length > Integer.MAX_VALUE - 8) {
            throw new UnreadableException(
                    "points to %d bytes at %d, and has %d".formatted(length, offset, size));
        }
        return new Range(offset, (int) length);
    }

    /** Several parts by one reading at most. The caller bounds how much they are together. */
    List<byte[]> read(List<Range> ranges) throws IOException {
        var parts = new ArrayList<byte[]>();
        var missing = new ArrayList<Integer>();
        long end = 0;
        for (int i = 0; i < ranges.size(); i++) {
            var range = ranges.get(i);
            long tailAt = size - tail.length;
            if (range.offset + range.length <= head.length) {
                int from = (int) range.offset;
                parts.add(Arrays.copyOfRange(head, from, from + range.length));
            } else if (range.offset >= tailAt) {
                int from = (int) (range.offset - tailAt);
                parts.add(Arrays.copyOfRange(tail, from, from + range.length));
            } else {
                parts.add(new byte[range.length]);
                missing.add(i);
                end = Math.max(end, range.offset + range.length);
            }
        }
        if (!missing.isEmpty()) {
            count(end);
            fill(ranges, parts, missing, end);
        }
        return parts;
    }

    private void fill(List<Range> ranges, List<byte[]> parts, List<Integer> missing, long end)
            throws IOException {
        try {
            source.read(
                    (offset, buffer, from, length) -> {
                        for (int i : missing) {
                            copy(ranges.get(i), parts.get(i), offset, buffer, from, length);
                        }
                        if (offset + length >= end) {
                            throw new EnoughException();
                        }
                    });
        } catch (EnoughException _) {
            // as intended
        }
    }

    private static void copy(
            Range range, byte[] part, long offset, byte[] buffer, int from, int length) {
        long start = Math.max(offset, range.offset);
        long stop = Math.min(offset + length, range.offset + range.length);
        if (start < stop) {
            System.arraycopy(
                    buffer,
                    from + (int) (start - offset),
                    part,
                    (int) (start - range.offset),
                    (int) (stop - start));
        }
    }
}
