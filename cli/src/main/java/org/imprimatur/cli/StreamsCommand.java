package org.imprimatur.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "streams",
        synopsisSubcommandLabel = "COMMAND",
        description =
                "simplestreams indexes of endorsed images, for Incus and others: write, verify.",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit status:%n",
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur streams write /srv/images --charter charter.json --anchors certificates/",
        subcommands = {StreamsWriteCommand.class, StreamsVerifyCommand.class})
final class StreamsCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "write or verify?");
    }
}
