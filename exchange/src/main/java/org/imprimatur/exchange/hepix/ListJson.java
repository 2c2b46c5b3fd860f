package org.imprimatur.exchange.hepix;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.StrictJson;

/**
 * JSON of lists from anywhere, within bounds. Unlike our own formats, lists have members that
 * nobody knows, empty values and any numbers: all that is kept, so that one odd image does not make
 * a list unreadable. A member that is there twice is told, not chosen.
 */
final class ListJson {

    static final int MAX_DEPTH = 16;

    /** Objects, arrays and plain values altogether. */
    static final int MAX_VALUES = 2_000_000;

    private static final int MAX_TEXT = 1 << 20;
    private static final int MAX_TOLD = 16;

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(MAX_DEPTH + 1)
                                    .maxStringLength(MAX_TEXT)
                                    .maxNameLength(1024)
                                    .maxNumberLength(1000)
                                    .build())
                    .build();

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonParser parser;
    private final List<String> duplicates = new ArrayList<>();
    private int values;

    private ListJson(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * What was read.
     *
     * @param duplicates the members that are there twice, at most a few of them
     */
    record Document(JsonNode root, List<String> duplicates) {}

    /**
     * Reads a document. The caller bounds the number of bytes.
     *
     * @throws MalformedInput when it is not JSON in UTF-8, or beyond the bounds
     */
    static Document read(byte[] bytes) {
        try (var parser = FACTORY.createParser(StrictJson.text(bytes))) {
            parser.nextToken();
            var reader = new ListJson(parser);
            var root = reader.value("", 0);
            if (parser.nextToken() != null) {
                throw new MalformedInput("", "the end of the JSON document", "more text");
            }
            return new Document(root, List.copyOf(reader.duplicates));
        } catch (JsonParseException e) {
            throw StrictJson.syntaxFault(e);
        } catch (StreamConstraintsException e) {
            throw new MalformedInput(
                    "",
                    "JSON nested at most %d deep, with texts of at most %d characters"
                            .formatted(MAX_DEPTH, MAX_TEXT),
                    "more");
        } catch (IOException e) {
            throw new AssertionError("reading from memory does not fail", e);
        }
    }

    private JsonNode value(String place, int depth) throws IOException {
        if (++values > MAX_VALUES) {
            throw new MalformedInput("", "at most %d values".formatted(MAX_VALUES), "more");
        }
        var token = parser.currentToken();
        if (token == null) {
            throw new MalformedInput("", "a JSON document", "the end of the text");
        }
        return switch (token) {
            case START_OBJECT -> object(place, deeper(depth));
            case START_ARRAY -> array(place, deeper(depth));
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getText());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                    throw new MalformedInput("", "a JSON value", token.toString());
        };
    }

    private static int deeper(int depth) {
        if (depth == MAX_DEPTH) {
            throw new MalformedInput(
                    "", "nesting of at most %d".formatted(MAX_DEPTH), "deeper nesting");
        }
        return depth + 1;
    }

    private static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** A number by its digits; beyond all bounds it stays a text, which no number is taken for. */
    private static JsonNode number(String digits) {
        if (digits.length() <= 18 && isDigits(digits)) {
            return NODES.numberNode(Long.parseLong(digits));
        }
        try {
            return NODES.numberNode(new BigDecimal(digits));
        } catch (NumberFormatException e) {
            return NODES.textNode(digits);
        }
    }

    private ObjectNode object(String place, int depth) throws IOException {
        var object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var name = parser.currentName();
            parser.nextToken();
            var value = value(name, depth);
            var before = object.replace(name, value);
            if (before != null) {
                object.set(name, before);
                if (duplicates.size() < MAX_TOLD) {
                    duplicates.add(place.isEmpty() ? name : place + "." + name);
                }
            }
        }
        return object;
    }

    private ArrayNode array(String place, int depth) throws IOException {
        var array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(place, depth));
        }
        return array;
    }
}
