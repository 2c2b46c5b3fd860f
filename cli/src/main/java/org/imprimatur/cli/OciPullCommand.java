package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "pull",
        description = {
            "Pull an image from an OCI registry or layout, with its bundle beside it.",
            "The bundle is verified first. The file gets its name only when its size, SHA-256 and SHA-512"
                    + " are those that were endorsed. What was broken off goes on where it ended."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur oci pull registry.example/images/debian:12 --to images --charter"
                        + " charter.json --anchors /etc/grid-security/certificates")
final class OciPullCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final OciSource source = new OciSource();

    @Option(
            names = "--to",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Write into this directory (default: the current one).")
    private Path directory = Path.of(".");

    @Override
    public Integer call() throws IOException {
        return source.run(
                output,
                "PULLED",
                (pull, found) ->
                        pull.fetch(found, directory, Progress.ofBytes(output.err(), "fetching")));
    }
}
