package org.imprimatur.inspect.packages;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.imprimatur.inspect.facts.UnreadableException;
import org.jspecify.annotations.Nullable;

/**
 * An RPM header as databases keep it: two counts, an index of 16-byte entries (tag, type, offset,
 * count), then the data; all numbers big-endian.
 */
final class RpmHeader {

    static final int NAME = 1000;
    static final int VERSION = 1001;
    static final int RELEASE = 1002;
    static final int EPOCH = 1003;
    static final int INSTALL_TIME = 1008;
    static final int VENDOR = 1011;
    static final int LICENSE = 1014;
    static final int ARCH = 1022;
    static final int FILE_DIGESTS = 1035;
    static final int FILE_FLAGS = 1037;
    static final int SOURCE_RPM = 1044;
    static final int DIR_INDEXES = 1116;
    static final int BASE_NAMES = 1117;
    static final int DIR_NAMES = 1118;
    static final int FILE_DIGEST_ALGORITHM = 5011;
    static final int MODULARITY_LABEL = 5096;

    private static final int MAX_ENTRIES = 65_535;
    private static final int INT32 = 4;
    private static final int STRING = 6;
    private static final int STRING_ARRAY = 8;
    private static final int I18N_STRING = 9;

    private record Entry(int type, int offset, int count) {}

    private final byte[] bytes;
    private final int data;
    private final Map<Integer, Entry> entries = new HashMap<>();

    /**
     * @throws UnreadableException if index and data do not fit in the bytes
     */
    RpmHeader(byte[] bytes) throws UnreadableException {
        this.bytes = bytes;
        if (bytes.length < 8) {
            throw new UnreadableException(
                    "has a header of %d bytes, less than any has".formatted(bytes.length));
        }
        long count = Integer.toUnsignedLong(int32(0));
        long length = Integer.toUnsignedLong(int32(4));
        if (count > MAX_ENTRIES || 8 + 16 * count + length > bytes.length) {
            throw new UnreadableException(
                    "has a header of %d entries and %d bytes of data in %d bytes"
                            .formatted(count, length, bytes.length));
        }
        data = (int) (8 + 16 * count);
        for (int at = 8; at < data; at += 16) {
            entries.putIfAbsent(int32(at), new Entry(int32(at + 4), int32(at + 8), int32(at + 12)));
        }
    }

    /** The text of a tag, one character for each byte; empty if there is none. */
    String string(int tag) throws UnreadableException {
        var all = strings(tag, 1);
        return all.isEmpty() ? "" : all.getFirst();
    }

    /** The texts of a tag; of a text in several languages, the first {@code max}. */
    List<String> strings(int tag, int max) throws UnreadableException {
        var entry = entries.get(tag);
        if (entry == null) {
            return List.of();
        }
        if (entry.type != STRING && entry.type != STRING_ARRAY && entry.type != I18N_STRING) {
            throw bad(tag, entry);
        }
        int count = entry.type == STRING ? 1 : entry.count;
        if (count < 0 || count > bytes.length || count > max && max > 1) {
            throw bad(tag, entry);
        }
        var texts = new ArrayList<String>();
        int at = start(tag, entry, 0);
        for (int i = 0; i < Math.min(count, max); i++) {
            int end = at;
            while (end < bytes.length && bytes[end] != 0) {
                end++;
            }
            if (end == bytes.length) {
                throw bad(tag, entry);
            }
            texts.add(RpmDatabase.text(bytes, at, end));
            at = end + 1;
        }
        return texts;
    }

    /** The first number of a tag; null if there is none. */
    @Nullable Long integer(int tag) throws UnreadableException {
        var all = integers(tag);
        return all.length == 0 ? null : Integer.toUnsignedLong(all[0]);
    }

    /** The numbers of a tag; empty if there is none. */
    int[] integers(int tag) throws UnreadableException {
        var entry = entries.get(tag);
        if (entry == null) {
            return new int[0];
        }
        if (entry.type != INT32 || entry.count < 0) {
            throw bad(tag, entry);
        }
        int at = start(tag, entry, 4L * entry.count);
        var numbers = new int[entry.count];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = int32(at + 4 * i);
        }
        return numbers;
    }

    private int start(int tag, Entry entry, long length) throws UnreadableException {
        if (entry.offset < 0 || data + entry.offset + length > bytes.length) {
            throw bad(tag, entry);
        }
        return data + entry.offset;
    }

    private static UnreadableException bad(int tag, Entry entry) {
        return new UnreadableException(
                "has a header whose tag %d (type %d, %d values at %d) does not fit in it"
                        .formatted(tag, entry.type, entry.count, entry.offset));
    }

    private int int32(int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | bytes[at + 3] & 0xff;
    }
}
