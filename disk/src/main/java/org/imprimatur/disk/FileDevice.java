package org.imprimatur.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file as a device. Positional reads, not a mapping: a mapped file that shrinks under its reader
 * takes the whole process down.
 */
final class FileDevice implements BlockDevice {

    private final FileChannel channel;
    private final long size;

    private FileDevice(FileChannel channel, long size) {
        this.channel = channel;
        this.size = size;
    }

    static FileDevice open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new FileDevice(channel, channel.size());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) throws IOException {
        Ranges.check("a read", offset, length, size);
        ByteBuffer buffer = ByteBuffer.wrap(into, at, length);
        long from = offset;
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, from);
            if (count < 0) {
                throw new CorruptImageException(
                        "the file ended at offset %d while it was read; it had %d bytes"
                                .formatted(from, size));
            }
            from += count;
        }
    }

    /** Java cannot ask where a file has holes, and reading one costs little: all may be data. */
    @Override
    public long nextData(long offset) {
        return Math.min(offset, size);
    }

    @Override
    public long nextHole(long offset) {
        return size;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
