package org.imprimatur.exchange.hepix;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The order of versions as the reference subscriber has it: split at {@code - , . /} and at runs of
 * digits; digits compare as numbers, before text, and text by its characters.
 */
public final class ListVersion {

    private static final Pattern PART = Pattern.compile("[0-9]+|[^0-9,./-]+");

    private ListVersion() {}

    /** Negative, zero or positive, as {@code one} is lower than, like or higher than the other. */
    public static int compare(String one, String other) {
        var left = parts(one);
        var right = parts(other);
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            int order = comparePart(left.get(i), right.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    private static List<String> parts(String version) {
        var parts = new ArrayList<String>();
        var matcher = PART.matcher(version);
        while (matcher.find()) {
            parts.add(matcher.group());
        }
        return parts;
    }

    private static int comparePart(String one, String other) {
        boolean oneNumber = isNumber(one);
        boolean otherNumber = isNumber(other);
        if (oneNumber && otherNumber) {
            // By length first: a number of any size without computing with it.
            var left = withoutZeros(one);
            var right = withoutZeros(other);
            return left.length() == right.length()
                    ? left.compareTo(right)
                    : Integer.compare(left.length(), right.length());
        }
        return oneNumber == otherNumber ? one.compareTo(other) : oneNumber ? -1 : 1;
    }

    private static boolean isNumber(String part) {
        return part.charAt(0) >= '0' && part.charAt(0) <= '9';
    }

    private static String withoutZeros(String digits) {
        int at = 0;
        while (at < digits.length() - 1 && digits.charAt(at) == '0') {
            at++;
        }
        return digits.substring(at);
    }

    /** A version that comes after another: its last number plus one, or a number added. */
    static String after(String version) {
        var matcher = Pattern.compile("[0-9]{1,17}(?=[^0-9]*$)").matcher(version);
        if (!matcher.find()) {
            return version + ".1";
        }
        return version.substring(0, matcher.start())
                + ("%0" + matcher.group().length() + "d")
                        .formatted(Long.parseLong(matcher.group()) + 1)
                + version.substring(matcher.end());
    }
}
