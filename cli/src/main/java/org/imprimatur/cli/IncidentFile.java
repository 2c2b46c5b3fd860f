package org.imprimatur.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.imprimatur.register.Sha256;

/**
 * All that is known of an incident's subject, in one file ({@code docs/format.md}, "Incident
 * file"): a ZIP with a text to read first, a table of contents with the digest of each part, and
 * the parts. The same parts of the same moment give the same file. What could not be had is named.
 */
final class IncidentFile {

    private static final String MEDIA_TYPE = "application/vnd.imprimatur.incident.v1+json";

    /** All parts together are no larger. */
    static final long MOST_BYTES = 256L << 20;

    /** Of each kind; how many were too many is told in one more. */
    static final int MOST_LINES = 5000;

    private static final int MOST_TEXT = 500;
    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

    /** What was found when a part was checked. */
    enum Check {
        GOOD,
        BAD,
        NOT_CHECKED
    }

    /** What was found, in one sentence. */
    record Finding(Check check, String text) {

        static final Finding NONE = new Finding(Check.NOT_CHECKED, "the node's word");

        static Finding good(String text) {
            return new Finding(Check.GOOD, text);
        }

        static Finding bad(String text) {
            return new Finding(Check.BAD, text);
        }
    }

    private record Part(
            String name, String what, String from, byte[] bytes, Sha256 digest, Finding finding) {}

    /** What is not there, or does not fit together. */
    private record Remark(String what, String from, String why) {

        String line() {
            return "%s%s: %s".formatted(what, from.isEmpty() ? "" : " (" + from + ")", why);
        }

        ObjectNode json() {
            return Output.object().put("what", what).put("from", from).put("why", why);
        }
    }

    /** The first of many, since how many there are is for nodes to say. */
    private static final class First<T> {

        private final List<T> first = new ArrayList<>();
        private final IntFunction<T> more;
        private int count;

        First(IntFunction<T> more) {
            this.more = more;
        }

        void add(T one) {
            if (count < MOST_LINES) {
                first.add(one);
            }
            count++;
        }

        List<T> all() {
            return count <= MOST_LINES
                    ? List.copyOf(first)
                    : Stream.concat(first.stream(), Stream.of(more.apply(count - MOST_LINES)))
                            .toList();
        }
    }

    private final String subject;
    private final Instant at;
    private final First<String> summary = new First<>("… and %d lines more"::formatted);
    private final Map<String, Part> parts = new LinkedHashMap<>();
    private final First<Remark> wrong = new First<>(IncidentFile::more);
    private final First<Remark> missing = new First<>(IncidentFile::more);
    private long bytes;

    IncidentFile(String subject, Instant at) {
        this.subject = plain(subject);
        this.at = at;
    }

    private static Remark more(int count) {
        return new Remark(
                "%d things more".formatted(count),
                "",
                "one file names the first %d".formatted(MOST_LINES));
    }

    /** Adds a line that is read first. */
    void say(String form, Object... values) {
        summary.add(plain(form.formatted(values)));
    }

    /**
     * Adds a part, unless the file would become too large, or has one of that name.
     *
     * @param name its path in the file
     * @param from where it was had
     */
    void add(String name, String what, String from, byte[] content, Finding finding) {
        if (bytes + content.length > MOST_BYTES) {
            missing(what, from, "the file would be larger than %d MiB".formatted(MOST_BYTES >> 20));
            return;
        }
        if (parts.containsKey(name)) {
            missing(what, from, "the file has another part that is called " + name);
            return;
        }
        bytes += content.length;
        var told = new Finding(finding.check(), plain(finding.text()));
        var part = new Part(name, plain(what), plain(from), content, Sha256.of(content), told);
        parts.put(name, part);
    }

    /** A part that is there. */
    Optional<byte[]> content(String name) {
        return Optional.ofNullable(parts.get(name)).map(Part::bytes);
    }

    /** Names what could not be had, and why. */
    void missing(String what, String from, String why) {
        missing.add(remark(what, from, why));
    }

    /** Names what cannot be relied on though it is no part, or each part by itself is good. */
    void wrong(String what, String from, String why) {
        wrong.add(remark(what, from, why));
    }

