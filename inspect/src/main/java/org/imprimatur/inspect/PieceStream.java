package org.imprimatur.inspect;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.imprimatur.disk.FileSystem;
import org.imprimatur.disk.Inode;
import org.jspecify.annotations.Nullable;

/**
 * The content of a file as a stream, holes filled with zeros. A thread of its own reads ahead, a
 * few pieces far; it ends when the stream is closed.
 */
final class PieceStream extends InputStream {

    private static final int AHEAD = 4;
    private static final int PIECE = 256 << 10;
    private static final byte[] END = {};

    private final BlockingQueue<byte[]> pieces = new ArrayBlockingQueue<>(AHEAD);
    private final Thread reader;
    private volatile @Nullable IOException fault;
    private volatile @Nullable RuntimeException broken;
    private volatile boolean closed;
    private byte[] piece = {};
    private int at;
    private long filledTo;

    PieceStream(FileSystem fileSystem, Inode file) {
        reader =
                Thread.ofPlatform()
                        .name("archive")
                        .daemon()
                        .unstarted(() -> read(fileSystem, file));
        reader.start();
    }

    private void read(FileSystem fileSystem, Inode file) {
        try {
            fileSystem.read(
                    file,
                    (offset, buffer, from, length) -> {
                        zeros(offset);
                        put(Arrays.copyOfRange(buffer, from, from + length));
                        filledTo = offset + length;
                    });
            zeros(file.size());
        } catch (ClosedException _) {
            return; // nobody waits for the rest
        } catch (IOException e) {
            fault = e;
        } catch (RuntimeException e) {
            broken = e;
        }
        try {
            put(END);
        } catch (ClosedException _) {
            // nobody waits for the end
        }
    }

    private void zeros(long to) throws ClosedException {
        while (filledTo < to) {
            int count = (int) Math.min(PIECE, to - filledTo);
            put(new byte[count]);
            filledTo += count;
        }
    }

    /** Waits in small steps: an interrupt would close the image under everybody's hands. */
    private void put(byte[] next) throws ClosedException {
        try {
            do {
                if (closed) {
                    throw new ClosedException();
                }
            } while (!pieces.offer(next, 20, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts this thread", e);
        }
    }

    /** The stream was closed before its end. */
    private static final class ClosedException extends IOException {
        private static final long serialVersionUID = 1;
    }

    private boolean fill() throws IOException {
        while (at == piece.length) {
            if (piece == END) {
                return false;
            }
            try {
                piece = pieces.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            at = 0;
            if (piece == END) {
                return ended();
            }
        }
        return true;
    }

    private boolean ended() throws IOException {
        var failure = fault;
        if (failure != null) {
            throw failure;
        }
        return false;
    }

    @Override
    public int read() throws IOException {
        return fill() ? piece[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, piece.length - at);
        System.arraycopy(piece, at, into, from, count);
        at += count;
        return count;
    }

    @Override
    public int available() {
        return piece.length - at;
    }

    /** Ends the reading; waits for what is being read just now. */
    @Override
    public void close() {
        closed = true;
        pieces.clear();
        boolean interrupted = false;
        while (reader.isAlive()) {
            try {
                reader.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What went wrong while the file was read, after the stream was closed; null if nothing. */
    @Nullable IOException fault() {
        var bug = broken;
        if (bug != null) {
            throw bug;
        }
        return fault;
    }
}
