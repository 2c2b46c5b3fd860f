package org.imprimatur.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "site",
        description = "What makes a node a site: its file, and how it stands.",
        subcommands = {
            SiteStatusCommand.class,
            SiteQueueCommand.class,
            SiteCheckCommand.class,
            SiteInstallHookCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur site status                    what is not as it should be, and why",
            "  imprimatur site queue                     which images wait for an approver",
            "  imprimatur site check site.yaml           every fault in it, with its line",
            "  imprimatur site install-hook --help       let libvirt ask the site"
        })
final class SiteCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(Objects.requireNonNull(spec).commandLine(), "what of a site?");
    }
}
