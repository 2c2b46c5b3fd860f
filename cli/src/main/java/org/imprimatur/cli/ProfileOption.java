package org.imprimatur.cli;

import java.io.IOException;
import java.time.Instant;
import org.imprimatur.disk.Limits;
import org.imprimatur.inspect.Options;
import org.imprimatur.inspect.rules.Profile;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** By which rules and by which advisories an image is judged. */
final class ProfileOption {

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            defaultValue = "egi/1",
            description = "The set of rules (default: ${DEFAULT-VALUE}).")
    private String profile = "egi/1";

    @Mixin private final AdvisoryOption advisories = new AdvisoryOption();

    Options options(Instant at) throws IOException {
        var chosen =
                Profile.named(profile)
                        .orElseThrow(
                                () ->
                                        new CommandFailure(
                                                ExitCode.USAGE,
                                                "there is no profile '%s'; there is egi/1"
                                                        .formatted(profile)));
        return new Options(
                tool(),
                chosen,
                at,
                Limits.DEFAULT,
                Runtime.getRuntime().availableProcessors(),
                true,
                true,
                false,
                advisories.store());
    }

    static String tool() throws IOException {
        return "imprimatur " + Main.Version.text();
    }
}
