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
        name = "approve",
        description = "Approve an endorsed image for a site; the site's node then fetches it.",
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur approve vo:biomed/debian-12 --site site:EXAMPLE --key me.pem --node"
                        + " https://site.example")
final class ApproveCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();
    @Mixin private final ImageTarget target = new ImageTarget();

    @Option(
            names = "--site",
            required = true,
            converter = Converters.OwnerConverter.class,
            description = "The site that you approve for: site:NAME.")
    private @Nullable Owner site;

    @Override
    public Integer call() throws IOException {
        return signing.submit(
                output,
                "The image is approved for %s.".formatted(site),
                (connection, header) -> {
                    var found = target.atSite(connection);
                    return new Statement.Approval(
                            header,
                            found.image(),
                            Objects.requireNonNull(site),
                            found.catalogue(),
                            found.endorsement());
                });
    }
}
