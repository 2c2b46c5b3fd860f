package org.imprimatur.inspect.versions;

/**
 * rpm's order (rpm-version(7)): runs of letters and runs of digits, whatever stands between them; a
 * number is newer than letters; a tilde sorts before the end, a caret just after it.
 */
final class RpmOrder {

    private RpmOrder() {}

    static int compare(String one, String other) {
        return Evr.compare(one, other, RpmOrder::parts, Evr.whereGiven(RpmOrder::parts));
    }

    private static int parts(String one, String other) {
        int left = 0;
        int right = 0;
        while (true) {
            left = skip(one, left);
            right = skip(other, right);
            char a = left < one.length() ? one.charAt(left) : 0;
            char b = right < other.length() ? other.charAt(right) : 0;
            if (a == '~' || b == '~') {
                if (a != b) {
                    return a == '~' ? -1 : 1;
                }
                left++;
                right++;
                continue;
            }
            if (a == '^' || b == '^') {
                if (a != b) {
                    return caret(a, b);
                }
                left++;
                right++;
                continue;
            }
            if (a == 0 || b == 0) {
                return Integer.compare(Math.min(a, 1), Math.min(b, 1));
            }
            boolean number = Digits.is(a);
            if (number != Digits.is(b)) {
                return number ? 1 : -1;
            }
            int leftEnd = number ? Digits.end(one, left) : lettersEnd(one, left);
            int rightEnd = number ? Digits.end(other, right) : lettersEnd(other, right);
            String leftRun = one.substring(left, leftEnd);
            String rightRun = other.substring(right, rightEnd);
            int order =
                    number
                            ? Digits.compare(leftRun, rightRun)
                            : Integer.signum(leftRun.compareTo(rightRun));
            if (order != 0) {
                return order;
            }
            left = leftEnd;
            right = rightEnd;
        }
    }

    /** The end is older than a caret; everything else is newer. */
    private static int caret(char a, char b) {
        if (a == 0) {
            return -1;
        }
        if (b == 0) {
            return 1;
        }
        return a == '^' ? -1 : 1;
    }

    private static int skip(String text, int from) {
        int at = from;
        while (at < text.length() && !isPart(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isPart(char sign) {
        return sign == '~' || sign == '^' || Digits.is(sign) || isLetter(sign);
    }

    private static boolean isLetter(char sign) {
        return sign >= 'a' && sign <= 'z' || sign >= 'A' && sign <= 'Z';
    }

    private static int lettersEnd(String text, int from) {
        int at = from;
        while (at < text.length() && isLetter(text.charAt(at))) {
            at++;
        }
        return at;
    }
}
