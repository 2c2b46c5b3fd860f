package org.imprimatur.cli;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.imprimatur.register.Owner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "show",
        description =
                "List practice statements, newest first, with the addresses of the documents.",
        footerHeading = "%nExample:%n",
        footer = "  imprimatur practice show --owner vo:biomed --node https://catalogue.example")
final class PracticeShowCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final NodeOptions node = new NodeOptions();

    @Option(
            names = "--owner",
            converter = Converters.OwnerConverter.class,
            description = "Of the endorsers of this owner only.")
    private @Nullable Owner owner;

    @Override
    public Integer call() throws IOException {
        var query =
                owner == null
                        ? ""
                        : "?owner=" + URLEncoder.encode(owner.toString(), StandardCharsets.UTF_8);
        var answer = node.connect(output).client().json("/api/v1/practices" + query);
        for (var practice : answer.path("practices")) {
            output.line(
                    "%s, version %s, of %s for %s",
                    practice.path("title").asText(),
                    practice.path("version").asText(),
                    practice.path("signer").path("subject").asText(),
                    practice.path("owner").asText());
            output.line(
                    "        entry %s, %s  sha256:%s",
                    practice.path("index").asText(),
                    practice.path("admittedAt").asText(),
                    practice.path("sha256").asText());
            output.line("        %s", practice.path("document").asText());
        }
        output.document(answer);
        return ExitCode.DONE.status();
    }
}
