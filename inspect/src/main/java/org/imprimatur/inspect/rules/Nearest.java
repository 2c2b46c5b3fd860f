package org.imprimatur.inspect.rules;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Which of the names that there are somebody may have meant. */
public final class Nearest {

    private static final int LONGEST = 64;

    private Nearest() {}

    /** The known name that is nearest to this one; empty if none is near. */
    public static Optional<String> of(String name, Collection<String> known) {
        if (name.length() > LONGEST) {
            return Optional.empty();
        }
        int most = Math.max(2, name.length() / 4);
        return known.stream()
                .filter(each -> distance(each, name) <= most)
                .min(Comparator.comparingInt(each -> distance(each, name)));
    }

    /** How many letters to change, add or take away to make one of the other. */
    private static int distance(String left, String right) {
        int[] previous = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int[] row = new int[right.length() + 1];
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(previous[j - 1] + change, Math.min(previous[j], row[j - 1]) + 1);
            }
            previous = row;
        }
        return previous[right.length()];
    }
}
