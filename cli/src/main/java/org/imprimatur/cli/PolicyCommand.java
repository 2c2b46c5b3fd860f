package org.imprimatur.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "policy",
        description = "Put a version of a policy in force, or list the policies of a ledger.",
        subcommands = {PolicyPublishCommand.class, PolicyListCommand.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur policy list --node https://catalogue.example",
            "  imprimatur policy publish policy-3.pdf --owner infrastructure:egi --name egi-endorsement"
                    + " \\",
            "      --policy-version 3 --accept-before 2027-03-01T00:00:00Z --explanation 'teams' --key"
                    + " me.pem"
        })
final class PolicyCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "what of policies: publish or list?");
    }
}
