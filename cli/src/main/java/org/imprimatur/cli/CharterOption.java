package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.imprimatur.register.Charter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** By which charter files are judged, where no node is asked. */
final class CharterOption {

    @Option(
            names = "--charter",
            paramLabel = "FILE",
            required = true,
            defaultValue = "${env:IMPRIMATUR_CHARTER}",
            description =
                    "Charter of the ledger, from a source you trust (default:"
                            + " $IMPRIMATUR_CHARTER).")
    private @Nullable Path file;

    Charter read() throws IOException {
        return NodeOptions.readCharter(Objects.requireNonNull(file));
    }
}
