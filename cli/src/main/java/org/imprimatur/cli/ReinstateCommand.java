package org.imprimatur.cli;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.register.Statement;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "reinstate",
        description =
                "End a suspension: the person acts again, and their endorsements count again.",
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur reinstate 9c2e… --explanation 'new key' --key me.pem --node"
                        + " https://catalogue.example")
final class ReinstateCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();

    @Parameters(paramLabel = "SUSPENSION", description = "Id of the suspension's statement.")
    private @Nullable String suspension;

    @Option(names = "--explanation", required = true, description = "Why.")
    private @Nullable String explanation;

    @Override
    public Integer call() throws IOException {
        var id = Objects.requireNonNull(suspension);
        return signing.submit(
                output,
                "The suspension has ended.",
                (connection, header) -> {
                    var ended =
                            ProvenStatement.find(
                                    connection,
                                    id,
                                    Statement.Kind.SUSPENSION,
                                    Statement.Suspension.class);
                    return new Statement.Reinstatement(
                            header,
                            ended.owner(),
                            ended.person(),
                            ProvenStatement.id(id),
                            Objects.requireNonNull(explanation));
                });
    }
}
