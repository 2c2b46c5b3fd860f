package org.imprimatur.disk;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** The kinds of checksum that btrfs keeps of metadata and data, as the superblock numbers them. */
enum BtrfsChecksum {
    CRC32C(4),
    XXHASH64(8),
    SHA256(32),
    BLAKE2B(32);

    private final int size;

    BtrfsChecksum(int size) {
        this.size = size;
    }

    static BtrfsChecksum of(int number) throws UnsupportedImageException {
        if (number >= values().length) {
            throw new UnsupportedImageException(
                    "btrfs with checksums of type %d, where 0 to 3 are known".formatted(number));
        }
        return values()[number];
    }

    /** How many bytes a checksum has. */
    int size() {
        return size;
    }

    /** Whether {@code bytes[from .. to)} has the checksum that stands at {@code stored[at]}. */
    boolean matches(byte[] bytes, int from, int to, byte[] stored, int at) {
        return switch (this) {
            case CRC32C -> {
                var crc = new CRC32C();
                crc.update(bytes, from, to - from);
                yield (int) crc.getValue() == Bytes.i32le(stored, at);
            }
            case XXHASH64 -> xxHash64(bytes, from, to) == Bytes.i64le(stored, at);
            case SHA256 -> Arrays.equals(sha256(bytes, from, to), 0, size, stored, at, at + size);
            case BLAKE2B ->
                    Arrays.equals(Blake2b.digest(bytes, from, to), 0, size, stored, at, at + size);
        };
    }

    private static byte[] sha256(byte[] bytes, int from, int to) {
        MessageDigest digest = Sha256.begin();
        digest.update(bytes, from, to - from);
        return digest.digest();
    }

    private static final long P1 = 0x9E3779B185EBCA87L;
    private static final long P2 = 0xC2B2AE3D27D4EB4FL;
    private static final long P3 = 0x165667B19E3779F9L;
    private static final long P4 = 0x85EBCA77C2B2AE63L;
    private static final long P5 = 0x27D4EB2F165667C5L;

    /** XXH64 with seed 0, by its specification. */
    static long xxHash64(byte[] bytes, int from, int to) {
        int at = from;
        long hash;
        if (to - from >= 32) {
            // The sum of the first two, as it wraps.
            long a = 0x60EA27EEADC0B5D6L;
            long b = P2;
            long c = 0;
            long d = -P1;
            for (; to - at >= 32; at += 32) {
                a = round(a, Bytes.i64le(bytes, at));
                b = round(b, Bytes.i64le(bytes, at + 8));
                c = round(c, Bytes.i64le(bytes, at + 16));
                d = round(d, Bytes.i64le(bytes, at + 24));
            }
            hash =
                    Long.rotateLeft(a, 1)
                            + Long.rotateLeft(b, 7)
                            + Long.rotateLeft(c, 12)
                            + Long.rotateLeft(d, 18);
            hash = merge(merge(merge(merge(hash, a), b), c), d);
        } else {
            hash = P5;
        }
        hash += to - from;
        for (; to - at >= 8; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, Bytes.i64le(bytes, at)), 27) * P1 + P4;
        }
        if (to - at >= 4) {
            hash = Long.rotateLeft(hash ^ Bytes.u32le(bytes, at) * P1, 23) * P2 + P3;
            at += 4;
        }
        for (; at < to; at++) {
            hash = Long.rotateLeft(hash ^ Bytes.u8(bytes, at) * P5, 11) * P1;
        }
        hash = (hash ^ hash >>> 33) * P2;
        hash = (hash ^ hash >>> 29) * P3;
        return hash ^ hash >>> 32;
    }

    private static long round(long lane, long word) {
        return Long.rotateLeft(lane + word * P2, 31) * P1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round(0, lane)) * P1 + P4;
    }
}
