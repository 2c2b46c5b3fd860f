package org.imprimatur.cli;

import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The node that is asked; its word is taken as it is, without a charter. */
final class SiteNode {

    @Option(
            names = "--node",
            paramLabel = "URL",
            required = true,
            defaultValue = "${env:IMPRIMATUR_NODE}",
            description = "Address of the node (default: $IMPRIMATUR_NODE).")
    private @Nullable URI node;

    NodeClient client() {
        return new NodeClient(Objects.requireNonNull(node));
    }
}
