package org.imprimatur.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A raw disk; what is not written stays a hole of the file. */
final class RawWriter implements DiskWriter {

    private final FileChannel file;
    private final long size;
    private long written;

    RawWriter(FileChannel file, long size) {
        this.file = file;
        this.size = size;
    }

    @Override
    public void block(long offset, byte[] bytes, int at, int length) throws IOException {
        DiskWriter.write(file, offset, ByteBuffer.wrap(bytes, at, length));
        written = offset + length;
    }

    @Override
    public void finish() throws IOException {
        if (written < size) {
            DiskWriter.write(file, size - 1, ByteBuffer.allocate(1));
        }
    }
}
