package org.imprimatur.inspect.versions;

/**
 * Pacman's order (vercmp(8)): runs of letters and of digits as in rpm, but letters at the end make
 * a version older ({@code 1.0rc} before {@code 1.0}), and a part more makes it newer.
 */
final class PacmanOrder {

    private PacmanOrder() {}

    static int compare(String one, String other) {
        return Evr.compare(one, other, PacmanOrder::parts, Evr.whereGiven(PacmanOrder::parts));
    }

    private static int parts(String one, String other) {
        int left = 0;
        int right = 0;
        while (left < one.length() && right < other.length()) {
            int leftStart = skip(one, left);
            int rightStart = skip(other, right);
            if (leftStart == one.length() || rightStart == other.length()) {
                left = leftStart;
                right = rightStart;
                break;
            }
            // More signs between two parts make the newer version.
            if (leftStart - left != rightStart - right) {
                return leftStart - left < rightStart - right ? -1 : 1;
            }
            boolean number = Digits.is(one.charAt(leftStart));
            int leftEnd = end(one, leftStart, number);
            int rightEnd = end(other, rightStart, number);
            if (rightEnd == rightStart) {
                return number ? 1 : -1;
            }
            String leftRun = one.substring(leftStart, leftEnd);
            String rightRun = other.substring(rightStart, rightEnd);
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
        boolean leftDone = left >= one.length();
        boolean rightDone = right >= other.length();
        if (leftDone && rightDone) {
            return 0;
        }
        // What is left over decides: letters make a version older, anything else newer.
        if (leftDone) {
            return isLetter(other.charAt(right)) ? 1 : -1;
        }
        return isLetter(one.charAt(left)) ? -1 : 1;
    }

    private static int skip(String text, int from) {
        int at = from;
        while (at < text.length() && !Digits.is(text.charAt(at)) && !isLetter(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int end(String text, int from, boolean number) {
        int at = from;
        while (at < text.length()
                && (number ? Digits.is(text.charAt(at)) : isLetter(text.charAt(at)))) {
            at++;
        }
        return at;
    }

    private static boolean isLetter(char sign) {
        return sign >= 'a' && sign <= 'z' || sign >= 'A' && sign <= 'Z';
    }
}
