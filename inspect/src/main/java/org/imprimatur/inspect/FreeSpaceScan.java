package org.imprimatur.inspect;

import java.io.IOException;
import java.util.Arrays;
import org.imprimatur.disk.FreeSpace;
import org.imprimatur.disk.ImageException;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.secrets.SecretSearch;

/** Counts what free space holds, and searches it for secrets where that is asked for. */
final class FreeSpaceScan {

    /** The unit of counting: how much of a disk is usually written at least. */
    private static final int UNIT = 4096;

    private static final byte[] ZEROS = new byte[UNIT];

    private final FreeSpace space;
    private final Found found;
    private final boolean search;
    private final SecretSearch secrets = new SecretSearch();
    private long used;
    private long firstUsed = -1;
    private long runStart = -1;
    private long runEnd = -1;

    FreeSpaceScan(FreeSpace space, Found found, boolean search) {
        this.space = space;
        this.found = found;
        this.search = search;
    }

    /**
     * Reads the free space.
     *
     * @throws ImageException when it is not known for certain what is free; what was counted until
     *     then is lost, what was found is not
     */
    void run() throws IOException {
        try {
            long bytes = space.read(this::accept);
            if (space.kind() != FreeSpace.Kind.DISK) {
                found.add(
                        new org.imprimatur.inspect.facts.FreeSpace(
                                space.where(), bytes, used, firstUsed));
            }
        } finally {
            endOfRun();
        }
    }

    private void accept(long offset, byte[] buffer, int from, int length) {
        int at = from;
        int end = from + length;
        while (at < end) {
            // Units are those of the volume, wherever a piece begins.
            long place = offset + (at - from);
            int step = (int) Math.min(end - at, UNIT - place % UNIT);
            int different = Arrays.mismatch(buffer, at, at + step, ZEROS, 0, step);
            if (different >= 0) {
                used += step;
                if (firstUsed < 0) {
                    firstUsed = place + different;
                }
                if (search) {
                    search(place, buffer, at, step);
                }
            }
            at += step;
        }
    }

    /** A run of bytes that are not all zero, piece by piece; secrets do not go on over a gap. */
    private void search(long offset, byte[] buffer, int from, int length) {
        if (offset != runEnd) {
            endOfRun();
            runStart = offset;
            secrets.begin("");
        }
        runEnd = offset + length;
        secrets.accept(offset - runStart, buffer, from, length);
    }

    private void endOfRun() {
        if (runStart >= 0) {
            found.sightings(
                    "%s:free space at %d".formatted(space.where(), runStart), "", secrets.finish());
            runStart = -1;
        }
    }
}