    private static Remark remark(String what, String from, String why) {
        return new Remark(plain(what), plain(from), plain(why));
    }

    /** What is there and wrong, a line each. */
    List<String> bad() {
        return Stream.concat(
                        parts.values().stream()
                                .filter(part -> part.finding().check() == Check.BAD)
                                .map(part -> part.name() + ": " + part.finding().text()),
                        wrong.all().stream().map(Remark::line))
                .toList();
    }

    /** What is not there, a line each. */
    List<String> absent() {
        return missing.all().stream().map(Remark::line).toList();
    }

    int size() {
        return parts.size();
    }

    List<String> summary() {
        return summary.all();
    }

    /** One line without what moves a terminal, and without names and passwords in addresses. */
    private static String plain(String text) {
        var line = text.replaceAll("\\p{Cc}|\\p{Cf}|\\p{Co}|\\p{Zl}|\\p{Zp}", " ");
        line = line.replaceAll("//[^/@\\s]{1,512}@", "//");
        return line.length() <= MOST_TEXT ? line : line.substring(0, MOST_TEXT) + " …";
    }

    // ---- Writing ------------------------------------------------------------------------------

    /** Writes it, whole or not at all. */
    void write(Path file) throws IOException {
        var part = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (var out = Files.newOutputStream(part)) {
                write(out);
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private void write(OutputStream out) throws IOException {
        try (var zip = new ZipOutputStream(out, UTF_8)) {
            put(zip, "README.txt", readme().getBytes(UTF_8));
            put(zip, "incident.json", (json().toPrettyString() + "\n").getBytes(UTF_8));
            for (var part : parts.values()) {
                put(zip, part.name(), part.bytes());
            }
        }
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        var entry = new ZipEntry(name);
        entry.setTimeLocal(EPOCH);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private ObjectNode json() {
        var json =
                Output.object()
                        .put("mediaType", MEDIA_TYPE)
                        .put("subject", subject)
                        .put("at", at.toString());
        var lines = json.putArray("summary");
        summary().forEach(lines::add);
        var list = json.putArray("parts");
        for (var part : parts.values()) {
            list.addObject()
                    .put("name", part.name())
                    .put("what", part.what())
                    .put("from", part.from())
                    .put("bytes", part.bytes().length)
                    .put("sha256", part.digest().hex())
                    .put("check", wire(part.finding().check()))
                    .put("found", part.finding().text());
        }
        var contradictions = json.putArray("wrong");
        wrong.all().forEach(one -> contradictions.add(one.json()));
        var absent = json.putArray("missing");
        missing.all().forEach(one -> absent.add(one.json()));
        return json;
    }

    private static String wire(Check check) {
        return switch (check) {
            case GOOD -> "good";
            case BAD -> "bad";
            case NOT_CHECKED -> "not-checked";
        };
    }

    private String readme() {
        var text = new StringBuilder();
        text.append("Incident file: %s\n%s\n\n".formatted(subject, at));
        summary().forEach(line -> text.append(line).append('\n'));
        list(text, "WRONG: do not rely on these", bad());
        list(text, "Not in this file", absent());
        text.append("\nParts (SHA-256 of each, then what it is and what was found of it)\n\n");
        for (var part : parts.values()) {
            text.append(
                    """
                    %s
                      %s
                      %s, from %s: %s, %s
                    """
                            .formatted(
                                    part.name(),
                                    part.digest().hex(),
                                    part.what(),
                                    part.from(),
                                    wire(part.finding().check()),
                                    part.finding().text()));
        }
        text.append(
                """

                Verify again, without a network, by charter and authorities from a source that you trust:
                  imprimatur verify LEDGER/endorsements/ID/bundle.json --charter CHARTER --anchors DIR
                  imprimatur status --from LEDGER/images/GUID/status.json --charter CHARTER
                A part that is "not-checked" is the word of the node that it is from.
                """);
        return text.toString();
    }

    private static void list(StringBuilder text, String title, List<String> lines) {
        if (!lines.isEmpty()) {
            text.append('\n').append(title).append("\n\n");
            lines.forEach(line -> text.append("  ").append(line).append('\n'));
        }
    }
}
