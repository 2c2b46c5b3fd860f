package org.imprimatur.inspect.secrets;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds many texts at once. Looks at three bytes at every second place: each text is entered with
 * two of its triples that lie side by side, so that one of them stands at a place that is looked
 * at, wherever the text begins. A table of bytes turns away nearly all places.
 */
final class Literals {

    static final int STRIDE = 2;

    private static final int GRAM = 3;
    private static final int SHORTEST = GRAM + STRIDE - 1;
    private static final int FILTER_BITS = 15;
    private static final int SLOT_BITS = 13;
    private static final int FACTOR = 0x9e3779b1;
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** One triple of one text. */
    private record Entry(int gram, int literal, int offset) {}

    private final byte[][] texts;
    private final byte[] filter = new byte[1 << FILTER_BITS];
    private final Entry[][] slots = new Entry[1 << SLOT_BITS][];
    private final int longest;

    Literals(List<String> literals) {
        texts = new byte[literals.size()][];
        Arrays.fill(slots, new Entry[0]);
        int most = 0;
        for (int i = 0; i < texts.length; i++) {
            texts[i] = literals.get(i).getBytes(StandardCharsets.ISO_8859_1);
            if (texts[i].length < SHORTEST) {
                throw new IllegalArgumentException("too short: " + literals.get(i));
            }
            most = Math.max(most, texts[i].length);
            int offset = rarest(texts[i]);
            for (int k = offset; k < offset + STRIDE; k++) {
                enter(new Entry(gram(texts[i], k), i, k));
            }
        }
        longest = most;
    }

    private void enter(Entry entry) {
        filter[hash(entry.gram, FILTER_BITS)] = 1;
        int slot = hash(entry.gram, SLOT_BITS);
        var all = new ArrayList<>(List.of(slots[slot]));
        all.add(entry);
        slots[slot] = all.toArray(Entry[]::new);
    }

    /** The length of the longest text. */
    int longest() {
        return longest;
    }

    int length(int literal) {
        return texts[literal].length;
    }

    /**
     * The first place from {@code at} on, in steps of {@link #STRIDE}, that may belong to a text;
     * {@code end} or one more if there is none. Four bytes can be read at every place before {@code
     * end}.
     */
    int next(byte[] data, int at, int end) {
        var table = filter;
        int i = at;
        // Eight bytes hold the triples of three places; most often none of them is in the table.
        while (i < end - 2 * STRIDE) {
            long eight = (long) LONG.get(data, i);
            if ((table[place(eight)] | table[place(eight >>> 16)] | table[place(eight >>> 32)])
                    != 0) {
                break;
            }
            i += 3 * STRIDE;
        }
        while (i < end && table[place((int) INT.get(data, i))] == 0) {
            i += STRIDE;
        }
        return i;
    }

    /** Where the filter has the triple in the lowest three bytes. */
    private static int place(long bytes) {
        return hash((int) bytes & 0xffffff, FILTER_BITS);
    }

    /** The triple at this place as {@link #next} sees it; at the end of the array too. */
    private static int gram(byte[] data, int at) {
        return data[at] & 0xff | (data[at + 1] & 0xff) << 8 | (data[at + 2] & 0xff) << 16;
    }

    private static int hash(int gram, int bits) {
        return gram * FACTOR >>> 32 - bits;
    }

    /** A text that was found: which, and where it begins. */
    record Hit(int literal, int start) {}

    /** Every text that this place belongs to, and that lies between the two indices. */
    List<Hit> at(byte[] data, int place, int low, int high) {
        if (place + GRAM > high) {
            return List.of();
        }
        int gram = gram(data, place);
        List<Hit> hits = List.of();
        for (var entry : slots[hash(gram, SLOT_BITS)]) {
            int start = place - entry.offset;
            if (entry.gram == gram && isAt(data, start, low, high, texts[entry.literal])) {
                hits = hits.isEmpty() ? new ArrayList<>(2) : hits;
                hits.add(new Hit(entry.literal, start));
            }
        }
        return hits;
    }

    private static boolean isAt(byte[] data, int start, int low, int high, byte[] text) {
        if (start < low || start + text.length > high) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (data[start + i] != text[i]) {
                return false;
            }
        }
        return true;
    }

    /** Where the two triples begin that texts and programs have least often. */
    private static int rarest(byte[] text) {
        int best = 0;
        int least = Integer.MAX_VALUE;
        for (int k = 0; k + SHORTEST <= text.length; k++) {
            int weight = weight(text, k) + weight(text, k + 1);
            if (weight < least) {
                least = weight;
                best = k;
            }
        }
        return best;
    }

    private static int weight(byte[] text, int at) {
        int product = 1;
        for (int i = at; i < at + GRAM; i++) {
            product *= commonness(text[i]);
        }
        return product;
    }

    private static int commonness(byte c) {
        if (c == ' ') {
            return 12;
        }
        if (c >= 'a' && c <= 'z') {
            return "etaoinsrlc".indexOf(c) >= 0 ? 9 : 5;
        }
        if (c >= 'A' && c <= 'Z') {
            return "ETAOINSR".indexOf(c) >= 0 ? 4 : 2;
        }
        return c == '-' || c == '=' || c == '/' || c == '_' ? 6 : 3;
    }
}
