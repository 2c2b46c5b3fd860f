package org.imprimatur.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "oci",
        synopsisSubcommandLabel = "COMMAND",
        description = "Images with their bundles in OCI registries: push, pull, verify.",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit status:%n",
        footerHeading = "%nExample:%n",
        footer = "  imprimatur oci pull registry.example/images/debian:12 --charter charter.json",
        subcommands = {OciPushCommand.class, OciPullCommand.class, OciVerifyCommand.class})
final class OciCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "push, pull or verify?");
    }
}
