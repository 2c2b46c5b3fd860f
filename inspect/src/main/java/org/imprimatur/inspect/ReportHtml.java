package org.imprimatur.inspect;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.imprimatur.inspect.ClauseGroups.ByClause;
import org.imprimatur.inspect.ClauseGroups.ByRule;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.rules.Severity;

/**
 * Writes a report as one page for people. It needs no other file, runs no script, and may be mailed
 * and printed. All text from the image is escaped.
 */
final class ReportHtml {

    private static final int MAX_OPEN_PLACES = 8;

    private static final String STYLE =
            """
            :root { color-scheme: light dark; --line: #8884; --dim: #888; --block: #c0272d; --warn: #a86a00; --info: #4a6fa5; --good: #1d7a46 }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
            h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line) }
            h3 { font-size: 1rem; margin: 1.2rem 0 .2rem } h3 code { color: var(--dim); font-weight: normal }
            code, .mono { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere }
            table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top; border-bottom: 1px solid var(--line) }
            th { font-weight: normal; color: var(--dim); white-space: nowrap } ul { margin: .3rem 0; padding-left: 1.2rem }
            .verdict { padding: 1rem; margin: 1rem 0; border-left: .5rem solid; font-size: 1.2rem }
            .block { color: var(--block) } .warn { color: var(--warn) } .info { color: var(--info) } .good { color: var(--good) }
            .dim { color: var(--dim) } .remedy { margin: .3rem 0 } .remedy::before { content: "→ " } summary { cursor: pointer; color: var(--dim) }
            @media print { details:not([open]) > *:not(summary) { display: block } body { max-width: none; margin: 0 } }
            """;

    private final StringBuilder html = new StringBuilder(1 << 14);
    private final Report report;

    private ReportHtml(Report report) {
        this.report = report;
    }

    /** The whole page. */
    static String of(Report report) {
        var page = new ReportHtml(report);
        page.write();
        return page.html.toString();
    }

    private void write() {
        var name = report.facts().os().prettyName();
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.append("<meta name=\"viewport\" content=\"width=device-width\">\n");
        add("<title>%s: %s</title>\n", report.verdict(), name);
        html.append("<style>\n").append(STYLE).append("</style>\n</head>\n<body>\n");
        add("<h1>Inspection of a disk image: %s</h1>\n", name);
        verdict();
        image();
        for (var severity : Severity.values()) {
            findings(severity);
        }
        list("Not read", report.unread());
        list("Notes", report.notes());
        packages();
        html.append("</body>\n</html>\n");
    }

    private void verdict() {
        boolean passed = report.verdict() == Report.Verdict.PASS;
        html.append(
                "<p class=\"verdict %s\"><strong>%s</strong> (%s)"
                        .formatted(
                                passed ? "good" : "block",
                                report.verdict(),
                                report.completeness()));
        var counts =
                Arrays.stream(Severity.values())
                        .filter(severity -> !report.findings(severity).isEmpty())
                        .map(
                                severity ->
                                        "%d %s"
                                                .formatted(
                                                        report.findings(severity).size(),
                                                        ClauseGroups.heading(severity)
                                                                .toLowerCase(Locale.ROOT)))
                        .collect(Collectors.joining(", "));
        add("<br><small>%s</small></p>\n", counts.isEmpty() ? "no findings" : counts);
    }

    private void image() {
        html.append("<table>\n");
        row(
                "Profile",
                "%s (sha256 %s), judged for %s"
                        .formatted(report.profile(), report.profileDigest(), report.at()));
        row("By", report.tool());
        row(
                "File",
                "%s, %,d bytes, a disk of %,d bytes"
                        .formatted(
                                report.image().format(),
                                report.image().fileBytes(),
                                report.image().virtualBytes()));
        if (!report.digests().sha512().isEmpty()) {
            row("SHA-512", report.digests().sha512());
            row("Content", report.digests().contentRoot());
        }
        html.append("</table>\n");
    }

    private void row(String name, String value) {
        add("<tr><th>%s</th><td class=\"mono\">%s</td></tr>\n", name, value);
    }

    private void findings(Severity severity) {
        var clauses = ClauseGroups.of(report.findings(severity));
        if (clauses.isEmpty()) {
            return;
        }
        html.append("<h2 class=\"%s\">".formatted(severity.label()));
        add(
                "%s <span class=\"dim\">(%s)</span></h2>\n",
                ClauseGroups.heading(severity), report.findings(severity).size());
        for (ByClause clause : clauses) {
            add("<p><strong>%s</strong> <span class=\"dim\">", clause.id());
            add("%s</span></p>\n", clause.requirement());
            clause.rules().forEach(this::rule);
        }
    }

    private void rule(ByRule rule) {
        add("<h3>%s <code>%s</code></h3>\n", rule.rule().title(), rule.rule().id());
        add("<div>%s</div>\n", rule.rule().rationale());
        add("<div class=\"remedy\">%s</div>\n", rule.rule().remedy());
        boolean many = rule.findings().size() > MAX_OPEN_PLACES;
        if (many) {
            add("<details><summary>%s places</summary>", rule.findings().size());
        }
        html.append("<ul>\n");
        for (var finding : rule.findings()) {
            if (finding.path().isEmpty()) {
                add("<li>%s</li>\n", finding.evidence());
            } else {
                add("<li><code>%s</code> %s</li>\n", finding.path(), finding.evidence());
            }
        }
        html.append(many ? "</ul></details>\n" : "</ul>\n");
        add("<div class=\"dim\">%s</div>\n", String.join(", ", rule.rule().clauses()));
    }

    private void list(String heading, List<?> things) {
        if (things.isEmpty()) {
            return;
        }
        add("<h2>%s <span class=\"dim\">(%s)</span></h2>\n<ul>\n", heading, things.size());
        for (var thing : things) {
            add("<li class=\"mono\">%s</li>\n", thing);
        }
        html.append("</ul>\n");
    }

    private void packages() {
        var packages = report.facts().packages();
        add("<h2>Packages <span class=\"dim\">(%s)</span></h2>\n", packages.size());
        if (packages.isEmpty()) {
            return;
        }
        html.append("<details><summary>all of them</summary>\n<table>\n");
        for (InstalledPackage each : packages) {
            add("<tr><td class=\"mono\">%s</td>", each.name());
            add("<td class=\"mono\">%s</td>", each.version());
            add("<td class=\"mono\">%s</td></tr>\n", each.architecture());
        }
        html.append("</table>\n</details>\n");
    }

    /** The form with the arguments in it, all of them escaped. */
    private void add(String form, Object... arguments) {
        var safe = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            safe[i] = Escaping.markup(arguments[i].toString());
        }
        html.append(form.formatted(safe));
    }
}
