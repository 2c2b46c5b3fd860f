package org.imprimatur.cli;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The moment of a judgement, since time is a parameter. */
final class At {

    /** The clock of the whole command; the one place in this module where it is named. */
    static final InstantSource CLOCK = Clock.systemUTC();

    @Option(
            names = "--at",
            paramLabel = "INSTANT",
            description =
                    "Judge as of this moment, for example 2026-11-21T12:00:00Z (default: now).")
    private @Nullable Instant at;

    Instant instant() {
        return at == null ? CLOCK.instant().truncatedTo(ChronoUnit.MICROS) : at;
    }
}
