package org.imprimatur.cli;

import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "replay",
        description = {
            "Let a site make a recorded decision again: from the same ledger entries, the same"
                    + " policy and the same moment. And say whether today's would differ, and why.",
            "Status 0: it comes out the same. 1: it does not, or what it rests on is not kept."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur replay 6b1e3c0e-0000-4000-8000-000000000001 --node"
                        + " https://site.example")
final class ReplayCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final SiteNode node = new SiteNode();

    @Parameters(paramLabel = "DECISION", description = "The decision's id.")
    private @Nullable UUID id;

    @Override
    public Integer call() {
        var answer = node.client().json("/api/v1/site/decisions/" + id + "/replay");
        boolean same = answer.path("same").asBoolean(false);
        DecisionText.tell(output, answer.path("recorded"));
        if (same) {
            output.line("replayed: the same in every word");
        } else {
            output.line("replayed: NOT THE SAME");
            DecisionText.tell(output, answer.path("replayed"));
        }
        if (answer.path("differs").asBoolean(false)) {
            output.line(
                    "today it would be: %s",
                    DecisionText.permits(answer.path("today")) ? "PERMIT" : "DENY");
            DecisionText.lines(answer.path("new")).forEach(l -> output.line("  new  %s", l));
            DecisionText.lines(answer.path("gone")).forEach(l -> output.line("  gone %s", l));
            answer.path("why").forEach(one -> output.line("  %s", one.asText()));
        } else {
            output.line("today it would be the same");
        }
        output.document(answer);
        return (same ? ExitCode.DONE : ExitCode.NO).status();
    }
}
