package org.imprimatur.disk;

import java.util.zip.CRC32C;

/**
 * CRC-32C as ext4 uses it: started from a given state, and without the final inversion.
 *
 * <p>The JDK's fast {@link CRC32C} always starts from all ones. Four bytes are put before the data
 * that bring it into the wanted state; such bytes exist for every state, since a step of a CRC can
 * be undone.
 */
final class Crc32cSeed {

    private static final int POLYNOMIAL = 0x82f63b78;

    private final byte[] prefix = new byte[4];

    Crc32cSeed(int state) {
        int word = state;
        for (int i = 0; i < 32; i++) {
            word = word < 0 ? (word ^ POLYNOMIAL) << 1 | 1 : word << 1;
        }
        word = ~word;
        for (int i = 0; i < 4; i++) {
            prefix[i] = (byte) (word >>> 8 * i);
        }
    }

    /** A checksum in this state, to be fed and then asked by {@link #value}. */
    CRC32C start() {
        var crc = new CRC32C();
        crc.update(prefix, 0, 4);
        return crc;
    }

    /** The same, fed with a number. */
    CRC32C start(int number) {
        CRC32C crc = start();
        updateInt(crc, number);
        return crc;
    }

    /** Feeds a number, little-endian. */
    static void updateInt(CRC32C crc, int number) {
        byte[] bytes = {
            (byte) number, (byte) (number >>> 8), (byte) (number >>> 16), (byte) (number >>> 24),
        };
        crc.update(bytes, 0, 4);
    }

    static int value(CRC32C crc) {
        return ~(int) crc.getValue();
    }
}
