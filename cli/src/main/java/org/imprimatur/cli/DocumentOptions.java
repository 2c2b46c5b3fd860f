package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.imprimatur.register.MediaType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** A document that a statement puts before people. */
final class DocumentOptions {

    private static final int LARGEST = 4 * 1024 * 1024;

    @Parameters(
            paramLabel = "FILE",
            description = "The document: .pdf, .md or .txt, at most 4 MiB.")
    private @Nullable Path file;

    byte[] bytes() throws IOException {
        return Input.read(Objects.requireNonNull(file), LARGEST);
    }

    MediaType mediaType() {
        var name =
                String.valueOf(Objects.requireNonNull(file).getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".pdf")) {
            return MediaType.PDF;
        }
        if (name.endsWith(".md")) {
            return MediaType.MARKDOWN;
        }
        if (name.endsWith(".txt")) {
            return MediaType.PLAIN;
        }
        throw new CommandFailure(
                ExitCode.USAGE, "'%s' is not a .pdf, .md or .txt file".formatted(file));
    }
}
