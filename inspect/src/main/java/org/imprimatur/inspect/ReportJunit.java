package org.imprimatur.inspect;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.imprimatur.inspect.rules.Finding;
import org.imprimatur.inspect.rules.Profile;
import org.imprimatur.inspect.rules.RuleCatalogue;
import org.imprimatur.inspect.rules.Severity;

/**
 * Writes a report as the XML that build servers know from JUnit: one test case for each rule of the
 * profile, so that rules without findings are seen to have passed.
 */
final class ReportJunit {

    private ReportJunit() {}

    /**
     * The whole document.
     *
     * @param threshold the findings from which on a rule counts as failed; lighter ones are told in
     *     the output of a case that passes
     */
    static String of(Report report, Profile profile, Severity threshold) {
        var byRule = new TreeMap<String, List<Finding>>();
        for (var id : profile.severities().keySet()) {
            byRule.put(id, List.of());
        }
        byRule.putAll(
                report.findings().stream()
                        .collect(Collectors.groupingBy(finding -> finding.rule().id())));
        long failures =
                byRule.values().stream().filter(findings -> failed(findings, threshold)).count();
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.append(
                "<testsuites name=\"imprimatur inspect\" tests=\"%d\" failures=\"%d\">\n"
                        .formatted(byRule.size(), failures));
        xml.append(
                "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"0\" timestamp=\"%s\">\n"
                        .formatted(
                                Escaping.markup(report.profile()),
                                byRule.size(),
                                failures,
                                report.at()));
        byRule.forEach((id, findings) -> testCase(xml, id, findings, threshold));
        return xml.append("  </testsuite>\n</testsuites>\n").toString();
    }

    private static boolean failed(List<Finding> findings, Severity threshold) {
        return findings.stream().anyMatch(finding -> finding.severity().atLeast(threshold));
    }

    private static void testCase(
            StringBuilder xml, String id, List<Finding> findings, Severity threshold) {
        var rule = RuleCatalogue.rule(id).orElseThrow();
        xml.append(
                "    <testcase classname=\"%s\" name=\"%s\""
                        .formatted(
                                Escaping.markup(rule.clauses().getFirst()), Escaping.markup(id)));
        if (findings.isEmpty()) {
            xml.append("/>\n");
            return;
        }
        var places = new StringBuilder();
        for (var finding : findings) {
            places.append(finding.path().isEmpty() ? "image" : finding.path())
                    .append(": ")
                    .append(finding.evidence())
                    .append('\n');
        }
        var text = Escaping.markup(places + rule.rationale() + "\n" + rule.remedy() + "\n");
        if (failed(findings, threshold)) {
            xml.append(
                    ">\n      <failure type=\"%s\" message=\"%s\">%s</failure>\n    </testcase>\n"
                            .formatted(
                                    findings.getFirst().severity().label(),
                                    Escaping.markup(rule.title()),
                                    text));
        } else {
            xml.append(
                    ">\n      <system-out>%s</system-out>\n    </testcase>\n"
                            .formatted(Escaping.markup(rule.title() + "\n") + text));
        }
    }
}
