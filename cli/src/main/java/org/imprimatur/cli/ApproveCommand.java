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
        description = {
            "Approve an endorsed image for a site; the site's node then fetches it.",
            "What is approved is told before it is signed. What was revoked, blocked or withdrawn is"
                    + " not approved. A GUID means the version that waits, see \"imprimatur site"
                    + " queue\"."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur approve vo:biomed/debian-12 --site site:EXAMPLE --key me.pem --node"
                    + " https://site.example",
            "  imprimatur approve 9c1e4f0a-…/2.0 --site site:EXAMPLE --output json"
        })
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
        var about = Output.object();
        return signing.submit(
                output,
                "The image is approved for %s.".formatted(site),
                about,
                (connection, header) -> {
                    var chosen = target.atSite(connection);
                    QueueText.refuseUnlessStanding(chosen);
                    QueueText.tell(output, connection, chosen, about);
                    var found = chosen.found();
                    return new Statement.Approval(
                            header,
                            found.image(),
                            Objects.requireNonNull(site),
                            found.catalogue(),
                            found.endorsement());
                });
    }
}
