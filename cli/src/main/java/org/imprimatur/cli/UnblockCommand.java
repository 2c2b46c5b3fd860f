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
        var id = Objects.requireNonNull(block);
        return signing.submit(
                output,
                "The block has ended.",
                (connection, header) -> {
                    var blocked =
                            ProvenStatement.find(
                                    connection, id, Statement.Kind.BLOCK, Statement.Block.class);
                    output.line("the block of %s for %s", blocked.image(), blocked.owner());
                    output.line("  by %s: %s", blocked.signer().subject(), blocked.explanation());
                    return new Statement.Unblock(
                            header,
                            blocked.image(),
                            blocked.owner(),
                            ProvenStatement.id(id),
                            Objects.requireNonNull(explanation));
                });
    }
}
