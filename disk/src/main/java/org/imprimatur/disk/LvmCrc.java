package org.imprimatur.disk;

/** The checksum of LVM2: CRC-32 from a start of its own, and without the final inversion. */
final class LvmCrc {

    private static final int START = 0xf597a6cf;
    private static final int[] TABLE = new int[256];

    static {
        for (int i = 0; i < 256; i++) {
            int word = i;
            for (int bit = 0; bit < 8; bit++) {
                word = (word & 1) != 0 ? word >>> 1 ^ 0xedb88320 : word >>> 1;
            }
            TABLE[i] = word;
        }
    }

    private LvmCrc() {}

    static int of(byte[] bytes, int from, int to) {
        int crc = START;
        for (int i = from; i < to; i++) {
            crc = crc >>> 8 ^ TABLE[(crc ^ bytes[i]) & 0xff];
        }
        return crc;
    }
}
