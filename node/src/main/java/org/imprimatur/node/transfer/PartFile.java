package org.imprimatur.node.transfer;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.imprimatur.node.transfer.ByteRanges.Range;

/**
 * A file on its way into the store, of which some bytes are there. What is there is never written
 * again, so that whoever has digested it has digested what will be seen. Safe for threads, and for
 * their interruption.
 */
final class PartFile implements AutoCloseable {

    private final long bytes;
    private final RandomAccessFile file;
    private final Path path;
    private final PartMap map;

    // All guarded by this.
    private final ByteRanges have;
    private final ByteRanges taken = new ByteRanges(); // what is there, and what somebody fetches
    private boolean closed;

    private PartFile(long bytes, Path path, RandomAccessFile file, PartMap map, ByteRanges have) {
        this.bytes = bytes;
        this.path = path;
        this.file = file;
        this.map = map;
        this.have = have;
        have.ranges().forEach(range -> taken.add(range.from(), range.to()));
    }

    /**
     * Goes on with what is there. A file without a map was gathered from its beginning, or was
     * taken back from the store.
     */
    static PartFile open(Path path, Path mapPath, long bytes) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.delete(path);
        }
        var map = new PartMap(mapPath);
        boolean mapped = Files.exists(mapPath, LinkOption.NOFOLLOW_LINKS);
        var file = new RandomAccessFile(path.toFile(), "rw");
        try {
            long length = file.length();
            var have = new ByteRanges();
            if (mapped) {
                have = map.read(bytes).orElse(have);
                have.remove(length, Long.MAX_VALUE);
            } else if (length <= bytes) {
                have.add(0, length);
            }
            if (length > bytes) {
                file.setLength(0);
                have.clear();
            }
            map.write(bytes, have);
            return new PartFile(bytes, path, file, map, have);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    Path path() {
        return path;
    }

    /** The size of the whole. */
    long bytes() {
        return bytes;
    }

    /** How many bytes are there. */
    synchronized long have() {
        return have.count();
    }

    synchronized boolean whole() {
        return have.count() == bytes;
    }

    /** The first bytes at or after {@code from} and before {@code end} that are missing. */
    synchronized Optional<Range> gap(long from, long end) {
        return have.gap(from, Math.min(end, bytes));
    }

    /** Bytes, at most so many, that are missing and that nobody else fetches: to be released. */
    synchronized Optional<Range> claim(long most) {
        var piece =
                taken.gap(0, bytes)
                        .map(gap -> new Range(gap.from(), Math.min(gap.to(), gap.from() + most)));
        piece.ifPresent(range -> taken.add(range.from(), range.to()));
        return piece;
    }

    /** What of these bytes has not come is missing again. */
    synchronized void release(Range piece) {
        for (var gap = have.gap(piece.from(), piece.to());
                gap.isPresent();
                gap = have.gap(gap.get().to(), piece.to())) {
            taken.remove(gap.get().from(), gap.get().to());
        }
    }

    /** Takes bytes of the file; those that are there already are left out. */
    synchronized void write(long at, byte[] from, int offset, int length) throws IOException {
        long end = at + length;
        for (var gap = have.gap(at, end); gap.isPresent(); gap = have.gap(gap.get().to(), end)) {
            var range = gap.get();
            file.seek(range.from());
            file.write(from, offset + (int) (range.from() - at), (int) range.length());
            have.add(range.from(), range.to());
            taken.add(range.from(), range.to());
        }
        notifyAll();
    }

    /** Reads bytes that are there. */
    synchronized void read(long at, byte[] into, int offset, int length) throws IOException {
        file.seek(at);
        file.readFully(into, offset, length);
    }

    /**
     * Waits until there are more bytes than these from the beginning on, without a gap.
     *
     * @return how many; no more than these when the file was closed
     */
    synchronized long awaitPrefix(long beyond) throws InterruptedException {
        while (!closed && have.prefix() <= beyond && beyond < bytes) {
            wait();
        }
        return closed ? beyond : have.prefix();
    }

    /** Brings to disk what is there, and then the knowledge of it. */
    void save() throws IOException {
        var known = new ByteRanges();
        synchronized (this) {
            have.ranges().forEach(range -> known.add(range.from(), range.to()));
        }
        file.getFD().sync();
        map.write(bytes, known);
    }

    /** Throws all of it away. Nobody else may use it meanwhile. */
    synchronized void discard() throws IOException {
        have.clear();
        taken.clear();
        map.write(bytes, have);
        file.setLength(0);
    }

    /** Brings a whole file to disk, and forgets how it came. */
    void finish() throws IOException {
        file.getFD().sync();
        map.delete();
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        file.close();
    }
}
