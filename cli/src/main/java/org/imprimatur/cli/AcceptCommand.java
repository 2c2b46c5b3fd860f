package org.imprimatur.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.imprimatur.register.Statement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "accept",
        description = {
            "Accept the policy of a ledger in its newest version, as whoever is appointed must before their acts count.",
            "Without --yes the policy is printed and nothing is signed."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur accept --key me.pem --node https://catalogue.example          read it",
            "  imprimatur accept --yes --key me.pem --node https://catalogue.example    sign it"
        })
final class AcceptCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Another policy of the ledger than the charter's; see policy list.")
    private String name = "";

    @Option(names = "--yes", description = "I have read the policy and shall follow it.")
    private boolean yes;

    @Override
    public Integer call() throws IOException {
        var connection = signing.connect(output);
        var newest = CurrentPolicy.newest(connection, name);
        var policy = newest.policy();
        var document = newest.bytes();
        if (!yes) {
            output.line("%s", new String(document, StandardCharsets.UTF_8));
            output.line("%s", newest.news());
            output.line("This is %s. To accept it, add --yes.", policy);
            output.document(
                    Output.object()
                            .put("accepted", false)
                            .put("name", policy.name())
                            .put("version", policy.version())
                            .put("sha256", policy.sha256().hex()));
            return ExitCode.NO.status();
        }
        return signing.submit(
                output,
                "You have accepted %s.".formatted(policy),
                (_, header) -> new Statement.Acceptance(header, policy));
    }
}
