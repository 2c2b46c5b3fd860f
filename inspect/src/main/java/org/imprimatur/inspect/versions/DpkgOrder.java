package org.imprimatur.inspect.versions;

/**
 * dpkg's order (deb-version(7)): parts without digits and parts of digits take turns. In the former
 * a tilde sorts before the end of the part, then come letters, then all other signs.
 */
final class DpkgOrder {

    private DpkgOrder() {}

    static int compare(String one, String other) {
        return Evr.compare(one, other, DpkgOrder::parts, DpkgOrder::parts);
    }

    private static int parts(String one, String other) {
        int left = 0;
        int right = 0;
        while (left < one.length() || right < other.length()) {
            while (isSign(one, left) || isSign(other, right)) {
                int order = Integer.compare(weight(one, left), weight(other, right));
                if (order != 0) {
                    return order;
                }
                left++;
                right++;
            }
            int leftEnd = Digits.end(one, left);
            int rightEnd = Digits.end(other, right);
            int order =
                    Digits.compare(
                            substring(one, left, leftEnd), substring(other, right, rightEnd));
            if (order != 0) {
                return order;
            }
            left = leftEnd;
            right = rightEnd;
        }
        return 0;
    }

    private static String substring(String text, int from, int to) {
        return from >= text.length() ? "" : text.substring(from, to);
    }

    private static boolean isSign(String text, int at) {
        return at < text.length() && !Digits.is(text.charAt(at));
    }

    private static int weight(String text, int at) {
        if (!isSign(text, at)) {
            return 0;
        }
        char sign = text.charAt(at);
        if (sign == '~') {
            return -1;
        }
        boolean letter = sign >= 'a' && sign <= 'z' || sign >= 'A' && sign <= 'Z';
        return letter ? sign : sign + (1 << 16);
    }
}
