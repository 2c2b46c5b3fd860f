package org.imprimatur.disk;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Bytes shown as text that nobody can mistake: valid UTF-8 stays as it is, but backslashes, control
 * and formatting characters and undecodable bytes stand as {@code \xHH}, one for each byte.
 */
final class Escaped {

    private Escaped() {}

    static String of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    static String of(byte[] bytes, int from, int to) {
        boolean plain = true;
        for (int i = from; i < to && plain; i++) {
            plain = bytes[i] >= ' ' && bytes[i] < 0x7f && bytes[i] != '\\';
        }
        if (plain) {
            return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        }
        var text = new StringBuilder(to - from + 16);
        int i = from;
        while (i < to) {
            int length = sequence(bytes, i, to);
            if (length == 0) {
                hex(text, bytes[i++]);
                continue;
            }
            int point = new String(bytes, i, length, StandardCharsets.UTF_8).codePointAt(0);
            if (point != '\\' && isShown(point)) {
                text.appendCodePoint(point);
            } else {
                for (int k = 0; k < length; k++) {
                    hex(text, bytes[i + k]);
                }
            }
            i += length;
        }
        return text.toString();
    }

    /** Text from the image that is already decoded, such as a partition name. */
    static String of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isShown(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }

    /** The length of the well-formed UTF-8 sequence at {@code i}, or 0 (RFC 3629, section 4). */
    private static int sequence(byte[] bytes, int i, int to) {
        int first = bytes[i] & 0xff;
        if (first < 0x80) {
            return 1;
        }
        int length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (first < 0xc2 || first > 0xf4 || i + length > to) {
            return 0;
        }
        for (int k = 1; k < length; k++) {
            if ((bytes[i + k] & 0xc0) != 0x80) {
                return 0;
            }
        }
        int second = bytes[i + 1] & 0xff;
        boolean good =
                switch (first) {
                    case 0xe0 -> second >= 0xa0;
                    case 0xed -> second < 0xa0;
                    case 0xf0 -> second >= 0x90;
                    case 0xf4 -> second < 0x90;
                    default -> true;
                };
        return good ? length : 0;
    }

    private static void hex(StringBuilder text, byte each) {
        text.append(String.format(Locale.ROOT, "\\x%02x", each & 0xff));
    }
}
