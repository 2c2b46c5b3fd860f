package org.imprimatur.inspect.versions;

/** Runs of decimal digits of any length, as numbers. */
final class Digits {

    private Digits() {}

    static boolean is(char sign) {
        return sign >= '0' && sign <= '9';
    }

    /** Where the run of digits that begins at {@code from} ends. */
    static int end(String text, int from) {
        int at = from;
        while (at < text.length() && is(text.charAt(at))) {
            at++;
        }
        return at;
    }

    static boolean isNumber(String text) {
        return !text.isEmpty() && end(text, 0) == text.length();
    }

    /** Compares as numbers; an empty text counts as zero. */
    static int compare(String one, String other) {
        String left = stripped(one);
        String right = stripped(other);
        return left.length() != right.length()
                ? Integer.compare(left.length(), right.length())
                : Integer.signum(left.compareTo(right));
    }

    static boolean isZero(String number) {
        return stripped(number).isEmpty();
    }

    private static String stripped(String number) {
        int at = 0;
        while (at < number.length() && number.charAt(at) == '0') {
            at++;
        }
        return number.substring(at);
    }
}
