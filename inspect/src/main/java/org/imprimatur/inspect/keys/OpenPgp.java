package org.imprimatur.inspect.keys;

import org.jspecify.annotations.Nullable;

/** Secret key packets of OpenPGP (RFC 9580, sections 5.5.2 and 5.5.3). */
final class OpenPgp {

    private static final int SECRET_KEY = 5;
    private static final int SECRET_SUBKEY = 7;
    private static final int LARGEST_NUMBER = 16_384;

    private final byte[] data;
    private int at;

    private OpenPgp(byte[] data) {
        this.data = data;
    }

    /** The key if this begins with a packet of a secret key; else null. */
    static @Nullable PrivateKey first(byte[] data) {
        return new OpenPgp(data).packet();
    }

    private @Nullable PrivateKey packet() {
        int header = next();
        if (header < 0x80) {
            return null;
        }
        boolean newForm = (header & 0x40) != 0;
        int tag = newForm ? header & 0x3f : header >> 2 & 0xf;
        if (tag != SECRET_KEY && tag != SECRET_SUBKEY) {
            return null;
        }
        skip(newForm ? lengthOfNewForm() : header % 4 == 3 ? 0 : 1 << header % 4);
        int version = next();
        skip(4); // when it was made
        if (version == 3) {
            skip(2); // how many days it is valid
        }
        int algorithm = next();
        if (version < 3 || version > 6) {
            return null;
        }
        if (version > 4) {
            skip(4); // the length of the public part
        }
        int bits = publicNumbers(algorithm);
        int usage = next();
        if (bits < 0 || usage < 0) {
            return null;
        }
        return new PrivateKey("OpenPGP", bits, usage != 0, "");
    }

    private int lengthOfNewForm() {
        int first = at < data.length ? data[at] & 0xff : 0;
        return first < 192 ? 1 : first < 224 ? 2 : first == 255 ? 5 : 1;
    }

    /** Passes over the public part; the bits of RSA and DSA keys, 0 of others, -1 if it is none. */
    private int publicNumbers(int algorithm) {
        return switch (algorithm) {
            case 1, 2, 3 -> numbers(2);
            case 16 -> numbers(3);
            case 17 -> numbers(4);
            case 18 -> curve() && number() > 0 && fixed(next()) ? 0 : -1;
            case 19, 22 -> curve() && number() > 0 ? 0 : -1;
            case 25, 27 -> fixed(32) ? 0 : -1;
            case 26 -> fixed(56) ? 0 : -1;
            case 28 -> fixed(57) ? 0 : -1;
            default -> -1;
        };
    }

    private int numbers(int count) {
        int bits = number();
        for (int i = 1; i < count && bits > 0; i++) {
            bits = number() > 0 ? bits : -1;
        }
        return bits > 0 ? bits : -1;
    }

    /** The bits of the next number; -1 if there is none whose length is right. */
    private int number() {
        int high = next();
        int low = next();
        int bits = high << 8 | low;
        int first = at < data.length ? data[at] & 0xff : 0;
        boolean right = 32 - Integer.numberOfLeadingZeros(first) == (bits - 1) % 8 + 1;
        if (low < 0 || bits < 1 || bits > LARGEST_NUMBER || !right) {
            return -1;
        }
        return fixed((bits + 7) / 8) ? bits : -1;
    }

    /** An object identifier without its tag; those of curves begin so. */
    private boolean curve() {
        int length = next();
        int first = at < data.length ? data[at] & 0xff : 0;
        return length >= 3 && length <= 12 && (first == 0x2a || first == 0x2b) && fixed(length);
    }

    private boolean fixed(int length) {
        if (length < 0 || length > data.length - at) {
            return false;
        }
        at += length;
        return true;
    }

    private int next() {
        return at < data.length ? data[at++] & 0xff : -1;
    }

    private void skip(int count) {
        at = Math.min(data.length, at + count);
    }
}
