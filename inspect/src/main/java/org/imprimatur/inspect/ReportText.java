package org.imprimatur.inspect;

import java.util.Locale;
import org.imprimatur.inspect.ClauseGroups.ByClause;
import org.imprimatur.inspect.ClauseGroups.ByRule;
import org.imprimatur.inspect.rules.Severity;

/**
 * Writes a report for a terminal: the heaviest findings first, by clause, and the verdict as the
 * last line.
 */
public final class ReportText {

    private static final int MAX_PLACES = 8;
    private static final int MAX_REQUIREMENT = 90;
    private static final String RED = "\u001b[31m";
    private static final String YELLOW = "\u001b[33m";
    private static final String GREEN = "\u001b[32m";
    private static final String BOLD = "\u001b[1m";
    private static final String PLAIN = "\u001b[0m";

    private final boolean colours;
    private final StringBuilder text = new StringBuilder();

    private ReportText(boolean colours) {
        this.colours = colours;
    }

    /**
     * The whole text, ended by a line feed.
     *
     * @param colours whether to use the escape sequences of ANSI terminals
     */
    public static String of(Report report, boolean colours) {
        var writer = new ReportText(colours);
        writer.write(report);
        return writer.text.toString();
    }

    private void write(Report report) {
        var image = report.image();
        line(
                "%s: %s in %s, disk of %s",
                report.facts().os().prettyName(),
                size(image.fileBytes()),
                image.format(),
                size(image.virtualBytes()));
        line(
                "%d packages%s, profile %s",
                report.facts().packages().size(),
                report.facts().architecture().isEmpty()
                        ? ""
                        : " for " + report.facts().architecture(),
                report.profile());
        if (!report.digests().sha512().isEmpty()) {
            line("sha512   %s", report.digests().sha512());
            line("content  %s", report.digests().contentRoot());
        }
        for (var severity : Severity.values()) {
            var findings = report.findings(severity);
            if (!findings.isEmpty()) {
                line("");
                line("%s", coloured(BOLD + colour(severity), heading(severity, findings.size())));
                ClauseGroups.of(findings).forEach(this::clause);
            }
        }
        for (var space : report.facts().freeSpace()) {
            if (space.usedBytes() > 0) {
                line(
                        "note: %s: %s of its %s of free space are not zero, the first at offset %d",
                        space.volume(),
                        size(space.usedBytes()),
                        size(space.bytes()),
                        space.firstUsed());
            }
        }
        for (var note : report.notes()) {
            line("note: %s", note);
        }
        line("");
        line("%s", verdict(report));
    }

    private void clause(ByClause clause) {
        line(
                "  %s",
                coloured(
                        BOLD,
                        clause.requirement().isEmpty()
                                ? clause.id()
                                : clause.id() + "  " + shortened(clause.requirement())));
        clause.rules().forEach(this::rule);
    }

    private void rule(ByRule rule) {
        line("    %s  [%s]", rule.rule().title(), rule.rule().id());
        var findings = rule.findings();
        for (var finding : findings.subList(0, Math.min(findings.size(), MAX_PLACES))) {
            line(
                    "      %s%s",
                    finding.path().isEmpty() ? "" : finding.path() + ": ", finding.evidence());
        }
        if (findings.size() > MAX_PLACES) {
            line("      and %d more", findings.size() - MAX_PLACES);
        }
        line("      -> %s", rule.rule().remedy());
    }

    private static String shortened(String requirement) {
        return requirement.length() <= MAX_REQUIREMENT
                ? requirement
                : requirement.substring(0, requirement.lastIndexOf(' ', MAX_REQUIREMENT)) + " …";
    }

    private String verdict(Report report) {
        long blocking = report.findings(Severity.BLOCK).size();
        var completeness = report.completeness().name();
        return switch (report.verdict()) {
            case PASS -> coloured(BOLD + GREEN, "PASS (%s)".formatted(completeness));
            case FAIL ->
                    coloured(
                            BOLD + RED,
                            "FAIL (%s): %d blocking %s"
                                    .formatted(
                                            completeness,
                                            blocking,
                                            blocking == 1 ? "finding" : "findings"));
        };
    }

    private static String heading(Severity severity, int count) {
        return "%s (%d)".formatted(ClauseGroups.heading(severity), count);
    }

    private static String colour(Severity severity) {
        return switch (severity) {
            case BLOCK -> RED;
            case WARN -> YELLOW;
            case INFO -> "";
        };
    }

    private String coloured(String colour, String text) {
        return colours ? colour + text + PLAIN : text;
    }

    private static String size(long bytes) {
        return bytes < 10_000_000
                ? bytes + " bytes"
                : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private void line(String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
