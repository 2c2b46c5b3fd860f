package org.imprimatur.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.attestation.AttestationExport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = {
            "Write the endorsement of a bundle for tools that read DSSE and in-toto.",
            "Nothing is verified, and nothing that is signed is changed."
        },
        footerHeading = "%nExample:%n",
        footer = "  imprimatur statement export image.qcow2.bundle.json --to endorsement.dsse.json")
final class StatementExportCommand implements Callable<Integer> {

    enum As {
        /** The envelope, exactly as it was signed. */
        DSSE,
        /** A Sigstore bundle of version 0.3. */
        SIGSTORE,
        /** An in-toto bundle: every statement of the bundle, one on each line. */
        LINES
    }

    @Mixin private final Output output = new Output();

    @Option(
            names = "--as",
            paramLabel = "FORM",
            defaultValue = "dsse",
            description =
                    "dsse (the envelope exactly as signed, the default), sigstore (a Sigstore bundle,"
                            + " version 0.3), or lines (an in-toto bundle with the statements that the"
                            + " endorsement rests on, one on each line).")
    private As form = As.DSSE;

    @Option(
            names = "--to",
            paramLabel = "FILE",
            description = "Write to this new file (default: standard output).")
    private @Nullable Path to;

    @Parameters(index = "0", paramLabel = "BUNDLE", description = "The bundle.")
    private @Nullable Path source;

    @Override
    public Integer call() throws IOException {
        var bundle = Input.read(Objects.requireNonNull(source), Bundle.MAX_BYTES, Bundle::read);
        var endorsement = bundle.entry().entry().envelope();
        var bytes =
                switch (form) {
                    case DSSE -> endorsement;
                    case SIGSTORE -> AttestationExport.sigstore(endorsement);
                    case LINES -> AttestationExport.lines(all(bundle));
                };
        if (to == null) {
            // The same bytes: envelopes are UTF-8, or they are none.
            output.out().print(new String(bytes, StandardCharsets.UTF_8));
        } else {
            Files.write(to, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            output.line("written   %s, %d bytes", to, bytes.length);
            output.document(Output.object().put("file", to.toString()).put("bytes", bytes.length));
        }
        return ExitCode.DONE.status();
    }

    private static List<byte[]> all(Bundle bundle) {
        var envelopes = new ArrayList<byte[]>();
        bundle.support().forEach(proven -> envelopes.add(proven.entry().envelope()));
        envelopes.add(bundle.entry().entry().envelope());
        return envelopes;
    }
}
