package org.imprimatur.exchange.stratuslab;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.imprimatur.exchange.stratuslab.StratusLabVerdict.Evidence;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Tag;
import org.imprimatur.register.Version;
import org.jspecify.annotations.Nullable;

/**
 * A document as our own record of it. It is evidence that somebody has said something, and never an
 * endorsement: those are made anew, after an inspection.
 */
public final class StratusLabImport {

    /** The media type, which also stands in the record. */
    public static final String MEDIA_TYPE = "application/vnd.imprimatur.stratuslab.v1+json";

    private static final int MAX_TITLE = 200;
    private static final int MAX_LOCATIONS = 16;

    /** What an endorsement needs and no such document has. */
    private static final List<String> NEVER_THERE =
            List.of(
                    "owner",
                    "guid",
                    "generatedAt",
                    "disk.contentRoot",
                    "policy",
                    "inspection",
                    "declaration");

    private StratusLabImport() {}

    /**
     * The record of a document that its endorser has written, or nothing for any other.
     *
     * @param at the moment of the judgement
     */
    public static @Nullable ObjectNode record(byte[] bytes, StratusLabVerdict verdict, Instant at) {
        return switch (verdict) {
            case StratusLabVerdict.Accepted(var evidence) ->
                    record(bytes, evidence, "valid", "", at);
            case StratusLabVerdict.History(var evidence, var code, var explanation) ->
                    record(bytes, evidence, code.label(), explanation, at);
            case StratusLabVerdict.Refused _ -> null;
        };
    }

    private static ObjectNode record(
            byte[] bytes, Evidence evidence, String state, String reason, Instant at) {
        var json = JsonNodeFactory.instance.objectNode().put("mediaType", MEDIA_TYPE);
        json.put("state", state);
        if (!reason.isEmpty()) {
            json.put("explanation", reason);
        }
        json.put("judgedAt", at.toString()).put("standing", "evidence");
        json.setAll(summary(evidence));
        json.set("endorsementFields", endorsementFields(evidence.document()));
        json.putObject("original")
                .put("sha512", Sha512.of(bytes).hex())
                .put("bytes", Base64.getEncoder().encodeToString(bytes));
        return json;
    }

    /** What the document says, and who says it. */
    public static ObjectNode summary(Evidence evidence) {
        var document = evidence.document();
        var json = JsonNodeFactory.instance.objectNode();
        json.put("identifier", document.identifier().text())
                .put("created", document.created().toString());
        var valid = document.valid();
        if (valid != null) {
            json.put("valid", valid.toString());
        }
        var deprecated = document.deprecated();
        if (deprecated != null) {
            json.put("deprecated", deprecated);
        }
        json.putObject("endorser")
                .put("subject", evidence.person().subject())
                .put("issuer", evidence.person().issuer())
                .put("email", document.endorser().email())
                .put("emailProven", evidence.emailProven());
        json.putObject("signature")
                .put("algorithm", evidence.signature())
                .put("digest", evidence.digest())
                .put("legacy", evidence.legacy());
        json.put("strength", document.weak() ? "legacy-weak" : "sha512");
        var image = json.putObject("image").put("bytes", document.bytes());
        var digests = image.putObject("digests");
        document.checksums()
                .forEach(
                        (algorithm, hex) ->
                                digests.put(
                                        algorithm.toLowerCase(Locale.ROOT).replace("-", ""), hex));
        var terms = json.putObject("terms");
        document.terms()
                .forEach(
                        (name, values) -> {
                            var list = terms.putArray(name);
                            values.forEach(list::add);
                        });
        var foreign = json.putArray("foreign");
        document.foreign().forEach(foreign::add);
        var notes = json.putArray("notes");
        evidence.notes().forEach(notes::add);
        return json;
    }

    /** The fields of an endorsement that the document can fill, and those that it cannot. */
    private static ObjectNode endorsementFields(StratusLabDocument document) {
        var missing = new ArrayList<>(NEVER_THERE);
        var fields = JsonNodeFactory.instance.objectNode();
        var known = fields.putObject("known");
        var sha512 = document.checksums().get("SHA-512");
        if (sha512 == null) {
            missing.add("subject.digest");
        } else {
            known.putObject("subject").putObject("digest").put("sha512", sha512);
        }
        put(known, missing, "title", line(document.term("dcterms:title")));
        put(
                known,
                missing,
                "version",
                form(document, "slterms:version", text -> new Version(text).text()));
        var tag = form(document, "dcterms:alternative", text -> new Tag(text).text());
        if (tag != null) {
            known.put("tag", tag);
        }
        var format = document.term("dcterms:format");
        var disk = known.putObject("disk").put("fileBytes", document.bytes());
        if (format == null) {
            missing.add("disk.format");
        } else {
            disk.put("format", format.toLowerCase(Locale.ROOT));
        }
        if ("raw".equalsIgnoreCase(format)) {
            disk.put("virtualBytes", document.bytes());
        } else {
            missing.add("disk.virtualBytes");
        }
        var system = known.putObject("system");
        put(system, missing, "system.name", line(document.term("slterms:os")));
        put(system, missing, "system.version", line(document.term("slterms:os-version")));
        put(system, missing, "system.architecture", line(document.term("slterms:os-arch")));
        var locations = known.putArray("locations");
        // What lies there packed is not the file that an endorsement would be of.
        if (document.term("dcterms:compression") == null) {
            document.all("slterms:location").stream()
                    .filter(StratusLabImport::isWeb)
                    .limit(MAX_LOCATIONS)
                    .forEach(locations::add);
        }
        var list = fields.putArray("missing");
        missing.stream().sorted().forEach(list::add);
        return fields;
    }

    private static boolean isWeb(String location) {
        return location.startsWith("https:") || location.startsWith("http:");
    }

    private static void put(
            ObjectNode known, List<String> missing, String path, @Nullable String value) {
        if (value == null) {
            missing.add(path);
        } else {
            known.put(path.substring(path.lastIndexOf('.') + 1), value);
        }
    }

    private static @Nullable String line(@Nullable String text) {
        return text == null
                        || text.length() > MAX_TITLE
                        || text.codePoints().anyMatch(Character::isISOControl)
                ? null
                : text;
    }

    /** The value where it has the form that we give it, else null. */
    private static @Nullable String form(
            StratusLabDocument document, String term, Function<String, String> form) {
        var text = document.term(term);
        if (text == null) {
            return null;
        }
        try {
            return form.apply(text);
        } catch (MalformedInput e) {
            // Another form is no fault there; it only means that it cannot be taken over.
            return null;
        }
    }
}
