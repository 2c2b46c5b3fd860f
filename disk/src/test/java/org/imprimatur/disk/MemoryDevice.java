package org.imprimatur.disk;

/** Bytes as a device. */
final class MemoryDevice implements BlockDevice {

    private final byte[] bytes;

    MemoryDevice(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) throws CorruptImageException {
        Ranges.check("a read", offset, length, bytes.length);
        System.arraycopy(bytes, (int) offset, into, at, length);
    }

    @Override
    public long nextData(long offset) {
        return Math.min(offset, bytes.length);
    }

    @Override
    public long nextHole(long offset) {
        return bytes.length;
    }

    @Override
    public void close() {
        // Nothing to release.
    }
}
