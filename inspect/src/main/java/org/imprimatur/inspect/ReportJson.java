package org.imprimatur.inspect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import org.imprimatur.inspect.advisories.Patches;
import org.imprimatur.inspect.facts.GenerationTool.Told;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.packages.FileOwnership;
import org.imprimatur.inspect.rules.Finding;

/**
 * Writes a report as one JSON document (docs/format.md, "Inspection report").
 *
 * <p>The same image, tool, profile and moment give the same bytes: the document's digest stands in
 * the endorsement. How long things took is therefore not in it.
 */
public final class ReportJson {

    /** Names the format and its version. */
    static final String FORMAT = "https://imprimatur.org/inspection-report/v1";

    /** How many files of a kind stand in a report. */
    private static final int MAX_FILES = 1000;

    private static final JsonFactory FACTORY = new JsonFactory();

    private ReportJson() {}

    /** The whole document, ended by a line feed. */
    public static byte[] bytes(Report report) {
        var out = new ByteArrayOutputStream(1 << 14);
        try {
            write(report, out);
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes every byte", e);
        }
        return out.toByteArray();
    }

    /** Writes the document, ended by a line feed. Does not close the stream. */
    public static void write(Report report, OutputStream out) throws IOException {
        try (var json = generator(out)) {
            json.writeStartObject();
            json.writeStringField("format", FORMAT);
            json.writeStringField("verdict", report.verdict().name());
            json.writeStringField("completeness", report.completeness().name());
            json.writeStringField("tool", report.tool());
            json.writeStringField("profile", report.profile());
            json.writeStringField("profileDigest", report.profileDigest());
            json.writeStringField("at", report.at().toString());
            image(json, report);
            os(json, report);
            json.writeNumberField("packages", report.facts().packages().size());
            json.writeNumberField("otherPackages", report.facts().otherPackages().size());
            files(json, report.facts().files());
            freeSpace(json, report);
            advisories(json, report.facts().patches());
            generation(json, report);
            json.writeArrayFieldStart("findings");
            for (var finding : report.findings()) {
                finding(json, finding);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("unread");
            for (var each : report.unread()) {
                json.writeStartObject();
                json.writeStringField("where", each.where());
                json.writeStringField("reason", each.reason());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("notes");
            for (var each : report.notes()) {
                json.writeStartObject();
                json.writeStringField("where", each.where());
                json.writeStringField("text", each.text());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    /** Indented by two spaces, with line feeds on every system. */
    static JsonGenerator generator(OutputStream out) throws IOException {
        return indented(FACTORY.createGenerator(out));
    }

    /** The same for text. */
    static JsonGenerator generator(Writer out) throws IOException {
        return indented(FACTORY.createGenerator(out));
    }

    private static JsonGenerator indented(JsonGenerator json) {
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        var indent = new DefaultIndenter("  ", "\n");
        json.setPrettyPrinter(
                new DefaultPrettyPrinter().withObjectIndenter(indent).withArrayIndenter(indent));
        return json;
    }

    private static void image(JsonGenerator json, Report report) throws IOException {
        json.writeObjectFieldStart("image");
        json.writeStringField("format", report.image().format());
        json.writeNumberField("fileBytes", report.image().fileBytes());
        json.writeNumberField("virtualBytes", report.image().virtualBytes());
        json.writeEndObject();
        json.writeObjectFieldStart("digests");
        if (!report.digests().sha512().isEmpty()) {
            json.writeStringField("sha512", report.digests().sha512());
        }
        if (!report.digests().contentRoot().isEmpty()) {
            json.writeStringField("contentRoot", report.digests().contentRoot());
        }
        json.writeEndObject();
    }

    private static void os(JsonGenerator json, Report report) throws IOException {
        var os = report.facts().os();
        json.writeObjectFieldStart("os");
        json.writeStringField("id", os.id());
        json.writeStringField("name", os.name());
        json.writeStringField("version", os.versionId());
        json.writeStringField("prettyName", os.prettyName());
        json.writeStringField("architecture", report.facts().architecture());
        json.writeEndObject();
    }

    private static void files(JsonGenerator json, FileOwnership files) throws IOException {
        if (!files.examined()) {
            return;
        }
        json.writeObjectFieldStart("files");
        json.writeNumberField("unowned", files.unowned());
        json.writeArrayFieldStart("unownedFiles");
        for (var each : files.remarkable().stream().limit(MAX_FILES).toList()) {
            json.writeStartObject();
            json.writeStringField("path", each.path());
            json.writeStringField("kind", each.kind().name().toLowerCase(Locale.ROOT));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("altered", files.altered());
        json.writeArrayFieldStart("alteredFiles");
        for (var each : files.alteredFiles().stream().limit(MAX_FILES).toList()) {
            json.writeStartObject();
            json.writeStringField("path", each.path());
            json.writeStringField("package", each.owner());
            json.writeBooleanField("configuration", each.configuration());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void generation(JsonGenerator json, Report report) throws IOException {
        if (report.facts().generation() instanceof Told told) {
            json.writeObjectFieldStart("generation");
            json.writeStringField("tool", Shown.text(told.name()));
            json.writeStringField("version", Shown.text(told.version()));
            if (!told.packageUrl().isEmpty()) {
                json.writeStringField("package", Shown.text(told.packageUrl()));
            }
            advisories(json, told.patches());
            json.writeEndObject();
        }
    }

    private static void advisories(JsonGenerator json, Patches patches) throws IOException {
        json.writeArrayFieldStart("advisories");
        for (var feed : patches.feeds()) {
            json.writeStartObject();
            json.writeStringField("name", feed.name());
            json.writeStringField("sha256", feed.sha256());
            json.writeStringField("published", feed.published().toString());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void freeSpace(JsonGenerator json, Report report) throws IOException {
        json.writeArrayFieldStart("freeSpace");
        for (var each : report.facts().freeSpace()) {
            json.writeStartObject();
            json.writeStringField("volume", each.volume());
            json.writeNumberField("bytes", each.bytes());
            json.writeNumberField("usedBytes", each.usedBytes());
            if (each.usedBytes() > 0) {
                json.writeNumberField("firstUsed", each.firstUsed());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void finding(JsonGenerator json, Finding finding) throws IOException {
        json.writeStartObject();
        json.writeStringField("rule", finding.rule().id());
        json.writeStringField("title", finding.rule().title());
        strings(json, "clauses", finding.rule().clauses());
        json.writeStringField("severity", finding.severity().label());
        json.writeStringField("path", finding.path());
        json.writeStringField("evidence", finding.evidence());
        json.writeStringField("rationale", finding.rule().rationale());
        json.writeStringField("remedy", finding.rule().remedy());
        json.writeEndObject();
    }

    private static void strings(JsonGenerator json, String name, List<String> values)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (var value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
