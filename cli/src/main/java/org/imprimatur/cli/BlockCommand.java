package org.imprimatur.cli;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Statement;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "block",
        description = "Forbid an image, whoever endorsed it, for an infrastructure, VO or site.",
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur block sha512:3f… --owner infrastructure:egi --explanation 'incident 17'"
                        + " --key me.pem --node https://catalogue.example")
final class BlockCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();
    @Mixin private final ImageTarget target = new ImageTarget();

    @Option(
            names = "--owner",
            required = true,
            converter = Converters.OwnerConverter.class,
            description = "Who blocks: infrastructure:NAME, vo:NAME or site:NAME.")
    private @Nullable Owner owner;

    @Option(names = "--explanation", required = true, description = "Why.")
    private @Nullable String explanation;

    @Override
    public Integer call() throws IOException {
        return signing.submit(
                output,
                "The image is blocked by %s.".formatted(owner),
                (connection, header) ->
                        new Statement.Block(
                                header,
                                target.digest(connection),
                                Objects.requireNonNull(owner),
                                Objects.requireNonNull(explanation)));
    }
}
