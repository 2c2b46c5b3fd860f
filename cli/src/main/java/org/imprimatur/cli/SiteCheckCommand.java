package org.imprimatur.cli;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.imprimatur.node.SiteConfig;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.register.UseClass;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "check",
        description = {
            "Read a site's file, and tell every fault with its line and what would be right.",
            "Exit status 2 when there is any. Files that it names, such as charters, are read too."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur site check /etc/imprimatur/site.yaml",
            "  imprimatur site check site.yaml --output json"
        })
final class SiteCheckCommand implements Callable<Integer> {

    private static final String ON_ADVISORIES =
            "limits.advisory counts revocations, and known flaws with a patch only on a node whose"
                    + " configuration has \"advisories\"";

    @Mixin private final Output output = new Output();

    @Parameters(paramLabel = "FILE", description = "The file that \"site\" of a node names.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        var document = Output.object();
        var faults = document.putArray("faults");
        try {
            var site = SiteConfig.read(Objects.requireNonNull(file), Optional.empty());
            var policy = site.policy();
            var classes =
                    policy.classes().keySet().stream()
                            .sorted(Comparator.naturalOrder())
                            .map(UseClass::wire)
                            .toList();
            output.line("%s: valid", policy.site());
            output.line("  classes: %s", String.join(", ", classes));
            output.line("  follows: %d", site.sources().size());
            output.line("  sha256 %s", policy.digest().hex());
            if (policy.limitsAdvisories()) {
                output.line("  note: %s", ON_ADVISORIES);
                document.putArray("notes").add(ON_ADVISORIES);
            }
            document.put("site", policy.site().toString())
                    .put("sitePolicy", "sha256:" + policy.digest().hex());
            output.document(document);
            return ExitCode.DONE.status();
        } catch (BadConfiguration bad) {
            for (var each : bad.faults()) {
                output.line("%s", each);
                faults.addObject()
                        .put("file", each.file())
                        .put("line", each.line())
                        .put("member", each.member())
                        .put("fault", each.fault())
                        .put("hint", each.hint());
            }
            output.document(document);
            return ExitCode.USAGE.status();
        }
    }
}
