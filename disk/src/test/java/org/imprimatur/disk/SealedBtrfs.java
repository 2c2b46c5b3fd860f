package org.imprimatur.disk;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A btrfs with CRC-32C whose superblock and nodes always have the right checksums, whatever else is
 * wrong with them: without it, damage would hardly come further than the checksums.
 */
final class SealedBtrfs implements BlockDevice {

    private static final int SUPERBLOCK = 64 << 10;

    private final BlockDevice device;
    private final byte[] id = new byte[16];

    SealedBtrfs(BlockDevice device) throws IOException {
        this.device = device;
        if (device.size() >= SUPERBLOCK + 48) {
            device.read(SUPERBLOCK + 32, id, 0, id.length);
        }
    }

    @Override
    public long size() {
        return device.size();
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) throws IOException {
        device.read(offset, into, at, length);
        if (length >= 4096 && length <= 65536 && Arrays.equals(into, at + 32, at + 48, id, 0, 16)) {
            var crc = new CRC32C();
            crc.update(into, at + 32, length - 32);
            for (int i = 0; i < 4; i++) {
                into[at + i] = (byte) (crc.getValue() >>> 8 * i);
            }
        }
    }

    @Override
    public long nextData(long offset) throws IOException {
        return device.nextData(offset);
    }

    @Override
    public long nextHole(long offset) throws IOException {
        return device.nextHole(offset);
    }

    @Override
    public void close() throws IOException {
        device.close();
    }
}
