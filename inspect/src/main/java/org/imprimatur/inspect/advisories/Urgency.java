package org.imprimatur.inspect.advisories;

import java.util.Arrays;
import java.util.Locale;

/**
 * How grave a flaw is, the gravest first. The four classes are those of EGI's vulnerability group;
 * vendors' words and scores are brought to them.
 */
public enum Urgency {
    CRITICAL,
    HIGH,
    MODERATE,
    LOW,
    /** The source has not said. */
    UNKNOWN;

    /** As it stands in reports: {@code critical}, {@code high}, … */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** True if this is at least as grave as the other. */
    public boolean atLeast(Urgency other) {
        return compareTo(other) <= 0;
    }

    /**
     * Reads a label.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static Urgency parse(String label) {
        return Arrays.stream(values())
                .filter(each -> each.label().equals(label))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "it is not critical, high, moderate, low or unknown"));
    }

    /** From a vendor's word; unknown words are {@link #UNKNOWN}. */
    static Urgency ofWord(String word) {
        return switch (word.strip().toLowerCase(Locale.ROOT)) {
            case "critical" -> CRITICAL;
            case "high", "important" -> HIGH;
            case "moderate", "medium" -> MODERATE;
            case "low", "unimportant", "negligible", "minor" -> LOW;
            default -> UNKNOWN;
        };
    }

    /** From a CVSS base score, by the scale of CVSS 3.1, section 5. */
    static Urgency ofScore(double score) {
        if (score >= 9.0) {
            return CRITICAL;
        }
        if (score >= 7.0) {
            return HIGH;
        }
        if (score >= 4.0) {
            return MODERATE;
        }
        return score > 0 ? LOW : UNKNOWN;
    }
}
