package org.imprimatur.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.disk.ImageException;
import org.imprimatur.inspect.Comparison;
import org.imprimatur.inspect.ComparisonJson;
import org.imprimatur.inspect.ComparisonText;
import org.imprimatur.inspect.FactsJson;
import org.imprimatur.inspect.FileIndex;
import org.imprimatur.inspect.Inspection;
import org.imprimatur.inspect.Options;
import org.imprimatur.inspect.Report;
import org.imprimatur.inspect.ReportForm;
import org.imprimatur.inspect.ReportJson;
import org.imprimatur.inspect.ReportText;
import org.imprimatur.inspect.RootChanges;
import org.imprimatur.inspect.SbomForm;
import org.imprimatur.inspect.rules.Severity;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "inspect",
        description = {
            "Look into a disk image and tell whether it may be endorsed.",
            "Reads raw, qcow2, VMDK, VHD, VHDX, VDI and OVA images in this process: no root,"
                    + " no mounting, no other program."
                    + " Whatever cannot be read makes the inspection INCOMPLETE.",
            "Exit status 1 when there are findings at or above --fail-on; with --diff, when IMAGE has"
                    + " such findings that OLD has not, or when not all could be compared."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur inspect image.qcow2",
            "  imprimatur inspect image.qcow2 --output json --sbom image.cdx.json | jq .findings",
            "  imprimatur inspect image.raw --report page.html --report junit.xml --fail-on warn",
            "  imprimatur inspect image.raw --quick       system, packages and accounts alone",
            "  imprimatur inspect --diff old.qcow2 new.qcow2          what changed, in short",
            "  imprimatur inspect --diff old.qcow2 new.qcow2 -o json | jq .newFindings",
            "  imprimatur inspect --diff base.qcow2 combined.qcow2 --vo-configuration"
        })
