package org.imprimatur.cli;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Urgency;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "revoke",
        description = "Take an endorsement back: from now on no site should start the image.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur revoke vo:biomed/debian-12 --reason vulnerable --advisory CVE-2026-1234 \\",
            "      --explanation 'openssl' --key me.pem --node https://catalogue.example",
            "  imprimatur revoke vo:biomed/debian-12 --reason superseded --urgency low --replacement 5f… \\",
            "      --explanation '1.1 is out'"
        })
final class RevokeCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();
    @Mixin private final ImageTarget target = new ImageTarget();

    @Option(
            names = "--reason",
            required = true,
            converter = Converters.ReasonConverter.class,
            description =
                    "vulnerable, compromised, superseded, endorsed-in-error or policy-violation.")
    private Statement.Revocation.@Nullable Reason reason;

    @Option(names = "--explanation", required = true, description = "What the problem is.")
    private @Nullable String explanation;

    @Option(
            names = "--advisory",
            paramLabel = "ID",
            description = "Identifier of an advisory, for example a CVE; may be repeated.")
    private List<String> advisories = List.of();

    @Option(
            names = "--urgency",
            converter = Converters.UrgencyConverter.class,
            description = "How soon sites should act: critical, high, moderate or low.")
    private @Nullable Urgency urgency;

    @Option(
            names = "--replacement",
            paramLabel = "ID",
            converter = Converters.IdConverter.class,
            description = "The endorsement to use instead.")
    private @Nullable StatementId replacement;

    @Override
    public Integer call() throws IOException {
        return signing.submit(
                output,
                "The endorsement is revoked; followers deny the image from now on.",
                (connection, header) -> {
                    var found = target.inCatalogue(connection);
                    return new Statement.Revocation(
                            header,
                            found.image(),
                            found.endorsement(),
                            Objects.requireNonNull(reason),
                            Objects.requireNonNull(explanation),
                            advisories,
                            urgency,
                            replacement);
                });
    }
}
