package org.imprimatur.disk;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;

/**
 * A disk that lies in pieces in a file: stored as they are, packed, or left out because they are
 * zeros. Where the pieces are is the matter of a {@link Layout}, one for each container format.
 */
final class MappedDevice implements BlockDevice {

    /** Where the disk lies. */
    interface Layout extends Closeable {

        /** The piece that holds this place, which is inside the disk. */
        Piece piece(long offset) throws IOException;

        @Override
        default void close() throws IOException {
            // Most layouts hold nothing that must be given back.
        }
    }

    /** A run of the disk, up to {@code end}, which may be more than the disk has. */
    sealed interface Piece {

        long end();

        record Zeros(long end) implements Piece {}

        /**
         * @param place where in the file the byte is that was asked for
         */
        record Stored(long end, long place) implements Piece {}

        /**
         * @param start where on the disk the unpacked bytes begin
         */
        record Packed(long end, long start, Unpacking bytes) implements Piece {}
    }

    /** Gives the bytes of a packed piece, which must not be written to. */
    interface Unpacking {
        byte[] unpack() throws IOException;
    }

    private final BlockDevice file;
    private final long size;
    private final Layout layout;

    MappedDevice(BlockDevice file, long size, Layout layout) {
        this.file = file;
        this.size = size;
        this.layout = layout;
    }

    /** A part of a file that is a disk as it stands. Unlike a slice, it closes the file. */
    static MappedDevice part(BlockDevice file, long start, long size) throws CorruptImageException {
        Ranges.check("the disk", start, size, file.size());
        return new MappedDevice(file, size, offset -> new Piece.Stored(size, start + offset));
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) throws IOException {
        Ranges.check("a read", offset, length, size);
        long from = offset;
        long until = offset + length;
        while (from < until) {
            int to = at + (int) (from - offset);
            Piece piece = layout.piece(from);
            long end = Math.min(until, piece.end());
            switch (piece) {
                case Piece.Zeros _ -> Arrays.fill(into, to, to + (int) (end - from), (byte) 0);
                case Piece.Stored stored -> {
                    end = joined(from, stored, until);
                    file.read(stored.place(), into, to, (int) (end - from));
                }
                case Piece.Packed packed ->
                        System.arraycopy(
                                packed.bytes().unpack(),
                                (int) (from - packed.start()),
                                into,
                                to,
                                (int) (end - from));
            }
            from = end;
        }
    }

    /** Tells where in the file its bytes stand as they are. */
    void runs(DiskMap.Sink sink) throws IOException {
        for (long at = 0; at < size; ) {
            Piece piece = layout.piece(at);
            long end = Math.min(size, piece.end());
            if (piece instanceof Piece.Stored stored) {
                end = joined(at, stored, size);
                sink.run(at, stored.place(), end - at);
            }
            at = end;
        }
    }

    /** Where the run ends that goes on in the file as it does on the disk. */
    private long joined(long from, Piece.Stored first, long until) throws IOException {
        long end = Math.min(until, first.end());
        while (end < until
                && layout.piece(end) instanceof Piece.Stored next
                && next.place() == first.place() + (end - from)) {
            end = Math.min(until, next.end());
        }
        return end;
    }

    @Override
    public long nextData(long offset) throws IOException {
        long at = offset;
        while (at < size) {
            Piece piece = layout.piece(at);
            long end = Math.min(size, piece.end());
            switch (piece) {
                case Piece.Zeros _ -> {}
                case Piece.Packed _ -> {
                    return at;
                }
                case Piece.Stored stored -> {
                    long data = at + (file.nextData(stored.place()) - stored.place());
                    if (data < end) {
                        return data;
                    }
                }
            }
            at = end;
        }
        return size;
    }

    @Override
    public long nextHole(long offset) throws IOException {
        long at = offset;
        while (at < size) {
            Piece piece = layout.piece(at);
            long end = Math.min(size, piece.end());
            switch (piece) {
                case Piece.Zeros _ -> {
                    return at;
                }
                case Piece.Packed _ -> {}
                case Piece.Stored stored -> {
                    long hole = at + (file.nextHole(stored.place()) - stored.place());
                    if (hole < end) {
                        return hole;
                    }
                }
            }
            at = end;
        }
        return size;
    }

    @Override
    public void close() throws IOException {
        try {
            layout.close();
        } finally {
            file.close();
        }
    }
}
