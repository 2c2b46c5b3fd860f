package org.imprimatur.inspect.secrets;

/**
 * Files of MIT Kerberos that let a program act as somebody (its documentation: "Keytab file format"
 * and "Credential cache file format").
 */
final class Kerberos {

    private static final int KEYTAB = 2;
    private static final int CACHE_3 = 3;
    private static final int CACHE_4 = 4;
    private static final int MAX_NAME = 256;

    private Kerberos() {}

    static boolean isCandidate(byte[] first) {
        return first.length >= 14 && first[0] == 5 && first[1] >= KEYTAB && first[1] <= CACHE_4;
    }

    /** What the file is, for a report; empty if it is none of them. */
    static String of(byte[] content) {
        if (!isCandidate(content)) {
            return "";
        }
        return switch (content[1]) {
            case KEYTAB -> isKeytab(content) ? "Kerberos keytab" : "";
            case CACHE_4 -> isCache(content, 4 + number(content, 2, 2)) ? "Kerberos ticket" : "";
            case CACHE_3 -> isCache(content, 2) ? "Kerberos ticket" : "";
            default -> "";
        };
    }

    /** Entries follow each other, each with its length before it; negative ones are empty. */
    private static boolean isKeytab(byte[] content) {
        long at = 2;
        for (int i = 0; i < 1_000 && at + 8 <= content.length; i++) {
            int length = number(content, (int) at, 4);
            if (length == 0) {
                return false;
            }
            if (length > 0) {
                int parts = number(content, (int) at + 4, 2);
                return parts >= 1
                        && parts <= 8
                        && length >= 20
                        && isName(content, (int) at + 8, number(content, (int) at + 6, 2));
            }
            at += 4L - length;
        }
        return false;
    }

    /** The principal: kind of name, number of parts, realm. */
    private static boolean isCache(byte[] content, int at) {
        if (at < 0 || at + 12 > content.length) {
            return false;
        }
        int parts = number(content, at + 4, 4);
        return number(content, at, 4) >>> 8 == 0
                && parts >= 1
                && parts <= 8
                && isName(content, at + 12, number(content, at + 8, 4));
    }

    private static boolean isName(byte[] content, int from, int length) {
        if (length < 1 || length > MAX_NAME || from + length > content.length) {
            return false;
        }
        for (int i = from; i < from + length; i++) {
            if (!Chars.DOTTED.has(content[i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    private static int number(byte[] content, int at, int bytes) {
        int value = 0;
        for (int i = at; i < at + bytes; i++) {
            value = value << 8 | (i < content.length ? content[i] & 0xff : 0);
        }
        return value;
    }
}
