package org.imprimatur.node.transfer;

import java.io.IOException;
import java.io.InterruptedIOException;
import org.imprimatur.disk.BlockDevice;
import org.imprimatur.disk.CorruptImageException;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.node.transfer.ByteRanges.Range;

/**
 * A file that can be read before it is there: what is asked for and missing is brought first. For a
 * few places of a large file; who wants more gets a {@link FetchFailed}, since every place costs a
 * request of its own.
 */
final class ArrivingFile implements BlockDevice {

    private static final int PIECE = 1 << 16;

    /** The tables of a qcow2 disk of 512 GiB with the usual clusters. */
    private static final int MOST_REQUESTS = 1024;

    private final PartFile part;
    private final Gathering gathering;
    private int requests;

    ArrivingFile(PartFile part, Gathering gathering) {
        this.part = part;
        this.gathering = gathering;
    }

    @Override
    public long size() {
        return part.bytes();
    }

    @Override
    public synchronized void read(long offset, byte[] into, int at, int length) throws IOException {
        if (offset < 0 || length < 0 || offset > size() - length) {
            throw new CorruptImageException(
                    "%d bytes at offset %d of a file of %d".formatted(length, offset, size()));
        }
        long from = offset / PIECE * PIECE;
        long end = (offset + length + PIECE - 1) / PIECE * PIECE;
        for (var gap = part.gap(from, end); gap.isPresent(); gap = part.gap(from, end)) {
            bring(gap.get());
        }
        part.read(offset, into, at, length);
    }

    private void bring(Range missing) throws IOException {
        if (++requests > MOST_REQUESTS) {
            throw new FetchFailed("its tables are in more than %d places".formatted(MOST_REQUESTS));
        }
        try {
            gathering.bring(missing);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while tables were fetched");
        }
    }

    @Override
    public long nextData(long offset) {
        return offset;
    }

    @Override
    public long nextHole(long offset) {
        return size();
    }

    @Override
    public void close() {
        // The part belongs to whoever gathers it.
    }
}
