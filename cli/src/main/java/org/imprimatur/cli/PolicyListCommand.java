package org.imprimatur.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "list",
        description = "List every version of every policy of a ledger.",
        footerHeading = "%nExample:%n",
        footer = "  imprimatur policy list --node https://catalogue.example")
final class PolicyListCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final NodeOptions node = new NodeOptions();

    @Override
    public Integer call() throws IOException {
        var answer = node.connect(output).client().json("/api/v1/policies");
        for (var policy : answer.path("policies")) {
            output.line(
                    "%s %s  sha256:%s",
                    policy.path("name").asText(),
                    policy.path("version").asText(),
                    policy.path("sha256").asText());
            output.line(
                    "        %s",
                    policy.has("acceptBefore")
                            ? "entry %s by %s, older acceptances suffice until %s: %s"
                                    .formatted(
                                            policy.path("index").asText(),
                                            policy.path("owner").asText(),
                                            policy.path("acceptBefore").asText(),
                                            policy.path("explanation").asText())
                            : "of the charter");
        }
        output.document(answer);
        return ExitCode.DONE.status();
    }
}
