package org.imprimatur.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "statement",
        synopsisSubcommandLabel = "COMMAND",
        description = "Statements for other tools, and those of other tools: export, verify.",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit status:%n",
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur statement verify provenance.json --key builder.pub --image image.qcow2",
        subcommands = {StatementExportCommand.class, StatementVerifyCommand.class})
final class StatementCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "export or verify?");
    }
}
