package org.imprimatur.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
    @Mixin private final SiteNode node = new SiteNode();

    @Override
    public Integer call() {
        var answer = node.client().json("/api/v1/site/queue");
        answer.path("queue").forEach(image -> QueueText.lines(output, image));
        output.line("%d waiting", answer.path("waiting").asLong());
        output.document(answer);
        return ExitCode.DONE.status();
    }
}
