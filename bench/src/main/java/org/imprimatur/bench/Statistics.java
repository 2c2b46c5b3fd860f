package org.imprimatur.bench;

import java.util.Arrays;

/** A few numbers that say what many say. */
final class Statistics {

    private Statistics() {}

    static double median(double... values) {
        return quantile(0.5, values);
    }

    /** The smallest value that at least this share of the values does not exceed. */
    static double quantile(double share, double... values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }
}
