package org.imprimatur.disk;

import java.util.zip.DataFormatException;

/**
 * LZO1X, as the Linux kernel describes its stream: literal runs and matches, their lengths and
 * distances packed in one to several bytes.
 */
final class Lzo {

    private static final String CUT_OFF = "the LZO data is cut off";

    private final byte[] in;
    private final int inEnd;
    private final byte[] out;
    private final int outStart;
    private final int outEnd;
    private int at;
    private int done;

    private Lzo(byte[] in, int from, int inEnd, byte[] out, int outStart, int outEnd) {
        this.in = in;
        this.at = from;
        this.inEnd = inEnd;
        this.out = out;
        this.outStart = outStart;
        this.done = outStart;
        this.outEnd = outEnd;
    }

    /**
     * Decodes {@code in[from .. from + length)} to {@code out[at .. at + room)}.
     *
     * @return how many bytes came out
     */
    static int decode(byte[] in, int from, int length, byte[] out, int at, int room)
            throws DataFormatException {
        return new Lzo(in, from, from + length, out, at, at + room).run();
    }

    private int run() throws DataFormatException {
        // How many literals went before: 0, 1 to 3, or 4 and more. The shortest codes depend on it.
        int state = 0;
        int first = peek();
        if (first > 17) {
            at++;
            literals(first - 17);
            state = Math.min(first - 17, 4);
        }
        while (true) {
            int code = next();
            int length;
            int distance;
            int trailing;
            if (code >= 64) {
                length = (code >> 5) + 1;
                distance = (next() << 3) + (code >> 2 & 7) + 1;
                trailing = code & 3;
            } else if (code >= 32) {
                length = length(code & 31, 31) + 2;
                int low = next();
                distance = (next() << 6) + (low >> 2) + 1;
                trailing = low & 3;
            } else if (code >= 16) {
                length = length(code & 7, 7) + 2;
                int low = next();
                distance = ((code & 8) << 11) + (next() << 6) + (low >> 2);
                if (distance == 0) {
                    if (length != 3) {
                        throw new DataFormatException("the LZO data has a wrong end mark");
                    }
                    return done - outStart;
                }
                distance += 0x4000;
                trailing = low & 3;
            } else if (state == 0) {
                literals(length(code, 15) + 3);
                state = 4;
                continue;
            } else {
                length = state == 4 ? 3 : 2;
                distance = (next() << 2) + (code >> 2) + (state == 4 ? 0x801 : 1);
                trailing = code & 3;
            }
            match(length, distance);
            literals(trailing);
            state = trailing;
        }
    }

    /** A length that did not fit into its code goes on in further bytes. */
    private int length(int packed, int mask) throws DataFormatException {
        if (packed != 0) {
            return packed;
        }
        int length = mask;
        int more = next();
        while (more == 0) {
            length += 255;
            if (length > outEnd) {
                throw new DataFormatException("the LZO data is longer than its segment");
            }
            more = next();
        }
        return length + more;
    }

    private void literals(int count) throws DataFormatException {
        if (count > inEnd - at) {
            throw new DataFormatException(CUT_OFF);
        }
        room(count);
        System.arraycopy(in, at, out, done, count);
        at += count;
        done += count;
    }

    private void match(int length, int distance) throws DataFormatException {
        if (distance > done - outStart) {
            throw new DataFormatException("the LZO data refers to what is before its start");
        }
        room(length);
        for (int i = 0; i < length; i++) {
            out[done] = out[done - distance];
            done++;
        }
    }

    private void room(int count) throws DataFormatException {
        if (count > outEnd - done) {
            throw new DataFormatException("the LZO data is longer than its segment");
        }
    }

    private int peek() throws DataFormatException {
        if (at >= inEnd) {
            throw new DataFormatException(CUT_OFF);
        }
        return in[at] & 0xff;
    }

    private int next() throws DataFormatException {
        int value = peek();
        at++;
        return value;
    }
}
