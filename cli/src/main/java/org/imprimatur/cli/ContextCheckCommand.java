package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.imprimatur.inspect.context.ContextFinding;
import org.imprimatur.inspect.context.ContextReport;
import org.imprimatur.inspect.context.Contextualisation;
import org.imprimatur.inspect.rules.Severity;
import org.imprimatur.register.Sha256;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "check",
        description = {
            "Read the scripts of a contextualisation, and tell whether they keep within what a site"
                    + " may do: interface the machine to syslog, monitoring and batch system, and leave"
                    + " kernel, libraries and programs as they were endorsed.",
            "Nothing is run. Whatever cannot be read or understood makes the answer INCOMPLETE.",
            "Exit status 1 when there are findings at or above --fail-on."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur context check worker.iso         with the digest that decisions name",
            "  imprimatur context check worker/            before it is made an image",
            "  imprimatur context check worker.iso -o json | jq -r '.findings[].rule'"
        })
final class ContextCheckCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();

    @Parameters(
            paramLabel = "PATH",
            description = "An ISO 9660 image, or a directory with what is to be put into one.")
    private @Nullable Path path;

    @Option(
            names = "--fail-on",
            paramLabel = "SEVERITY",
            defaultValue = "block",
            description = "block (default), warn or info.")
    private Severity threshold = Severity.BLOCK;

    @Override
    public Integer call() throws IOException {
        var medium = Objects.requireNonNull(path);
        var report = Contextualisation.check(medium);
        tell(output, medium, report, digest(medium));
        return (report.hasFindings(threshold) ? ExitCode.NO : ExitCode.DONE).status();
    }

    /**
     * The digest by which decisions and instances name a contextualisation; none of a directory.
     */
    private static Optional<Sha256> digest(Path medium) throws IOException {
        return Files.isDirectory(medium)
                ? Optional.empty()
                : Optional.of(new Sha256(Digests.of(medium, List.of("SHA-256")).value("SHA-256")));
    }

    /** Writes the answer, in either form. */
    static void tell(Output output, Path medium, ContextReport report, Optional<Sha256> digest) {
        var completeness = report.isComplete() ? "COMPLETE" : "INCOMPLETE";
        boolean fails = report.hasFindings(Severity.BLOCK);
        output.line("%s: %s", medium, String.join(", ", report.scripts()));
        digest.ifPresent(value -> output.line("contextualisation  %s", value));
        for (var severity : Severity.values()) {
            tell(output, severity, findings(report, severity));
        }
        output.line("");
        long blocking = findings(report, Severity.BLOCK).size();
        output.line(
                "%s (%s)%s",
                fails ? "FAIL" : "PASS",
                completeness,
                fails
                        ? ": %d blocking %s"
                                .formatted(blocking, blocking == 1 ? "finding" : "findings")
                        : "");
        output.document(document(report, digest, fails, completeness));
    }

    private static ObjectNode document(
            ContextReport report, Optional<Sha256> digest, boolean fails, String completeness) {
        var document =
                Output.object()
                        .put("verdict", fails ? "FAIL" : "PASS")
                        .put("completeness", completeness);
        digest.ifPresent(value -> document.put("contextualisation", value.toString()));
        report.scripts().forEach(document.putArray("scripts")::add);
        var list = document.putArray("findings");
        for (var finding : report.findings()) {
            var node = list.addObject().put("rule", finding.rule().id());
            node.put("severity", finding.rule().severity().label());
            finding.rule().clauses().forEach(node.putArray("clauses")::add);
            node.put("file", finding.file())
                    .put("line", finding.line())
                    .put("evidence", finding.evidence())
                    .put("remedy", finding.rule().remedy());
        }
        return document;
    }

    private static List<ContextFinding> findings(ContextReport report, Severity severity) {
        return report.findings().stream()
                .filter(each -> each.rule().severity() == severity)
                .toList();
    }

    /** Findings of one weight, by rule. */
    private static void tell(Output output, Severity severity, List<ContextFinding> findings) {
        if (findings.isEmpty()) {
            return;
        }
        output.line("");
        output.line("%s (%d)", severity.name(), findings.size());
        for (var rule : findings.stream().map(ContextFinding::rule).distinct().toList()) {
            output.line(
                    "  %s  [%s; %s]", rule.title(), rule.id(), String.join(", ", rule.clauses()));
            for (var finding : findings) {
                if (finding.rule() == rule) {
                    output.line("    %s%s", place(finding), finding.evidence());
                }
            }
            output.line("    -> %s", rule.remedy());
        }
    }

    private static String place(ContextFinding finding) {
        if (finding.file().isEmpty()) {
            return "";
        }
        return finding.line() == 0
                ? finding.file() + ": "
                : "%s:%d: ".formatted(finding.file(), finding.line());
    }
}
