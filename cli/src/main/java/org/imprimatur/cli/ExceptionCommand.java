package org.imprimatur.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Statement;
import org.imprimatur.register.UseClass;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "exception",
        description = {
            "Permit an image at a site for a time, though no endorsement permits it there.",
            "At most 90 days. Blocks, suspensions, and what is said of the image later still stop"
                    + " it; to end an exception sooner, block the image for the site."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  imprimatur exception sha512:3f… --site site:EXAMPLE --class payload --until"
                    + " 2027-01-31T00:00:00Z \\",
            "      --explanation 'rehearsal of the upgrade' --key me.pem --node https://site.example"
        })
final class ExceptionCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();
    @Mixin private final ImageTarget target = new ImageTarget();

    @Option(
            names = "--site",
            required = true,
            converter = Converters.OwnerConverter.class,
            description = "The site that you permit it for: site:NAME.")
    private @Nullable Owner site;

    @Option(
            names = "--class",
            required = true,
            converter = Converters.UseClassConverter.class,
            description = "The one class in which: infrastructure, trusted-payload or payload.")
    private @Nullable UseClass useClass;

    @Option(
            names = "--until",
            required = true,
            description = "When it ends, for example 2027-01-31T00:00:00Z.")
    private @Nullable Instant until;

    @Option(names = "--explanation", required = true, description = "Why.")
    private @Nullable String explanation;

    @Override
    public Integer call() throws IOException {
        return signing.submit(
                output,
                "The image may run at %s in the class %s until %s."
                        .formatted(site, useClass, until),
                (connection, header) ->
                        new Statement.SiteException(
                                header,
                                target.digest(connection),
                                Objects.requireNonNull(site),
                                Objects.requireNonNull(useClass),
                                Objects.requireNonNull(until),
                                Objects.requireNonNull(explanation)));
    }
}
