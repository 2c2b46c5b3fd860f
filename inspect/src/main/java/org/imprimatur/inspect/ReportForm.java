package org.imprimatur.inspect;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.imprimatur.inspect.rules.Profile;
import org.imprimatur.inspect.rules.Severity;

/** The forms a report can be written in, each known by the ending of a file's name. */
public enum ReportForm {
    /** For people at a terminal, without colours. */
    TEXT(".txt"),
    /** The report that an endorsement names (docs/format.md, "Inspection report"). */
    JSON(".json"),
    /** SARIF 2.1.0, for code scanning pages and editors. */
    SARIF(".sarif"),
    /** One page that needs nothing else, for people. */
    HTML(".html"),
    /** JUnit's XML, for build servers. */
    JUNIT(".xml");

    private final String ending;

    ReportForm(String ending) {
        this.ending = ending;
    }

    /** The form for a file of this name; empty when no form has such an ending. */
    public static Optional<ReportForm> of(Path file) {
        var name = file.getFileName() == null ? "" : file.getFileName().toString();
        var lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".sarif.json")) {
            return Optional.of(SARIF);
        }
        return Arrays.stream(values()).filter(form -> lower.endsWith(form.ending)).findFirst();
    }

    /** The endings, for people. */
    public static String endings() {
        return Arrays.stream(values()).map(form -> form.ending).collect(Collectors.joining(", "));
    }

    /**
     * The whole document.
     *
     * @param profile the rules the image was judged by
     * @param threshold what counts as failed where the form must say so of each rule
     */
    public byte[] bytes(Report report, Profile profile, Severity threshold) {
        return switch (this) {
            case TEXT -> ReportText.of(report, false).getBytes(StandardCharsets.UTF_8);
            case JSON -> ReportJson.bytes(report);
            case SARIF -> ReportSarif.bytes(report);
            case HTML -> ReportHtml.of(report).getBytes(StandardCharsets.UTF_8);
            case JUNIT ->
                    ReportJunit.of(report, profile, threshold).getBytes(StandardCharsets.UTF_8);
        };
    }
}
