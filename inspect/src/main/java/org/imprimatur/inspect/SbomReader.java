package org.imprimatur.inspect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.io.input.BoundedInputStream;
import org.imprimatur.inspect.facts.OsRelease;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.InstalledSystem;
import org.imprimatur.inspect.packages.PackageUrls;
import org.jspecify.annotations.Nullable;

/**
 * Reads back what {@link Sbom} wrote: the system and its packages, as far as advisories ask for
 * them. What else a package has, such as its licences, stays empty.
 *
 * <p>The document comes from outside, and is read as it streams by.
 */
public final class SbomReader {

    /** The largest document; attachments are no larger. */
    private static final long MAX_BYTES = 64L << 20;

    private static final int MAX_COMPONENTS = 400_000;
    private static final int MAX_PROPERTIES = 100;
    private static final int MAX_TEXT = 1 << 16;

    /** Of a name or a version, which together are keys of what is known. */
    private static final int MAX_KEY = 300;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(100)
                                    .maxNameLength(1000)
                                    .maxStringLength(4 << 20)
                                    .maxNumberLength(100)
                                    .build())
                    .build();

    private final JsonParser json;
    private final List<InstalledPackage> packages = new ArrayList<>();
    // Of texts that most components share, one copy each.
    private final Map<String, String> texts = new HashMap<>();
    private OsRelease os = OsRelease.UNKNOWN;

    private SbomReader(JsonParser json) {
        this.json = json;
    }

    /**
     * Reads a whole document. Does not close the stream.
     *
     * @throws MalformedSbom when it is none, or names a package in a way that is not understood:
     *     what is not understood would not be looked at
     * @throws IOException when the stream ends in one
     */
    public static InstalledSystem read(InputStream in) throws IOException {
        var bounded =
                BoundedInputStream.builder()
                        .setInputStream(in)
                        .setMaxCount(MAX_BYTES)
                        .setPropagateClose(false)
                        .setOnMaxCount(
                                (most, _) -> {
                                    throw new MalformedSbom(
                                            "it has %d bytes or more".formatted(most));
                                })
                        .get();
        try (var json = JSON.createParser(bounded)) {
            var reader = new SbomReader(json);
            reader.document();
            return new InstalledSystem(reader.os, reader.packages);
        } catch (JsonProcessingException e) {
            throw new MalformedSbom("it is no JSON: " + e.getOriginalMessage(), e);
        } catch (CharConversionException e) {
            throw new MalformedSbom("it is no JSON in UTF-8", e);
        }
    }

    private void document() throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedSbom("it is no JSON object");
        }
        var seen = new HashSet<String>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            var member = once(seen);
            switch (member) {
                case "bomFormat" -> {
                    if (!"CycloneDX".equals(text(MAX_TEXT))) {
                        throw new MalformedSbom("its bomFormat is not CycloneDX");
                    }
                }
                case "components" -> components();
                default -> json.skipChildren();
            }
        }
        for (var member : List.of("bomFormat", "components")) {
            if (!seen.contains(member)) {
                throw new MalformedSbom("it has no member " + member);
            }
        }
        if (json.nextToken() != null) {
            throw new MalformedSbom("something follows after its end");
        }
    }

    /** The name of a member; the next token is its value. */
    private String once(Set<String> seen) throws IOException {
        var name = json.currentName();
        if (!seen.add(name)) {
            throw new MalformedSbom("the member %s is there twice".formatted(shown(name)));
        }
        json.nextToken();
        return name;
    }

    private void components() throws IOException {
        expect(JsonToken.START_ARRAY, "components is no list");
        for (int count = 1; json.nextToken() != JsonToken.END_ARRAY; count++) {
            if (count > MAX_COMPONENTS) {
                throw new MalformedSbom("it has more than %d components".formatted(MAX_COMPONENTS));
            }
            expect(JsonToken.START_OBJECT, "a component is no object");
            component();
        }
    }

    private void component() throws IOException {
        var members = new HashMap<String, String>();
        var properties = Map.<String, String>of();
        var place = "";
        var seen = new HashSet<String>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            var member = once(seen);
            switch (member) {
                case "name", "version" -> members.put(member, text(MAX_KEY));
                case "type", "group", "purl" -> members.put(member, text(MAX_TEXT));
                case "properties" -> properties = properties();
                case "evidence" -> place = place();
                case "components" ->
                        throw new MalformedSbom(
                                "%s has components of its own, which are not looked at"
                                        .formatted(shown(members.getOrDefault("name", "one"))));
                default -> json.skipChildren();
            }
        }
        if (member(members, "type").equals("operating-system")) {
            os = system(members);
        } else {
            packages.add(installed(members, properties, place));
        }
    }

    /** Each name with its first value. */
    private Map<String, String> properties() throws IOException {
        expect(JsonToken.START_ARRAY, "properties is no list");
        var properties = new HashMap<String, String>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(JsonToken.START_OBJECT, "a property is no object");
            var name = "";
            var value = "";
            while (json.nextToken() != JsonToken.END_OBJECT) {
                var member = json.currentName();
                json.nextToken();
                switch (member) {
                    case "name" -> name = text(MAX_TEXT);
                    case "value" -> value = text(MAX_TEXT);
                    default -> json.skipChildren();
                }
            }
            if (properties.size() < MAX_PROPERTIES) {
                properties.putIfAbsent(name, value);
            }
        }
        return properties;
    }

    /** The location of the first occurrence; empty where none is said. */
    private String place() throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return "";
        }
        var place = "";
        int depth = 1;
        while (depth > 0) {
            var token = json.nextToken();
            if (token == null) {
                throw new MalformedSbom("it ends within an evidence");
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (place.isEmpty()
                    && token == JsonToken.VALUE_STRING
                    && "location".equals(json.currentName())) {
                place = text(MAX_TEXT);
            }
        }
        return place;
    }

    private OsRelease system(Map<String, String> members) throws MalformedSbom {
        if (!os.isUnknown()) {
            throw new MalformedSbom("it names more than one operating system");
        }
        var id = member(members, "name");
        return new OsRelease(id, members.getOrDefault("version", ""), id, id, List.of(), "");
    }

    private InstalledPackage installed(
            Map<String, String> members, Map<String, String> properties, String place)
            throws MalformedSbom {
        var name = member(members, "name");
        var url = member(members, "purl");
        var version = members.getOrDefault("version", "");
        InstalledPackage named;
        try {
            named = PackageUrls.parse(url, version).map(PackageUrls.Named::installed).orElse(null);
        } catch (RuntimeException e) {
            // What the library says of a damaged URL, in whatever exception it says it.
            throw new MalformedSbom("'%s' is no package URL".formatted(shown(url)), e);
        }
        if (named == null) {
            throw new MalformedSbom(
                    "'%s' is no package URL of a kind that is known".formatted(shown(url)));
        }
        boolean ownVersion = named.sourceVersion().equals(named.version());
        boolean ownSource = named.source().equals(named.name());
        var installed =
                new InstalledPackage(
                        named.kind(),
                        shared(members.getOrDefault("group", "")),
                        name,
                        version,
                        shared(named.architecture()),
                        properties.getOrDefault(
                                Sbom.SOURCE, ownSource ? name : shared(named.source())),
                        properties.getOrDefault(
                                Sbom.SOURCE_VERSION,
                                ownVersion ? version : shared(named.sourceVersion())),
                        properties.getOrDefault(Sbom.MODULE, ""),
                        shared(properties.getOrDefault(Sbom.AREA, "")),
                        List.of(),
                        "",
                        null,
                        shared(place),
                        shared(properties.getOrDefault(Sbom.OWNER, "")),
                        "");
        key("its group", installed.namespace());
        key("its source", installed.source());
        key("the version of its source", installed.sourceVersion());
        return installed;
    }

    /** Checks a text by which advisories know a package, wherever the document has it. */
    private static void key(String what, String text) throws MalformedSbom {
        if (text.length() > MAX_KEY) {
            throw new MalformedSbom("%s has %d characters".formatted(what, text.length()));
        }
        keepable(what, text);
    }

    /** Refuses what a database cannot keep, or would give back as something else. */
    private static void keepable(String what, String text) throws MalformedSbom {
        if (text.codePoints()
                .anyMatch(
                        point ->
                                Character.isISOControl(point)
                                        || Character.getType(point) == Character.SURROGATE)) {
            throw new MalformedSbom("%s holds a control character".formatted(what));
        }
    }

    private static String member(Map<String, String> members, String name) throws MalformedSbom {
        var value = members.getOrDefault(name, "");
        if (value.isEmpty()) {
            throw new MalformedSbom(
                    "a component%s has no %s"
                            .formatted(
                                    members.containsKey("name")
                                            ? " '" + shown(members.getOrDefault("name", "")) + "'"
                                            : "",
                                    name));
        }
        return value;
    }

    private String shared(String text) {
        return texts.computeIfAbsent(text, same -> same);
    }

    private String text(int max) throws IOException {
        expect(JsonToken.VALUE_STRING, shown(json.currentName()) + " is no text");
        if (json.getTextLength() > max) {
            throw new MalformedSbom(
                    "%s has %d characters"
                            .formatted(shown(json.currentName()), json.getTextLength()));
        }
        var text = json.getText();
        keepable(shown(json.currentName()), text);
        return text;
    }

    private void expect(JsonToken wanted, String otherwise) throws MalformedSbom {
        if (json.currentToken() != wanted) {
            throw new MalformedSbom(otherwise);
        }
    }

    private static String shown(@Nullable String text) {
        return text == null ? "it" : Shown.text(text);
    }
}
