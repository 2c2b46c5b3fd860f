package org.imprimatur.disk;

import java.io.IOException;

/** A part of another device. */
final class DeviceSlice implements BlockDevice {

    private final BlockDevice whole;
    private final long start;
    private final long size;

    DeviceSlice(BlockDevice whole, long start, long size) throws CorruptImageException {
        Ranges.check("a part of the disk", start, size, whole.size());
        this.whole = whole;
        this.start = start;
        this.size = size;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) throws IOException {
        Ranges.check("a read", offset, length, size);
        whole.read(start + offset, into, at, length);
    }

    @Override
    public long nextData(long offset) throws IOException {
        return offset >= size ? size : Math.min(size, whole.nextData(start + offset) - start);
    }

    @Override
    public long nextHole(long offset) throws IOException {
        return offset >= size ? size : Math.min(size, whole.nextHole(start + offset) - start);
    }

    @Override
    public void close() {
        // Whoever opened the whole device closes it.
    }
}
