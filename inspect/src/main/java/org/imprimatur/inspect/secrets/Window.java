package org.imprimatur.inspect.secrets;

import java.nio.charset.StandardCharsets;

/**
 * The surroundings of a place where something may begin.
 *
 * @param data holds them, and other bytes before and after
 * @param low the first index that may be looked at
 * @param high the index behind the last
 * @param base where in the content {@code data[0]} lies
 */
record Window(byte[] data, int low, int high, long base) {

    /** The byte at this index, -1 outside of the window. */
    int at(int index) {
        return index >= low && index < high ? data[index] & 0xff : -1;
    }

    /** Where in the content this index lies. */
    long offset(int index) {
        return base + index;
    }

    /** The end of the run of these characters from here on, after at most so many. */
    int end(int from, Chars chars, int most) {
        int last = (int) Math.min(high, (long) from + most);
        int i = from;
        while (i < last && chars.has(data[i] & 0xff)) {
            i++;
        }
        return i;
    }

    /** Whether this text stands here. */
    boolean isAt(int index, String text) {
        if (index < low || index + text.length() > high) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (data[index + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Where this text stands first between two indices; -1 if it does not. */
    int indexOf(String text, int from, int to) {
        for (int i = Math.max(low, from); i + text.length() <= Math.min(high, to); i++) {
            if (isAt(i, text)) {
                return i;
            }
        }
        return -1;
    }

    /** The text between two indices, one character for each byte. */
    String text(int from, int to) {
        return new String(data, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
