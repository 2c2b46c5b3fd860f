package org.imprimatur.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.register.Charter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = {
            "Put all that is known of an image, a running instance or a person into one file:"
                    + " statements with their proofs, report, packages, open advisories, contacts, and of"
                    + " a site what was published, ran and was decided.",
            "Each part is checked as far as it can be. What could not be had is named.",
            "Status 1: something in the file is wrong."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur incident export vo:biomed/debian-12 --save incident.zip --node"
                    + " https://site.example --charter catalogue.json",
            "  imprimatur incident export instance:0f8e… --save incident.zip --node"
                    + " https://site.example",
            "  imprimatur incident export person:3a1c… --save incident.zip --node"
                    + " https://catalogue.example"
        })
final class IncidentExportCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final AnchorOptions anchors = new AnchorOptions();

    @Parameters(
            paramLabel = "SUBJECT",
            description =
                    "sha512:DIGEST, GUID, GUID/VERSION, OWNER/TAG, the id of an endorsement,"
                            + " instance:ID or person:DIGEST.")
    private String subject = "";

    @Option(
            names = "--node",
            paramLabel = "URL",
            required = true,
            defaultValue = "${env:IMPRIMATUR_NODE}",
            description =
                    "Address of a catalogue or a site; a site says where the ledgers are that it"
                            + " follows (default: $IMPRIMATUR_NODE).")
    private @Nullable URI node;

    @Option(
            names = "--charter",
            paramLabel = "FILE",
            defaultValue = "${env:IMPRIMATUR_CHARTER}",
            description =
                    "Charter of a ledger, from a source you trust; may be given for several (default:"
                            + " $IMPRIMATUR_CHARTER, else what each node shows, with a warning).")
    private List<Path> charters = List.of();

    @Option(
            names = "--save",
            paramLabel = "FILE",
            required = true,
            description = "Where to write the file, a ZIP.")
    private @Nullable Path save;

    @Override
    public Integer call() throws IOException {
        var target = Objects.requireNonNull(save).toAbsolutePath();
        var directory = target.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--save: there is no directory for %s to be written to".formatted(target));
        }
        var pinned = new ArrayList<Charter>();
        for (var one : charters) {
            pinned.add(NodeOptions.readCharter(one));
        }
        var file = new IncidentFile(subject, At.CLOCK.instant());
        new Incident(file, pinned, anchors.read(output), output)
                .collect(subject, Objects.requireNonNull(node));
        file.write(target);
        tell(file, target);
        return file.bad().isEmpty() ? ExitCode.DONE.status() : ExitCode.NO.status();
    }

    private void tell(IncidentFile file, Path target) {
        file.summary().forEach(line -> output.line("%s", line));
        file.bad().forEach(line -> output.line("WRONG    %s", line));
        file.absent().forEach(line -> output.line("missing  %s", line));
        output.line("%d parts in %s", file.size(), target);
        var json = Output.object().put("file", target.toString()).put("parts", file.size());
        var summary = json.putArray("summary");
        file.summary().forEach(summary::add);
        var bad = json.putArray("bad");
        file.bad().forEach(bad::add);
        var missing = json.putArray("missing");
        file.absent().forEach(missing::add);
        output.document(json);
    }
}
