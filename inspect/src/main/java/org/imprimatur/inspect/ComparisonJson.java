package org.imprimatur.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;
import org.imprimatur.disk.Unread;
import org.imprimatur.inspect.Comparison.Change;
import org.imprimatur.inspect.Comparison.Kind;
import org.imprimatur.inspect.Comparison.Topic;
import org.imprimatur.inspect.rules.Finding;
import org.jspecify.annotations.Nullable;

/**
 * Writes a comparison as one JSON document with every change (docs/format.md, "Comparison of
 * images"). The same images, tool, profile and moment give the same bytes.
 */
public final class ComparisonJson {

    /** Names the format and its version. */
    static final String FORMAT = "https://imprimatur.org/image-comparison/v1";

    private ComparisonJson() {}

    /** Writes the document, ended by a line feed. Does not close the writer. */
    public static void write(Comparison comparison, Writer out) throws IOException {
        write(comparison, null, out);
    }

    /**
     * The same with what no VO configuration may change.
     *
     * @param beyond null to leave it out
     */
    public static void write(Comparison comparison, @Nullable RootChanges beyond, Writer out)
            throws IOException {
        try (var json = ReportJson.generator(out)) {
            json.writeStartObject();
            json.writeStringField("format", FORMAT);
            json.writeBooleanField("different", !comparison.isEmpty());
            json.writeStringField(
                    "completeness", comparison.isComplete() ? "COMPLETE" : "INCOMPLETE");
            json.writeStringField("tool", comparison.after().tool());
            json.writeStringField("profile", comparison.after().profile());
            json.writeStringField("at", comparison.after().at().toString());
            findings(json, "newFindings", comparison.newFindings());
            findings(json, "goneFindings", comparison.goneFindings());
            for (var topic : Topic.values()) {
                json.writeArrayFieldStart(topic.word());
                for (var change : comparison.changes(topic)) {
                    change(json, "name", change);
                }
                json.writeEndArray();
            }
            files(json, comparison);
            if (beyond != null) {
                beyond(json, beyond);
            }
            unread(json, "notCompared", comparison.notCompared());
            unread(json, "unreadInOld", comparison.before().unread());
            unread(json, "unreadInNew", comparison.after().unread());
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static void files(JsonGenerator json, Comparison comparison) throws IOException {
        json.writeObjectFieldStart("fileCounts");
        for (var kind : Kind.values()) {
            json.writeNumberField(kind.word(), comparison.files(kind));
        }
        json.writeEndObject();
        json.writeArrayFieldStart("files");
        try {
            comparison.files(
                    change -> {
                        try {
                            change(json, "path", change);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        json.writeEndArray();
    }

    private static void beyond(JsonGenerator json, RootChanges beyond) throws IOException {
        json.writeNumberField("rootChangeCount", beyond.changes().size() + beyond.more());
        json.writeArrayFieldStart("rootChanges");
        for (var each : beyond.changes()) {
            json.writeStartObject();
            json.writeStringField("part", each.part().word());
            members(json, "name", each.change());
        }
        json.writeEndArray();
    }

    private static void change(JsonGenerator json, String name, Change change) throws IOException {
        json.writeStartObject();
        members(json, name, change);
    }

    /** Also ends the object that they are of. */
    private static void members(JsonGenerator json, String name, Change change) throws IOException {
        json.writeStringField("change", change.kind().word());
        json.writeStringField(name, change.name());
        json.writeArrayFieldStart("differences");
        for (var each : change.differences()) {
            json.writeStartObject();
            json.writeStringField("property", each.property());
            if (!each.before().isEmpty()) {
                json.writeStringField("before", each.before());
            }
            if (!each.after().isEmpty()) {
                json.writeStringField("after", each.after());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void findings(JsonGenerator json, String name, List<Finding> findings)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (var each : findings) {
            json.writeStartObject();
            json.writeStringField("rule", each.rule().id());
            json.writeStringField("severity", each.severity().label());
            json.writeStringField("path", each.path());
            json.writeStringField("evidence", each.evidence());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void unread(JsonGenerator json, String name, List<Unread> places)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (var each : places) {
            json.writeStartObject();
            json.writeStringField("where", each.where());
            json.writeStringField("reason", each.reason());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
