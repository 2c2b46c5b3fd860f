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
        name = "refuse",
        description = {
            "Refuse an endorsed image for a site, with the reason, which the endorser can read.",
            "What is refused is told before it is signed. A GUID means the version that waits, see"
                    + " \"imprimatur site queue\"."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur refuse vo:biomed/debian-12 --site site:EXAMPLE --explanation 'no room' --key"
                    + " me.pem --node https://site.example",
            "  imprimatur refuse 9c1e4f0a-…/2.0 --site site:EXAMPLE --explanation 'no swap' --output json"
        })
final class RefuseCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();
    @Mixin private final ImageTarget target = new ImageTarget();

    @Option(
            names = "--site",
            required = true,
            converter = Converters.OwnerConverter.class,
            description = "The site that you refuse it for: site:NAME.")
    private @Nullable Owner site;

    @Option(names = "--explanation", required = true, description = "Why the site refuses it.")
    private @Nullable String explanation;

    @Override
    public Integer call() throws IOException {
        var about = Output.object();
        return signing.submit(
                output,
                "The image is refused for %s.".formatted(site),
                about,
                (connection, header) -> {
                    var chosen = target.atSite(connection);
                    QueueText.tell(output, connection, chosen, about);
                    var found = chosen.found();
                    return new Statement.Refusal(
                            header,
                            found.image(),
                            Objects.requireNonNull(site),
                            found.catalogue(),
                            found.endorsement(),
                            Objects.requireNonNull(explanation));
                });
    }
}
