package org.imprimatur.disk;

/**
 * One record of an ISO 9660 directory (ECMA-119, section 9.1).
 *
 * @param at where it stands on the volume, in bytes
 * @param extent the first logical block of what it names, behind the extended attributes
 * @param size the bytes there
 * @param bytes the record itself; the name begins at 33
 */
record IsoRecord(long at, long extent, long size, int flags, byte[] bytes) {

    static final int HIDDEN = 0x01;
    static final int DIRECTORY = 0x02;
    static final int ASSOCIATED = 0x04;
    static final int MORE = 0x80;

    /** The shortest record: a name of one byte. */
    static final int LEAST = 34;

    /** Takes {@code bytes}, which hold one record and nothing else. */
    static IsoRecord of(long at, byte[] bytes) throws CorruptImageException {
        if (bytes.length < LEAST
                || Bytes.u8(bytes, 0) != bytes.length
                || 33 + Bytes.u8(bytes, 32) > bytes.length
                || Bytes.u8(bytes, 32) == 0) {
            throw new CorruptImageException(
                    "the record of a directory at offset %d has %d bytes and a name of %d"
                            .formatted(at, bytes.length, bytes.length > 32 ? bytes[32] & 0xff : 0));
        }
        return new IsoRecord(
                at,
                both32(bytes, 2) + Bytes.u8(bytes, 1),
                both32(bytes, 10),
                Bytes.u8(bytes, 25),
                bytes);
    }

    boolean isDirectory() {
        return (flags & DIRECTORY) != 0;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Whether the pieces of the content lie apart from each other. */
    boolean isInterleaved() {
        return bytes[26] != 0 || bytes[27] != 0;
    }

    int nameLength() {
        return Bytes.u8(bytes, 32);
    }

    /** Whether this is the record of the directory itself (0) or of its parent (1). */
    boolean isSpecial(int which) {
        return nameLength() == 1 && bytes[33] == which;
    }

    /** Where the part begins that ISO 9660 leaves to other standards. */
    int systemUse() {
        return Math.min(bytes.length, 33 + nameLength() + (nameLength() + 1) % 2);
    }

    /** A number that is written twice, in both orders of bytes. Both must agree. */
    static long both32(byte[] bytes, int at) throws CorruptImageException {
        long number = Bytes.u32le(bytes, at);
        if (number != Bytes.u32be(bytes, at + 4)) {
            throw new CorruptImageException(
                    "a number of ISO 9660 is %d for one reader and %d for another"
                            .formatted(number, Bytes.u32be(bytes, at + 4)));
        }
        return number;
    }

    static int both16(byte[] bytes, int at) throws CorruptImageException {
        int number = Bytes.u16le(bytes, at);
        int other = Bytes.u8(bytes, at + 2) << 8 | Bytes.u8(bytes, at + 3);
        if (number != other) {
            throw new CorruptImageException(
                    "a number of ISO 9660 is %d for one reader and %d for another"
                            .formatted(number, other));
        }
        return number;
    }
}