final class InspectCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final At at = new At();
    @Mixin private final ProfileOption profile = new ProfileOption();

    @Parameters(
            paramLabel = "IMAGE",
            description = "The image file, raw, qcow2, VMDK, VHD, VHDX, VDI or OVA.")
    private @Nullable Path image;

    @Option(
            names = "--fail-on",
            paramLabel = "SEVERITY",
            defaultValue = "block",
            description = "block (default), warn or info.")
    private Severity threshold = Severity.BLOCK;

    @Option(
            names = "--sbom",
            paramLabel = "FILE",
            description = {
                "Write the bill of materials there: SPDX 2.3 where the name ends in .spdx.json, else"
                        + " CycloneDX 1.6; JSON. May be given several times."
            })
    private List<Path> sboms = List.of();

    @Option(
            names = "--sbom-format",
            paramLabel = "FORM",
            description = "cyclonedx or spdx, whatever the name of the file.")
    private @Nullable SbomForm sbomForm;

    @Option(
            names = "--unowned",
            paramLabel = "FILE",
            description = {
                "Write there which files belong to no package, one to a line: why it is worth a look,"
                        + " a tab, the path."
            })
    private @Nullable Path unowned;

    @Option(
            names = "--facts",
            paramLabel = "FILE",
            description = {
                "Write what stands on the disk there as JSON, without any opinion: accounts, sudo, sshd,"
                        + " PAM, units, jobs, listeners, boot, keys (never the secret) and more."
            })
    private @Nullable Path facts;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = {
                "Write the report there, in the form that the name's ending asks for: .json, .sarif,"
                        + " .html, .xml (JUnit) or .txt. May be given several times."
            })
    private List<Path> reports = List.of();

    @Option(
            names = "--quick",
            description = "No digests and no search for keys: fast, and never COMPLETE.")
    private boolean quick;

    @Option(
            names = "--unallocated",
            description = "Search free space for keys too: those of deleted files.")
    private boolean unallocated;

    @Option(
            names = "--diff",
            paramLabel = "OLD",
            description = {
                "Tell what changed from the image OLD to IMAGE: findings, packages, files, accounts,"
                        + " groups, units that run, listeners."
            })
    private @Nullable Path old;

    @Option(
            names = "--vo-configuration",
            description = {
                "With --diff, where OLD is a base image and IMAGE was combined from it: tell what no VO"
                        + " configuration may change (kernel, root's configuration, what the base"
                        + " brought along), with exit status 1 if there is any."
            })
    private boolean voConfiguration;

    @Option(names = "--all", description = "With --diff: list every change, not only the first.")
    private boolean all;

    @Override
    public Integer call() throws IOException {
        var options = profile.options(at.instant());
        reports.forEach(InspectCommand::form);
        if (quick && unallocated) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--unallocated searches, and --quick does not; give one");
        }
        if (quick && unowned != null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--unowned looks at every file, and --quick does not; give one");
        }
        if (quick) {
            options = options.quick();
        } else if (unallocated) {
            options = options.withUnallocated();
        }
        if (old != null) {
            return compare(old, Objects.requireNonNull(image), options);
        }
        if (all || voConfiguration) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--all and --vo-configuration are for --diff alone");
        }
        var found = inspect(Objects.requireNonNull(image), options, output);
        for (var file : sboms) {
            var form = sbomForm == null ? SbomForm.ofName(file) : sbomForm;
            Files.write(file, form.bytes(found));
        }
        if (unowned != null) {
            Files.writeString(unowned, unownedFiles(found));
        }
        if (facts != null) {
            try (var out = Files.newBufferedWriter(facts)) {
                FactsJson.write(found, out);
            }
        }
        for (var file : reports) {
            Files.write(file, form(file).bytes(found, options.profile(), threshold));
        }
        if (output.json()) {
            output.out().write(new String(ReportJson.bytes(found), StandardCharsets.UTF_8));
        } else {
            output.out().print(ReportText.of(found, Output.coloured()));
        }
        output.out().flush();
        return found.hasFindings(threshold) ? ExitCode.NO.status() : ExitCode.DONE.status();
    }

    private int compare(Path before, Path after, Options options) throws IOException {
        if (!sboms.isEmpty() || !reports.isEmpty() || unowned != null || facts != null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--diff compares two images; --sbom, --report, --facts and --unowned tell of one");
        }
        var without = options.withoutDigests();
        var comparison = Comparison.of(side(before, without, output), side(after, without, output));
        var beyond = voConfiguration ? RootChanges.of(comparison) : null;
        if (output.json()) {
            ComparisonJson.write(comparison, beyond, output.out());
        } else {
            ComparisonText.write(comparison, all, output.out());
            if (beyond != null) {
                ComparisonText.write(beyond, all, output.out());
            }
        }
        output.out().flush();
        return comparison.hasNewFindings(threshold)
                        || !comparison.notCompared().isEmpty()
                        || beyond != null && !beyond.changes().isEmpty()
                ? ExitCode.NO.status()
                : ExitCode.DONE.status();
    }

    private static Comparison.Side side(Path image, Options options, Output output)
            throws IOException {
        var index = new FileIndex();
        return new Comparison.Side(inspect(image, options, output, index), index);
    }

    private static String unownedFiles(Report report) {
        var lines = new StringBuilder();
        for (var each : report.facts().files().unownedFiles()) {
            lines.append(each.kind().name().toLowerCase(Locale.ROOT))
                    .append('\t')
                    .append(each.path())
                    .append('\n');
        }
        return lines.toString();
    }

    /** Asked before the work begins, so that a wrong name costs nothing. */
    private static ReportForm form(Path file) {
        return ReportForm.of(file)
                .orElseThrow(
                        () ->
                                new CommandFailure(
                                        ExitCode.USAGE,
                                        "no form of report has the ending of '%s'; there are %s"
                                                .formatted(file, ReportForm.endings())));
    }

    static Report inspect(Path image, Options options, Output output) throws IOException {
        return inspect(image, options, output, null);
    }

    private static Report inspect(
            Path image, Options options, Output output, @Nullable FileIndex index)
            throws IOException {
        try (var progress = new Progress(output.err())) {
            return Inspection.run(image, options, progress, index);
        } catch (ImageException bad) {
            throw new CommandFailure(
                    ExitCode.UNREADABLE, "%s: %s".formatted(image, bad.explanation()), bad);
        }
    }
}
