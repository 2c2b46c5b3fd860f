package org.imprimatur.inspect.versions;

/** Semantic Versioning 2.0.0, section 11; a leading {@code v} and missing parts are borne. */
final class SemverOrder {

    private SemverOrder() {}

    static int compare(String one, String other) {
        String left = bare(one);
        String right = bare(other);
        int numbers = dotted(upTo(left, '-'), upTo(right, '-'), true);
        if (numbers != 0) {
            return numbers;
        }
        String leftPre = after(left, '-');
        String rightPre = after(right, '-');
        if (leftPre.isEmpty() || rightPre.isEmpty()) {
            // A release is newer than its pre-releases.
            return Boolean.compare(leftPre.isEmpty(), rightPre.isEmpty());
        }
        return dotted(leftPre, rightPre, false);
    }

    private static String bare(String version) {
        String text = version.strip();
        return upTo(text.startsWith("v") ? text.substring(1) : text, '+');
    }

    private static String upTo(String text, char sign) {
        int at = text.indexOf(sign);
        return at < 0 ? text : text.substring(0, at);
    }

    private static String after(String text, char sign) {
        int at = text.indexOf(sign);
        return at < 0 ? "" : text.substring(at + 1);
    }

    private static int dotted(String one, String other, boolean missingIsZero) {
        String[] left = one.split("\\.", -1);
        String[] right = other.split("\\.", -1);
        for (int i = 0; i < Math.max(left.length, right.length); i++) {
            if (!missingIsZero && (i >= left.length || i >= right.length)) {
                return Integer.compare(left.length, right.length);
            }
            int order =
                    identifier(i < left.length ? left[i] : "0", i < right.length ? right[i] : "0");
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int identifier(String one, String other) {
        boolean number = Digits.isNumber(one);
        if (number != Digits.isNumber(other)) {
            return number ? -1 : 1;
        }
        return number ? Digits.compare(one, other) : Integer.signum(one.compareTo(other));
    }
}
