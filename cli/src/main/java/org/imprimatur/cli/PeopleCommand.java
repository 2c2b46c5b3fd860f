package org.imprimatur.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "people",
        description = {
            "List who is appointed to what by each owner, with the contact for security matters.",
            "The history of one of them: imprimatur history person:DIGEST."
        },
        footerHeading = "%nExample:%n",
        footer = "  imprimatur people --node https://catalogue.example")
final class PeopleCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final NodeOptions node = new NodeOptions();

    @Override
    public Integer call() throws IOException {
        var answer = node.connect(output).client().json("/api/v1/people");
        for (var owner : answer.path("owners")) {
            output.line("%s", owner.path("owner").asText());
            for (var contact : owner.path("contacts")) {
                output.line("  told of what concerns its images: %s", contact.asText());
            }
            for (var one : owner.path("people")) {
                output.line(
                        "  %s%s: %s, %s%s%s%s",
                        one.path("role").asText(),
                        one.has("team") ? " in team " + one.path("team").asText() : "",
                        one.path("name").asText(),
                        one.path("contact").asText(),
                        one.path("inTerm").asBoolean() ? "" : ", not in term",
                        one.path("accepted").asBoolean() ? "" : ", policy not accepted",
                        one.path("suspended").asBoolean() ? ", SUSPENDED" : "");
                output.line(
                        "        %s  person:%s",
                        one.path("person").path("subject").asText(), one.path("digest").asText());
            }
        }
        output.document(answer);
        return ExitCode.DONE.status();
    }
}
