package org.imprimatur.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "stratuslab",
        synopsisSubcommandLabel = "COMMAND",
        description = "Metadata documents of the StratusLab Marketplace: verify, import, export.",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit status:%n",
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur stratuslab verify document.xml --anchors /etc/grid-security/certificates",
        subcommands = {
            StratusLabVerifyCommand.class,
            StratusLabImportCommand.class,
            StratusLabExportCommand.class
        })
final class StratusLabCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "verify, import or export?");
    }
}
