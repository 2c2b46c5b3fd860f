package org.imprimatur.node.config;

import java.time.Duration;
import java.util.regex.Pattern;

/** Lengths of time as people write them: {@code 30s}, {@code 15m}, {@code 2h}, {@code 7d}. */
public final class Durations {

    /** What to tell whoever wrote something else. */
    public static final String HINT = "a number with s, m, h or d behind it, for example 15m";

    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,5})(ms|s|m|h|d)");

    private Durations() {}

    /**
     * Reads one; never zero.
     *
     * @throws IllegalArgumentException when it is anything else
     */
    public static Duration parse(String text) {
        var parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("is not a length of time");
        }
        long number = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
