package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Collectors;
import org.imprimatur.disk.Limits;
import org.imprimatur.inspect.Options;
import org.imprimatur.inspect.facts.GenerationTool;
import org.imprimatur.inspect.rules.Nearest;
import org.imprimatur.inspect.rules.Profile;
import org.imprimatur.inspect.rules.Profiles;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** By which rules and by which advisories an image is judged. */
final class ProfileOption {

    static final String DEFAULT = "egi/1";

    @Option(
            names = "--profile",
            paramLabel = "NAME|FILE",
            defaultValue = DEFAULT,
            description =
                    "The set of rules: a shipped one, or a file that ends in .yaml (default:"
                            + " ${DEFAULT-VALUE}; see imprimatur profile list).")
    private String profile = DEFAULT;

    @Mixin private final AdvisoryOption advisories = new AdvisoryOption();

    Options options(Instant at) throws IOException {
        return new Options(
                tool(),
                profile(),
                at,
                Limits.DEFAULT,
                Runtime.getRuntime().availableProcessors(),
                true,
                true,
                false,
                advisories.store(),
                GenerationTool.NOT_ASKED);
    }

    Profile profile() throws IOException {
        return find(profile);
    }

    /** The profile that a name or a file stands for. */
    static Profile find(String name) throws IOException {
        var shipped = Profiles.shipped(name);
        if (shipped.isPresent()) {
            return shipped.get();
        }
        if (Profiles.isFileName(name)) {
            return Profiles.read(Path.of(name));
        }
        throw new CommandFailure(
                ExitCode.USAGE,
                "there is no profile '%s'%s; there are %s, and files that end in .yaml"
                        .formatted(
                                name,
                                Nearest.of(name, Profiles.SHIPPED)
                                        .map("; did you mean %s"::formatted)
                                        .orElse(""),
                                shippedIds()));
    }

    private static String shippedIds() {
        return Profiles.SHIPPED.stream()
                .map(each -> Profiles.shipped(each).orElseThrow().id())
                .collect(Collectors.joining(", "));
    }

    static String tool() throws IOException {
        return "imprimatur " + Main.Version.text();
    }
}
