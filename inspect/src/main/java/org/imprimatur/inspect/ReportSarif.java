package org.imprimatur.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.inspect.rules.Finding;
import org.imprimatur.inspect.rules.Rule;
import org.imprimatur.inspect.rules.Severity;

/**
 * Writes a report as SARIF (OASIS Static Analysis Results Interchange Format 2.1.0).
 *
 * <p>Places in the image are relative to the base {@code IMAGE}, the root of the installed system.
 * What was not read stands among the notifications of the tool as well as among the results. The
 * same report gives the same bytes.
 */
final class ReportSarif {

    private static final String SCHEMA =
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    private final JsonGenerator json;
    private final Report report;
    private final List<Rule> rules;

    private ReportSarif(JsonGenerator json, Report report) {
        this.json = json;
        this.report = report;
        this.rules = report.findings().stream().map(Finding::rule).distinct().toList();
    }

    /** The whole document, ended by a line feed. */
    static byte[] bytes(Report report) {
        var out = new ByteArrayOutputStream(1 << 14);
        try (var json = ReportJson.generator(out)) {
            new ReportSarif(json, report).write();
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes every byte", e);
        }
        return out.toByteArray();
    }

    private void write() throws IOException {
        json.writeStartObject();
        json.writeStringField("$schema", SCHEMA);
        json.writeStringField("version", "2.1.0");
        json.writeArrayFieldStart("runs");
        json.writeStartObject();
        tool();
        invocation();
        artifact();
        json.writeArrayFieldStart("results");
        for (var finding : report.findings()) {
            result(finding);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("properties");
        json.writeStringField("verdict", report.verdict().name());
        json.writeStringField("completeness", report.completeness().name());
        json.writeStringField("profile", report.profile());
        json.writeStringField("profileDigest", report.profileDigest());
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
    }

    private void tool() throws IOException {
        var words = report.tool().split(" ", 2);
        json.writeObjectFieldStart("tool");
        json.writeObjectFieldStart("driver");
        json.writeStringField("name", words[0]);
        if (words.length > 1) {
            json.writeStringField("version", words[1]);
        }
        json.writeArrayFieldStart("rules");
        for (var rule : rules) {
            json.writeStartObject();
            json.writeStringField("id", rule.id());
            text("shortDescription", rule.title());
            text("fullDescription", rule.rationale());
            text("help", rule.remedy());
            json.writeObjectFieldStart("properties");
            strings("tags", rule.clauses());
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
    }

    private void invocation() throws IOException {
        json.writeArrayFieldStart("invocations");
        json.writeStartObject();
        json.writeBooleanField("executionSuccessful", true);
        json.writeArrayFieldStart("toolExecutionNotifications");
        for (var unread : report.unread()) {
            json.writeStartObject();
            json.writeStringField("level", "error");
            text("message", "not read: " + unread);
            json.writeEndObject();
        }
        for (var note : report.notes()) {
            json.writeStartObject();
            json.writeStringField("level", "note");
            text("message", note.toString());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndArray();
    }

    private void artifact() throws IOException {
        json.writeArrayFieldStart("artifacts");
        json.writeStartObject();
        text("description", "the image file, in the format " + report.image().format());
        json.writeNumberField("length", report.image().fileBytes());
        if (!report.digests().sha512().isEmpty()) {
            json.writeObjectFieldStart("hashes");
            json.writeStringField("sha-512", report.digests().sha512());
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeEndArray();
    }

    private void result(Finding finding) throws IOException {
        json.writeStartObject();
        json.writeStringField("ruleId", finding.rule().id());
        json.writeNumberField("ruleIndex", rules.indexOf(finding.rule()));
        json.writeStringField("level", level(finding.severity()));
        text("message", finding.rule().title() + ": " + finding.evidence());
        json.writeArrayFieldStart("locations");
        if (!finding.path().isEmpty()) {
            json.writeStartObject();
            json.writeObjectFieldStart("physicalLocation");
            json.writeObjectFieldStart("artifactLocation");
            json.writeStringField("uri", uri(finding.path()));
            json.writeStringField("uriBaseId", "IMAGE");
            json.writeEndObject();
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("properties");
        var tags = new ArrayList<>(finding.rule().clauses());
        tags.add(finding.severity().label());
        strings("tags", tags);
        json.writeEndObject();
        json.writeEndObject();
    }

    private static String level(Severity severity) {
        return switch (severity) {
            case BLOCK -> "error";
            case WARN -> "warning";
            case INFO -> "note";
        };
    }

    /** A path of the image, quoted as a relative reference of RFC 3986. */
    private static String uri(String path) {
        var relative = path.startsWith("/") ? path.substring(1) : path;
        try {
            var quoted = new URI(null, null, "/" + relative, null).toASCIIString();
            return quoted.substring(1);
        } catch (URISyntaxException e) {
            throw new AssertionError("every path can be quoted", e);
        }
    }

    private void text(String name, String text) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("text", text);
        json.writeEndObject();
    }

    private void strings(String name, List<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (var value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
