package org.imprimatur.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "context",
        description = {
            "Contextualisation: the CD with prolog.sh and epilog.sh by which a site makes its"
                    + " machines its own."
        },
        subcommands = {
            ContextCheckCommand.class,
            ContextBuildCommand.class,
            ContextRulesCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur context check worker.iso",
            "  imprimatur context build worker/ --out worker.iso",
            "  imprimatur context rules               what is objected to"
        })
final class ContextCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "check, build or rules?");
    }
}
