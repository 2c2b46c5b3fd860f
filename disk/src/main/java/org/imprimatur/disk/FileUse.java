package org.imprimatur.disk;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Which bytes of a container file are in use. No byte may serve two purposes, so that no chain of
 * tables can loop and a small file cannot stand for endless data; and what serves none is told.
 */
final class FileUse {

    /** More runs than this are refused; runs that touch count as one. */
    private static final int MAX_RUNS = 8 << 20;

    /** How much of what is unused is looked at. */
    private static final long MAX_SEARCHED = 64 << 20;

    private final String format;
    private final BlockDevice file;
    private long[] starts = new long[64];
    private long[] ends = new long[64];
    private int count;

    FileUse(String format, BlockDevice file) {
        this.format = format;
        this.file = file;
    }

    /** The same for one of many things; its name is made only when it is needed. */
    void add(String what, long number, long offset, long length) throws ImageException {
        Ranges.check(what, number, offset, length, file.size());
        add(what, offset, length);
    }

    /** Takes note of a range; refuses one that is not wholly inside the file. */
    void add(String what, long offset, long length) throws ImageException {
        if (!Ranges.isInside(offset, length, file.size())) {
            Ranges.check(what + " of the " + format + " file", offset, length, file.size());
        }
        if (length == 0) {
            return;
        }
        if (count > 0 && ends[count - 1] == offset) {
            ends[count - 1] = offset + length;
            return;
        }
        if (count == MAX_RUNS) {
            throw new UnsupportedImageException(
                    "a %s file in more than %d pieces".formatted(format, MAX_RUNS));
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        starts[count] = offset;
        ends[count] = offset + length;
        count++;
    }

    /**
     * What a reader should know of the bytes that nothing refers to: nothing when they are zeros.
     *
     * @throws CorruptImageException when two ranges overlap
     */
    List<Note> unused() throws IOException {
        checkOverlaps();
        long unused = 0;
        long searched = 0;
        long found = -1;
        long at = 0;
        for (int i = 0; i <= count; i++) {
            long end = i < count ? starts[i] : file.size();
            if (at < end) {
                unused += end - at;
                long until = Math.min(end, at + MAX_SEARCHED - searched);
                searched += until - at;
                if (found < 0) {
                    long data = ZeroSearch.firstNonZero(file, at, until);
                    found = data < until ? data : -1;
                }
            }
            at = i < count ? ends[i] : end;
        }
        if (found >= 0) {
            return List.of(
                    new Note(
                            format,
                            "%d bytes of the file belong to nothing and are not part of the disk; the first that is not zero is at offset %d"
                                    .formatted(unused, found)));
        }
        if (searched < unused) {
            return List.of(
                    new Note(
                            format,
                            "%d bytes of the file belong to nothing and are not part of the disk; the first %d are zeros, the others were not looked at"
                                    .formatted(unused, searched)));
        }
        return List.of();
    }

    /**
     * Refuses what was added up to here when two ranges overlap. Starts and ends can be sorted each
     * for themselves, since runs that do not overlap have both in one order.
     */
    void checkOverlaps() throws CorruptImageException {
        Arrays.sort(starts, 0, count);
        Arrays.sort(ends, 0, count);
        for (int i = 1; i < count; i++) {
            if (starts[i] < ends[i - 1]) {
                throw new CorruptImageException(
                        "offset %d of the %s file is in use for two things: a loop or overlap"
                                .formatted(starts[i], format));
            }
        }
    }
}
