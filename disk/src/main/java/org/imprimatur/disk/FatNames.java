package org.imprimatur.disk;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Names in a FAT directory: the short one of eight and three characters, and the long one that
 * stands in pieces before it.
 *
 * <p>Short names are taken as code page 437 and shown in capitals but for the parts whose flag says
 * otherwise, which is what Linux does by default. Long names are UTF-16; here both become UTF-8, a
 * lone surrogate its three bytes.
 */
final class FatNames {

    static final int LONG_NAME = 0x0f;

    private static final int MAX_PARTS = 20;
    private static final int UNITS = 13;

    /** The characters of code page 437 from 80h on. */
    private static final String CODE_PAGE_437 =
            "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘"
                    + "┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

    /** The pieces read so far, the last part of the name first. */
    private final List<char[]> parts = new ArrayList<>();

    private int checksum;
    private int expected;

    /** Text in the code page, without the spaces that fill it up. */
    static String oem(byte[] bytes, int at, int length) {
        var text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            int each = Bytes.u8(bytes, at + i);
            text.append(each < 0x80 ? (char) each : CODE_PAGE_437.charAt(each - 0x80));
        }
        int end = length;
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }

    /** The short name of an entry of 32 bytes. */
    static String shortName(byte[] entry, int at) {
        byte[] raw = new byte[11];
        System.arraycopy(entry, at, raw, 0, 11);
        if (raw[0] == 0x05) {
            // E5h as a first byte would mark a deleted entry.
            raw[0] = (byte) 0xe5;
        }
        int flags = Bytes.u8(entry, at + 12);
        String base = lower(oem(raw, 0, 8), (flags & 0x08) != 0);
        String extension = lower(oem(raw, 8, 3), (flags & 0x10) != 0);
        return extension.isEmpty() ? base : base + "." + extension;
    }

    private static String lower(String text, boolean wanted) {
        if (!wanted) {
            return text;
        }
        var lower = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            lower.append(Character.toLowerCase(text.charAt(i)));
        }
        return lower.toString();
    }

    /** What every piece of a long name keeps of the short name that it belongs to. */
    static int checksum(byte[] entry, int at) {
        int sum = 0;
        for (int i = 0; i < 11; i++) {
            sum = ((sum & 1) << 7) + (sum >>> 1) + Bytes.u8(entry, at + i) & 0xff;
        }
        return sum;
    }

    /**
     * Takes a piece of a long name.
     *
     * @return what is wrong with it or with the unfinished name before it; empty when nothing is
     */
    String addPart(byte[] entry, int at) {
        int order = Bytes.u8(entry, at);
        int number = order & 0x3f;
        int sum = Bytes.u8(entry, at + 13);
        String fault = "";
        if ((order & 0x40) != 0) {
            fault = leftOver();
            parts.clear();
            expected = number;
            checksum = sum;
        }
        boolean fits =
                number >= 1
                        && number <= MAX_PARTS
                        && number == expected - parts.size()
                        && sum == checksum
                        && (order & 0x80) == 0
                        && Bytes.u8(entry, at + 12) == 0
                        && Bytes.u16le(entry, at + 26) == 0;
        if (!fits) {
            parts.clear();
            expected = 0;
            return "a piece of a long name, number %d with checksum %02x, that continues none"
                    .formatted(number, sum);
        }
        char[] units = new char[UNITS];
        for (int i = 0; i < UNITS; i++) {
            int from = i < 5 ? 1 + 2 * i : i < 11 ? 14 + 2 * (i - 5) : 28 + 2 * (i - 11);
            units[i] = (char) Bytes.u16le(entry, at + from);
        }
        parts.add(units);
        return fault;
    }

    /** What is wrong when pieces of a long name were read and then something else follows. */
    String leftOver() {
        if (expected == 0) {
            return "";
        }
        expected = 0;
        return "the pieces of a long name that belong to no entry";
    }

    /** Whether the long name is complete and belongs to this entry. */
    boolean belongsTo(byte[] entry, int at) {
        return expected > 0 && parts.size() == expected && checksum(entry, at) == checksum;
    }

    /** The long name; the pieces are used up. */
    byte[] take() {
        var units = new StringBuilder();
        for (int i = parts.size() - 1; i >= 0; i--) {
            units.append(parts.get(i));
        }
        expected = 0;
        int end = units.indexOf("\0");
        return utf8(end < 0 ? units : units.substring(0, end));
    }

    /** UTF-16 as UTF-8 in which no two names become one: a lone surrogate is kept, not replaced. */
    static byte[] utf8(CharSequence units) {
        var bytes = new ByteArrayOutputStream(3 * units.length());
        units.codePoints()
                .forEach(
                        point -> {
                            if (point < 0x80) {
                                bytes.write(point);
                            } else if (point < 0x800) {
                                bytes.write(0xc0 | point >> 6);
                                bytes.write(0x80 | point & 0x3f);
                            } else if (point < 0x10000) {
                                bytes.write(0xe0 | point >> 12);
                                bytes.write(0x80 | point >> 6 & 0x3f);
                                bytes.write(0x80 | point & 0x3f);
                            } else {
                                bytes.write(0xf0 | point >> 18);
                                bytes.write(0x80 | point >> 12 & 0x3f);
                                bytes.write(0x80 | point >> 6 & 0x3f);
                                bytes.write(0x80 | point & 0x3f);
                            }
                        });
        return bytes.toByteArray();
    }
}
