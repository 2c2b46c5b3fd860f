package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.imprimatur.disk.IsoWriter;
import org.imprimatur.inspect.context.Contextualisation;
import org.imprimatur.inspect.rules.Severity;
import org.imprimatur.register.Sha256;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "build",
        description = {
            "Make the ISO 9660 image of a contextualisation, and judge it as 'context check' does.",
            "Nothing is written, and the exit status is 1, when there are blocking findings. The"
                    + " same files give the same image, whose files root alone may read."
        },
        footerHeading = "%nExample:%n",
        footer = "  imprimatur context build worker/ --out worker.iso")
final class ContextBuildCommand implements Callable<Integer> {

    /** What the volume is called. */
    private static final String LABEL = "CONTEXTUALISATION";

    @Mixin private final Output output = new Output();

    @Parameters(
            paramLabel = "DIR",
            description = "What is to be in the medium's top directory, prolog.sh and epilog.sh.")
    private @Nullable Path directory;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The new image.")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException {
        var from = Objects.requireNonNull(directory);
        var target = Objects.requireNonNull(out).toAbsolutePath();
        if (!Files.isDirectory(from)) {
            throw new CommandFailure(
                    ExitCode.UNREADABLE, "'%s' is not a directory".formatted(from));
        }
        // beside the target, so that the image appears there whole and already judged
        var work = Files.createTempDirectory(target.getParent(), ".context-");
        var image = work.resolve("image");
        try {
            IsoWriter.write(from, LABEL, image);
            var report = Contextualisation.check(image);
            boolean fails = report.hasFindings(Severity.BLOCK);
            if (!fails) {
                Files.move(image, target);
            }
            ContextCheckCommand.tell(
                    output,
                    fails ? from : target,
                    report,
                    fails
                            ? Optional.empty()
                            : Optional.of(
                                    new Sha256(
                                            Digests.of(target, List.of("SHA-256"))
                                                    .value("SHA-256"))));
            return (fails ? ExitCode.NO : ExitCode.DONE).status();
        } finally {
            Files.deleteIfExists(image);
            Files.delete(work);
        }
    }
}
