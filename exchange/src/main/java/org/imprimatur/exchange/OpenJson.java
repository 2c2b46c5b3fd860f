package org.imprimatur.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.imprimatur.register.MalformedInput;

/**
 * JSON in the formats of others, within bounds. Members that nobody knows, empty values and numbers
 * of any kind are kept; a member that is there twice is refused, since two readers would read two
 * things.
 */
public final class OpenJson {

    /** The deepest nesting of objects and arrays. */
    public static final int MAX_DEPTH = 32;

    private OpenJson() {}

    /**
     * Reads one object.
     *
     * @param maxBytes more are refused before anything is read
     * @param maxTokens names, values, and beginnings and ends of objects and arrays, together
     * @throws MalformedInput when it is anything else, or beyond the bounds
     */
    public static ObjectNode read(byte[] json, int maxBytes, int maxTokens) {
        if (json.length > maxBytes) {
            throw new MalformedInput(
                    "", "at most %d bytes".formatted(maxBytes), json.length + " bytes");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedInput("", "JSON in UTF-8", "bytes that are not UTF-8");
        }
        if (text.startsWith("\uFEFF")) {
            throw new MalformedInput("", "JSON without a byte order mark", "a byte order mark");
        }
        var constraints =
                StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxStringLength(maxBytes)
                        .maxNameLength(4096)
                        .maxNumberLength(64)
                        .maxTokenCount(maxTokens)
                        .build();
        var factory =
                JsonFactory.builder()
                        .streamReadConstraints(constraints)
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build();
        try {
            var root =
                    JsonMapper.builder(factory)
                            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                            .build()
                            .readTree(text);
            if (root instanceof ObjectNode object) {
                return object;
            }
            throw new MalformedInput("", "a JSON object", "another value");
        } catch (StreamConstraintsException e) {
            throw new MalformedInput(
                    "",
                    "JSON nested at most %d deep, of at most %d values, with short names and numbers"
                            .formatted(MAX_DEPTH, maxTokens),
                    "more");
        } catch (JsonParseException e) {
            throw fault(e);
        } catch (JsonProcessingException e) {
            throw new MalformedInput("", "one JSON document", "more text after its end");
        }
    }

    private static MalformedInput fault(JsonParseException e) {
        var what =
                String.valueOf(e.getOriginalMessage()).startsWith("Duplicate")
                        ? "a member twice"
                        : "a fault in its syntax";
        var place = e.getLocation();
        return new MalformedInput(
                "",
                "JSON",
                place == null
                        ? what
                        : "%s at line %d, column %d"
                                .formatted(what, place.getLineNr(), place.getColumnNr()));
    }

    /**
     * A text that must be there.
     *
     * @throws MalformedInput when it is missing, no text, or longer
     */
    public static String text(JsonNode object, String name, int maxChars) {
        return optionalText(object, name, maxChars)
                .orElseThrow(() -> new MalformedInput(name, "a text", "nothing"));
    }

    /** A text that may be missing, or null. */
    public static Optional<String> optionalText(JsonNode object, String name, int maxChars) {
        var node = object.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isTextual()) {
            throw new MalformedInput(name, "a text", "another value");
        }
        if (node.textValue().length() > maxChars) {
            throw new MalformedInput(
                    name,
                    "at most %d characters".formatted(maxChars),
                    node.textValue().length() + " characters");
        }
        return Optional.of(node.textValue());
    }

    /**
     * A list that may be missing, which is an empty one.
     *
     * @throws MalformedInput when it is no list, or longer
     */
    public static JsonNode list(JsonNode object, String name, int max) {
        var node = object.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return node;
        }
        if (!node.isArray()) {
            throw new MalformedInput(name, "a list", "another value");
        }
        if (node.size() > max) {
            throw new MalformedInput(
                    name, "at most %d items".formatted(max), node.size() + " items");
        }
        return node;
    }

    /** A whole number of at least 0 that must be there. */
    public static long size(JsonNode object, String name) {
        var node = object.path(name);
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
            throw new MalformedInput(name, "a number of bytes", "another value");
        }
        return node.longValue();
    }
}
