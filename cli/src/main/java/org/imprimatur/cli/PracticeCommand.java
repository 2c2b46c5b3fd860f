package org.imprimatur.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "practice",
        description = "Publish how you check and endorse images, or show how others do (END-4.3).",
        subcommands = {PracticePublishCommand.class, PracticeShowCommand.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur practice publish practice.md --owner vo:biomed --title 'How we build' \\",
            "      --practice-version 3 --key me.pem --node https://catalogue.example",
            "  imprimatur practice show --owner vo:biomed --node https://catalogue.example"
        })
final class PracticeCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "what of practices: publish or show?");
    }
}
