package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.TrustAnchors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which certification authorities are trusted. */
final class AnchorOptions {

    @Option(
            names = "--anchors",
            paramLabel = "DIR",
            defaultValue = "${env:IMPRIMATUR_ANCHORS}",
            description =
                    "Certification authorities with their revocation lists, for example"
                            + " /etc/grid-security/certificates (default: $IMPRIMATUR_ANCHORS).")
    private @Nullable Path directory;

    @Option(
            names = "--require-crls",
            description = "Refuse an authority whose revocation list is missing.")
    private boolean requireCrls;

    Optional<TrustAnchors> read(Output output) throws IOException {
        if (directory == null) {
            return Optional.empty();
        }
        var anchors =
                TrustAnchors.directory(
                        directory, requireCrls ? CrlMode.REQUIRE : CrlMode.IF_PRESENT);
        anchors.problems()
                .forEach(
                        problem ->
                                output.err()
                                        .println(
                                                "warning: anchor file %s: %s"
                                                        .formatted(
                                                                problem.file(),
                                                                problem.explanation())));
        return Optional.of(anchors);
    }

    TrustAnchors required(Output output) throws IOException {
        return read(output)
                .orElseThrow(
                        () ->
                                new CommandFailure(
                                        ExitCode.USAGE,
                                        "whose certificates are trusted? Name the directory with --anchors."));
    }
}
