package org.imprimatur.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;

/** How long ago something was, in one unit, for people. */
final class Ago {

    private Ago() {}

    /** A moment as a node told it, to the second, and how long ago it was. */
    static String told(String text) {
        try {
            var at = Instant.parse(text);
            return "%s (%s ago)"
                    .formatted(
                            at.truncatedTo(ChronoUnit.SECONDS),
                            of(Duration.between(at, At.CLOCK.instant())));
        } catch (DateTimeParseException _) {
            return text;
        }
    }

    /** A time in its largest unit of which there are two or more. */
    static String of(Duration age) {
        if (age.toDays() >= 2) {
            return age.toDays() + " d";
        }
        if (age.toHours() >= 2) {
            return age.toHours() + " h";
        }
        if (age.toMinutes() >= 2) {
            return age.toMinutes() + " min";
        }
        return Math.max(0, age.toSeconds()) + " s";
    }
}
