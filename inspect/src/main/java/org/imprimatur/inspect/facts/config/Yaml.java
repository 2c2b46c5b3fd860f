package org.imprimatur.inspect.facts.config;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * Reads YAML into maps, lists and texts. Every scalar stays the text it is written as: whoever uses
 * it knows what it may mean. An alias is the very node of its anchor, never a copy, so that a short
 * text cannot grow.
 */
final class Yaml {

    private static final int MAX_TEXT = 4 << 20;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NODES = 100_000;

    private static final YAMLFactory FACTORY = factory();

    private final YAMLParser parser;
    private final Map<String, Object> anchors = new HashMap<>();
    private int nodes;

    private Yaml(YAMLParser parser) {
        this.parser = parser;
    }

    private static YAMLFactory factory() {
        var options = new LoaderOptions();
        options.setCodePointLimit(MAX_TEXT);
        options.setNestingDepthLimit(MAX_DEPTH);
        return YAMLFactory.builder()
                .loaderOptions(options)
                .streamReadConstraints(
                        StreamReadConstraints.builder()
                                .maxNestingDepth(MAX_DEPTH)
                                .maxStringLength(MAX_TEXT)
                                .build())
                .build();
    }

    /**
     * The first document of a text; an empty map if there is none.
     *
     * @throws IOException if it is no YAML, or too large or too deep
     */
    static Object parse(String text) throws IOException {
        try (var parser = FACTORY.createParser(text)) {
            var yaml = new Yaml(parser);
            var token = parser.nextToken();
            return token == null ? Map.of() : yaml.value(token, 0);
        } catch (RuntimeException | StackOverflowError e) {
            // the parser below lets some of its own faults through as they are
            throw new IOException("no YAML that can be read", e);
        }
    }

    private Object value(JsonToken token, int depth) throws IOException {
        if (++nodes > MAX_NODES || depth > MAX_DEPTH) {
            throw new IOException("too large or too deep");
        }
        if (parser.isCurrentAlias()) {
            var target = anchors.get(parser.getText());
            return target == null ? "" : target;
        }
        @Nullable String anchor = parser.getObjectId();
        Object value;
        if (token == JsonToken.START_OBJECT) {
            value = object(depth);
        } else if (token == JsonToken.START_ARRAY) {
            var list = new ArrayList<Object>();
            for (var next = next(); next != JsonToken.END_ARRAY; next = next()) {
                list.add(value(next, depth + 1));
            }
            value = list;
        } else if (token == JsonToken.VALUE_NULL) {
            value = "";
        } else {
            value = parser.getText();
        }
        if (anchor != null) {
            anchors.put(anchor, value);
        }
        return value;
    }

    private Map<String, Object> object(int depth) throws IOException {
        var map = new LinkedHashMap<String, Object>();
        var merged = new ArrayList<Object>();
        for (var next = next(); next != JsonToken.END_OBJECT; next = next()) {
            var key = parser.currentName();
            var value = value(next(), depth + 1);
            if ("<<".equals(key)) {
                merged.add(value);
            } else {
                map.put(key, value);
            }
        }
        // what a map says itself comes before what it takes over
        for (var each : merged) {
            var sources = each instanceof List<?> list ? list : List.of(each);
            for (var source : sources) {
                if (source instanceof Map<?, ?> other) {
                    nodes += other.size();
                    other.forEach((key, value) -> map.putIfAbsent(String.valueOf(key), value));
                }
            }
        }
        return map;
    }

    private JsonToken next() throws IOException {
        var token = parser.nextToken();
        if (token == null) {
            throw new IOException("ends too early");
        }
        return token;
    }

    /** YAML 1.1 and cloud-init: these words mean yes. */
    static boolean isTrue(@Nullable Object value) {
        return value instanceof String text
                && switch (text.toLowerCase(java.util.Locale.ROOT)) {
                    case "true", "yes", "on", "1" -> true;
                    default -> false;
                };
    }

    /** These words mean no. */
    static boolean isFalse(@Nullable Object value) {
        return value instanceof String text
                && switch (text.toLowerCase(java.util.Locale.ROOT)) {
                    case "false", "no", "off", "0" -> true;
                    default -> false;
                };
    }
}
