package org.imprimatur.inspect.keys;

import org.jspecify.annotations.Nullable;

/** A cursor over DER (X.690), just enough to tell keys from other things. */
final class Der {

    static final int INTEGER = 0x02;
    static final int OCTET_STRING = 0x04;
    static final int OID = 0x06;
    static final int SEQUENCE = 0x30;

    private final byte[] data;
    private int at;
    private final int end;

    Der(byte[] data) {
        this(data, 0, data.length);
    }

    private Der(byte[] data, int at, int end) {
        this.data = data;
        this.at = at;
        this.end = end;
    }

    boolean atEnd() {
        return at >= end;
    }

    int tag() {
        return atEnd() ? -1 : data[at] & 0xff;
    }

    /** The content of the next element if it has this tag and lies within; else null. */
    @Nullable Der next(int tag) {
        if (tag() != tag || at + 2 > end) {
            return null;
        }
        int length = data[at + 1] & 0xff;
        int content = at + 2;
        if (length > 0x80) {
            int count = length & 0x7f;
            if (count > 3 || content + count > end) {
                return null;
            }
            length = 0;
            for (int i = 0; i < count; i++) {
                length = length << 8 | data[content++] & 0xff;
            }
        } else if (length == 0x80) {
            return null; // indefinite length is not DER
        }
        if (length > end - content) {
            return null;
        }
        at = content + length;
        return new Der(data, content, at);
    }

    /** The same with its tag and length. */
    byte @Nullable [] nextWhole(int tag) {
        int start = at;
        return next(tag) == null ? null : java.util.Arrays.copyOfRange(data, start, at);
    }

    /** The content of the first element that has this tag, passing over others before it. */
    @Nullable Der nextOf(int tag) {
        while (!atEnd() && tag() != tag) {
            if (next(tag()) == null) {
                return null;
            }
        }
        return next(tag);
    }

    byte[] bytes() {
        return java.util.Arrays.copyOfRange(data, at, end);
    }
}
