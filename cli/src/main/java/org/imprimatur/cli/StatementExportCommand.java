package org.imprimatur.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.attestation.AttestationExport;
import org.imprimatur.register.StatementId;
import org.imprimatur.trust.Envelope;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = {
            "Write a statement for tools that read DSSE and in-toto: the endorsement of a bundle, or any"
                    + " statement of a node by its id.",
            "Nothing is verified but that the id is that of the statement, and nothing that is signed is"
                    + " changed."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur statement export image.qcow2.bundle.json --to endorsement.dsse.json",
            "  imprimatur statement export 4f1c… --node https://catalogue.example --as sigstore"
        })
final class StatementExportCommand implements Callable<Integer> {

    enum As {
        /** The envelope, exactly as it was signed. */
        DSSE,
        /** A Sigstore bundle of version 0.3. */
        SIGSTORE,
        /** An in-toto bundle: every statement of the bundle, one on each line. */
        LINES
    }

    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

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

    @Option(
            names = "--node",
            paramLabel = "URL",
            defaultValue = "${env:IMPRIMATUR_NODE}",
            description = "The node that is asked for the statement (default: $IMPRIMATUR_NODE).")
    private @Nullable URI node;

    @Parameters(
            index = "0",
            paramLabel = "BUNDLE|ID",
            description = "A bundle, or the id of a statement: 64 hex digits.")
    private @Nullable String source;

    @Override
    public Integer call() throws IOException {
        var from = Objects.requireNonNull(source);
        var bytes = ID.matcher(from).matches() ? ofNode(from) : ofBundle(Path.of(from));
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

    private byte[] ofBundle(Path file) throws IOException {
        var bundle = Input.read(file, Bundle.MAX_BYTES, Bundle::read);
        var endorsement = bundle.entry().entry().envelope();
        return switch (form) {
            case DSSE -> endorsement;
            case SIGSTORE -> AttestationExport.sigstore(endorsement);
            case LINES -> AttestationExport.lines(all(bundle));
        };
    }

    /** The id is the digest of what was signed, so that a node cannot show another statement. */
    private byte[] ofNode(String id) {
        if (node == null) {
            throw new CommandFailure(
                    ExitCode.USAGE, "which node has the statement? Name it with --node");
        }
        var text =
                new NodeClient(node).json("/api/v1/statements/" + id).path("envelope").asText("");
        byte[] envelope;
        try {
            envelope = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.NO, "the node's answer has no envelope", e);
        }
        var found = StatementId.of(Envelope.parse(envelope).payload()).hex();
        if (!found.equals(id)) {
            throw new CommandFailure(
                    ExitCode.NO,
                    "expected the statement %s, found %s: do not rely on this node"
                            .formatted(id, found));
        }
        return switch (form) {
            case DSSE -> envelope;
            case SIGSTORE -> AttestationExport.sigstore(envelope);
            case LINES -> AttestationExport.lines(List.of(envelope));
        };
    }

    private static List<byte[]> all(Bundle bundle) {
        var envelopes = new ArrayList<byte[]>();
        bundle.support().forEach(proven -> envelopes.add(proven.entry().envelope()));
        envelopes.add(bundle.entry().entry().envelope());
        return envelopes;
    }
}
