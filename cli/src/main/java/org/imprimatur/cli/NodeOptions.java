package org.imprimatur.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.register.Charter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which node, and what is believed of its ledger beforehand. */
final class NodeOptions {

    @Option(
            names = "--node",
            paramLabel = "URL",
            required = true,
            defaultValue = "${env:IMPRIMATUR_NODE}",
            description = "Address of the node (default: $IMPRIMATUR_NODE).")
    private @Nullable URI node;

    @Option(
            names = "--charter",
            paramLabel = "FILE",
            defaultValue = "${env:IMPRIMATUR_CHARTER}",
            description =
                    "Charter of the node's ledger, from a source you trust (default:"
                            + " $IMPRIMATUR_CHARTER, else what the node shows, with a warning).")
    private @Nullable Path charter;

    /** A node, and the charter by which its answers are checked. */
    record Connection(NodeClient client, Charter charter) {}

    Connection connect(Output output) throws IOException {
        var client = new NodeClient(Objects.requireNonNull(node));
        if (charter != null) {
            return new Connection(client, readCharter(charter));
        }
        var shown = client.charter();
        output.err()
                .println(
                        "note: believing the charter that the node shows; pin it with --charter"
                                + " (GET %s)".formatted(node.resolve("/api/v1/charter")));
        return new Connection(client, shown);
    }

    static Charter readCharter(Path file) throws IOException {
        return Input.read(file, CharterJson.MAX_BYTES, CharterJson::read);
    }
}
