package org.imprimatur.cli;

import java.nio.file.Path;
import org.imprimatur.inspect.advisories.AdvisoryStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where advisories are kept. */
final class AdvisoryOption {

    @Option(
            names = "--advisories",
            paramLabel = "DIR",
            description =
                    "Where the feeds are kept (default: imprimatur/advisories in $XDG_DATA_HOME, which"
                            + " is ~/.local/share).")
    private @Nullable Path directory;

    AdvisoryStore store() {
        return new AdvisoryStore(directory == null ? usual() : directory);
    }

    private static Path usual() {
        var data = System.getenv("XDG_DATA_HOME");
        var home =
                data == null || data.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".local", "share")
                        : Path.of(data);
        return home.resolve("imprimatur").resolve("advisories");
    }
}
