package org.imprimatur.inspect.secrets;

import java.util.Locale;
import java.util.Set;

/** Tells what was drawn at random from what people write into examples. */
final class Randomness {

    /** Texts that stand for a secret, or near one that everybody knows. */
    private static final Set<String> EXAMPLES =
            Set.of(
                    "example",
                    "sample",
                    "placeholder",
                    "changeme",
                    "change_me",
                    "yourtoken",
                    "your_",
                    "your-",
                    "dummy",
                    "redacted",
                    "xxxx",
                    "0000",
                    "1234567",
                    "abcdefg",
                    "insert",
                    "foobar",
                    "testtest",
                    "notreal",
                    "fake",
                    "todo",
                    "secret_here");

    private static final int LONGEST_ROW = 6;

    private Randomness() {}

    /**
     * Whether these characters may have been drawn at random: as many different ones as chance
     * gives, no long row of equal or neighbouring ones, no word that examples use.
     */
    static boolean isLikely(String text) {
        var counts = new int[256];
        for (int i = 0; i < text.length(); i++) {
            counts[text.charAt(i) & 0xff]++;
        }
        boolean hex = true;
        int different = 0;
        for (int c = 0; c < counts.length; c++) {
            if (counts[c] > 0) {
                different++;
                hex &= Chars.HEX.has(c);
            }
        }
        double most = Math.log(Math.min(text.length(), hex ? 16 : 62));
        return different >= 6
                && entropy(counts, text.length()) >= 0.72 * most
                && longestRow(text) < LONGEST_ROW
                && !isExample(text);
    }

    /** Shannon's entropy of the characters, in natural units for each. */
    private static double entropy(int[] counts, int all) {
        double entropy = 0;
        for (int count : counts) {
            if (count > 0) {
                double share = (double) count / all;
                entropy -= share * Math.log(share);
            }
        }
        return entropy;
    }

    /** Whether this is written where a secret would stand, and is none. */
    static boolean isExample(String text) {
        var lower = text.toLowerCase(Locale.ROOT);
        return EXAMPLES.stream().anyMatch(lower::contains);
    }

    /** The longest row of characters of which each is the same as, or beside, the one before. */
    private static int longestRow(String text) {
        int longest = 1;
        for (int step = -1; step <= 1; step++) {
            int row = 1;
            for (int i = 1; i < text.length(); i++) {
                row = text.charAt(i) - text.charAt(i - 1) == step ? row + 1 : 1;
                longest = Math.max(longest, row);
            }
        }
        return longest;
    }
}
