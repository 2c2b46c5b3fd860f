package org.imprimatur.cli;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How long an image list that is signed is to be valid. */
final class ListTerm {

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "28",
            description = "How long the list is valid (default: ${DEFAULT-VALUE}).")
    private int days;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /** What was asked for, at most so many days. */
    Duration atMost(int most) {
        if (days < 1 || days > most) {
            throw new ParameterException(
                    Objects.requireNonNull(command).commandLine(),
                    "--days: expected 1 to %d, found %d".formatted(most, days));
        }
        return Duration.ofDays(days);
    }
}
