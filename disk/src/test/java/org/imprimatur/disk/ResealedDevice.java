package org.imprimatur.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * A VHD or VHDX file whose checksums were made right again, so that damage reaches what lies behind
 * them. Other files stay as they are.
 */
final class ResealedDevice implements BlockDevice {

    private final BlockDevice device;
    private final TreeMap<Long, byte[]> patches = new TreeMap<>();

    private ResealedDevice(BlockDevice device) {
        this.device = device;
    }

    static BlockDevice of(BlockDevice device) throws IOException {
        var resealed = new ResealedDevice(device);
        if (device.size() < 1024) {
            return device;
        }
        byte[] start = resealed.bytes(0, 512);
        long end = device.size() - 512;
        if (Bytes.has(start, 0, "vhdxfile") && device.size() >= 1 << 20) {
            resealed.crc(64 << 10, 4 << 10);
            resealed.crc(128 << 10, 4 << 10);
            resealed.crc(192 << 10, 64 << 10);
            resealed.crc(256 << 10, 64 << 10);
        } else if (Bytes.has(start, 0, "conectix")) {
            resealed.sum(0, start, 64);
            resealed.patches.put(end, start);
            long header = Bytes.i64be(start, 16);
            if (header >= 512 && header <= end - 1024) {
                resealed.sum(header, resealed.bytes(header, 1024), 36);
            }
        } else if (Bytes.has(resealed.bytes(end, 8), 0, "conectix")) {
            resealed.sum(end, resealed.bytes(end, 512), 64);
        }
        return resealed;
    }

    private byte[] bytes(long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        device.read(offset, bytes, 0, length);
        return bytes;
    }

    private void crc(long offset, int length) throws IOException {
        byte[] bytes = bytes(offset, length);
        ByteBuffer sealed = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        sealed.putInt(4, 0);
        var crc = new CRC32C();
        crc.update(bytes);
        sealed.putInt(4, (int) crc.getValue());
        patches.put(offset, bytes);
    }

    private void sum(long offset, byte[] bytes, int at) {
        ByteBuffer sealed = ByteBuffer.wrap(bytes);
        sealed.putInt(at, 0);
        int sum = 0;
        for (byte each : bytes) {
            sum += each & 0xff;
        }
        sealed.putInt(at, ~sum);
        patches.put(offset, bytes);
    }

    @Override
    public long size() {
        return device.size();
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) throws IOException {
        device.read(offset, into, at, length);
        patches.forEach(
                (place, bytes) -> {
                    long from = Math.max(place, offset);
                    long to = Math.min(place + bytes.length, offset + length);
                    if (from < to) {
                        System.arraycopy(
                                bytes,
                                (int) (from - place),
                                into,
                                at + (int) (from - offset),
                                (int) (to - from));
                    }
                });
    }

    @Override
    public long nextData(long offset) {
        return Math.min(offset, size());
    }

    @Override
    public long nextHole(long offset) {
        return size();
    }

    @Override
    public void close() throws IOException {
        device.close();
    }
}
