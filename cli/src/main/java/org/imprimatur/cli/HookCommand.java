package org.imprimatur.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "hook",
        description = "What hypervisors call when machines start and end; people rarely do.",
        subcommands = HookLibvirtCommand.class,
        footerHeading = "%nExample:%n",
        footer = "  virsh dumpxml vm1 | imprimatur hook libvirt vm1 prepare begin -")
final class HookCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "the hook of what: libvirt?");
    }
}
