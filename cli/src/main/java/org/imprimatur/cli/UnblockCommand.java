package org.imprimatur.cli;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "unblock",
        description = "End a block.",
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur unblock 9c2e… --explanation 'false alarm' --key me.pem --node"
                        + " https://catalogue.example")
final class UnblockCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();

    @Parameters(paramLabel = "BLOCK", description = "Id of the block's statement.")
    private @Nullable String block;

    @Option(names = "--explanation", required = true, description = "Why.")
    private @Nullable String explanation;

    @Override
    public Integer call() throws IOException {
        return signing.submit(
                output,
                "The block has ended.",
                (connection, header) -> {
                    var blocked = find(connection);
                    return new Statement.Unblock(
                            header,
                            blocked.image(),
                            blocked.owner(),
                            id(),
                            Objects.requireNonNull(explanation));
                });
    }

    private StatementId id() {
        try {
            return StatementId.parse(Objects.requireNonNull(block));
        } catch (MalformedInput wrong) {
            throw new CommandFailure(ExitCode.USAGE, wrong.explanation(), wrong);
        }
    }

    private Statement.Block find(NodeOptions.Connection connection) {
        var statement =
                ProvenStatement.read(
                                connection.client().json("/api/v1/statements/" + id().hex()),
                                connection.charter())
                        .statement();
        if (statement instanceof Statement.Block found) {
            return found;
        }
        throw new CommandFailure(
                ExitCode.USAGE,
                "%s is no block but a statement of kind %s"
                        .formatted(block, statement.kind().wire()));
    }
}
