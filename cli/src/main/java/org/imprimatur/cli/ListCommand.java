package org.imprimatur.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "list",
        description = {
            "HEPiX image lists: the signed lists that vmcatcher, cloudkeeper and atrope subscribe"
                    + " to."
        },
        subcommands = {
            ListVerifyCommand.class,
            ListSignCommand.class,
            ListShowCommand.class,
            ListDiffCommand.class,
            ListPublishCommand.class,
            ListTokenCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur list verify image.list --anchors /etc/grid-security/certificates",
            "  imprimatur list sign draft.json --previous image.list --out new.list",
        })
final class ListCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "what of a list: verify, sign, show, diff, publish or token?");
    }
}
