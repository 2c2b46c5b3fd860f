package org.imprimatur.cli;

import java.net.URI;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "queue",
        description = {
            "List the images that wait for an approver: those to which an approval is all that is"
                    + " missing, and that nobody has approved or refused. Who has waited longest"
                    + " comes first.",
            "Then \"imprimatur approve\" or \"imprimatur refuse\", with GUID/VERSION or the digest."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur site queue --node http://127.0.0.1:8080",
            "  imprimatur site queue --output json"
        })
final class SiteQueueCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();

    @Option(
            names = "--node",
            paramLabel = "URL",
            required = true,
            defaultValue = "${env:IMPRIMATUR_NODE}",
            description = "Address of the site's node (default: $IMPRIMATUR_NODE).")
    private @Nullable URI node;

    @Override
    public Integer call() {
        var answer = new NodeClient(Objects.requireNonNull(node)).json("/api/v1/site/queue");
        answer.path("queue").forEach(image -> QueueText.lines(output, image));
        output.line("%d waiting", answer.path("waiting").asLong());
        output.document(answer);
        return ExitCode.DONE.status();
    }
}
