package org.imprimatur.register;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * JSON from outside, read as the general rules of {@code docs/format.md} say: UTF-8 without a byte
 * order mark, no duplicate members, no nesting deeper than 16, no numbers but integers of 64 bits,
 * no text after the end. Every fault is a {@link MalformedInput} with the member's path.
 */
public final class StrictJson {

    /** The deepest nesting of objects and arrays. */
    public static final int MAX_DEPTH = 16;

    /**
     * Names are not kept from one document to the next: nothing that a stranger wrote stays. Texts
     * are bounded by the document, which is bounded before it is read.
     */
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(MAX_DEPTH + 1)
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .maxNameLength(1024)
                                    .maxNumberLength(32)
                                    .build())
                    .build();

    /** Shorter numbers fit into 64 bits. */
    private static final int SURELY_LONG = 18;

    private static final int MAX_PLAIN_NAME = 64;

    private static final char REPLACEMENT = '\uFFFD';

    private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private StrictJson() {}

    /**
     * Reads one object.
     *
     * @param maxBytes more are refused before anything is read
     */
    public static Members read(byte[] json, int maxBytes) {
        if (json.length > maxBytes) {
            throw new MalformedInput(
                    "", "at most %d bytes".formatted(maxBytes), json.length + " bytes");
        }
        try (var parser = JSON.createParser(text(json))) {
            parser.nextToken();
            if (!(value(parser, "", 0) instanceof Members members)) {
                throw new MalformedInput("", "a JSON object", "another value");
            }
            if (parser.nextToken() != null) {
                throw new MalformedInput(
                        "", "the end of the JSON document", "more text after its end");
            }
            return members;
        } catch (JsonParseException e) {
            throw syntaxFault(e);
        } catch (StreamConstraintsException e) {
            throw new MalformedInput(
                    "",
                    "JSON with numbers of at most 32 digits and names of at most 1024 characters",
                    "a longer one");
        } catch (IOException e) {
            throw new AssertionError("reading from memory does not fail", e);
        }
    }

    /** The text of a JSON document: UTF-8 without a byte order mark. */
    public static String text(byte[] json) {
        var text = new String(json, StandardCharsets.UTF_8);
        // Java puts this character where bytes are at fault; where it is, a decoder says which.
        if (text.indexOf(REPLACEMENT) >= 0 && !isUtf8(json)) {
            throw new MalformedInput("", "JSON in UTF-8", "bytes that are not UTF-8");
        }
        if (text.startsWith("\uFEFF")) {
            throw new MalformedInput("", "JSON without a byte order mark", "a byte order mark");
        }
        return text;
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Says where the syntax is at fault, and nothing of what stands there. */
    public static MalformedInput syntaxFault(JsonParseException fault) {
        var place = fault.getLocation();
        return new MalformedInput(
                "",
                "JSON",
                place == null
                        ? "a fault in its syntax"
                        : "a fault in its syntax at line %d, column %d"
                                .formatted(place.getLineNr(), place.getColumnNr()));
    }

    private static Object value(JsonParser parser, String path, int depth) throws IOException {
        var token = parser.currentToken();
        if (token == null) {
            throw new MalformedInput(path, "a JSON value", "the end of the text");
        }
        return switch (token) {
            case START_OBJECT -> object(parser, path, deeper(path, depth));
            case START_ARRAY -> array(parser, path, deeper(path, depth));
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> number(parser, path);
            case VALUE_NUMBER_FLOAT ->
                    throw new MalformedInput(
                            path, "an integer", MalformedInput.quoted(parser.getText()));
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL ->
                    throw new MalformedInput(path, "a value; absent members are left out", "null");
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                    throw new MalformedInput(path, "a JSON value", token.toString());
        };
    }

    private static int deeper(String path, int depth) {
        if (depth == MAX_DEPTH) {
            throw new MalformedInput(
                    path, "nesting of at most %d".formatted(MAX_DEPTH), "deeper nesting");
        }
        return depth + 1;
    }

    private static Members object(JsonParser parser, String path, int depth) throws IOException {
        var members = new LinkedHashMap<String, Object>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var name = parser.currentName();
            var inner = join(path, name);
            parser.nextToken();
            if (members.containsKey(name)) {
                throw new MalformedInput(inner, "the member once", "it twice");
            }
            members.put(name, value(parser, inner, depth));
        }
        return new Members(path, members);
    }

    private static List<Object> array(JsonParser parser, String path, int depth)
            throws IOException {
        var items = new ArrayList<Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser, path + "[" + items.size() + "]", depth));
        }
        return items;
    }

    private static Long number(JsonParser parser, String path) throws IOException {
        var text = parser.getText();
        if (text.length() <= SURELY_LONG) {
            return Long.valueOf(text);
        }
        var number = new BigInteger(text);
        if (number.compareTo(MIN) < 0 || number.compareTo(MAX) > 0) {
            throw new MalformedInput(path, "an integer of 64 bits", number.toString());
        }
        return number.longValue();
    }

    private static String join(String path, String name) {
        var shown = isPlain(name) ? name : MalformedInput.quoted(name);
        return path.isEmpty() ? shown : path + "." + shown;
    }

    private static boolean isPlain(String name) {
        if (name.isEmpty() || name.length() > MAX_PLAIN_NAME) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char one = name.charAt(i);
            boolean plain =
                    one >= 'a' && one <= 'z'
                            || one >= 'A' && one <= 'Z'
                            || one >= '0' && one <= '9'
                            || one == '_'
                            || one == '-';
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    /**
     * The members of one object. Each is taken once; {@link #end()} then refuses those that nobody
     * took.
     */
    public static final class Members {

        private final String path;
        private final Map<String, Object> members;
        private final Set<String> taken = new HashSet<>();

        private Members(String path, Map<String, Object> members) {
            this.path = path;
            this.members = members;
        }

        /** The path of a member of this object, for messages. */
        public String path(String name) {
            return join(path, name);
        }

        public boolean has(String name) {
            return members.containsKey(name);
        }

        public String text(String name) {
            return take(name, String.class, "a text");
        }

        public @Nullable String optionalText(String name) {
            return has(name) ? text(name) : null;
        }

        public long number(String name) {
            return take(name, Long.class, "an integer");
        }

        /** A member that is {@code true} or absent, which means no. */
        public boolean flag(String name) {
            if (!has(name)) {
                return false;
            }
            if (!take(name, Boolean.class, "true, or no such member")) {
                throw new MalformedInput(path(name), "true, or no such member", "false");
            }
            return true;
        }

        /** A text made into a value; a {@link MalformedInput} from there gets this path. */
        public <T> T value(String name, Function<String, T> parse) {
            var text = text(name);
            return at(path(name), () -> parse.apply(text));
        }

        public Instant instant(String name) {
            return value(name, Text::parseInstant);
        }

        public Members object(String name) {
            return take(name, Members.class, "an object");
        }

        public List<Members> objects(String name, int max) {
            return items(name, max, Members.class, "an object");
        }

        public List<String> texts(String name, int max) {
            return items(name, max, String.class, "a text");
        }

        /** Texts made into values; a {@link MalformedInput} from there gets the item's path. */
        public <T> List<T> values(String name, int max, Function<String, T> parse) {
            var values = new ArrayList<T>();
            for (var text : texts(name, max)) {
                values.add(at(path(name) + "[" + values.size() + "]", () -> parse.apply(text)));
            }
            return List.copyOf(values);
        }

        /** Builds a value from this object's members; its faults get this object's path. */
        public <T> T build(java.util.function.Supplier<T> build) {
            return at(path, build);
        }

        /** Refuses members that nobody took. */
        public void end() {
            for (var name : members.keySet()) {
                if (!taken.contains(name)) {
                    throw new MalformedInput(path(name), "no such member", "it");
                }
            }
        }

        private <T> List<T> items(String name, int max, Class<T> type, String expected) {
            var items = take(name, List.class, "an array");
            if (items.size() > max) {
                throw new MalformedInput(
                        path(name), "at most %d items".formatted(max), items.size() + " items");
            }
            var typed = new ArrayList<T>();
            for (var item : items) {
                if (!type.isInstance(item)) {
                    throw new MalformedInput(
                            path(name) + "[" + typed.size() + "]", expected, another(item));
                }
                typed.add(type.cast(item));
            }
            return typed;
        }

        private <T> T take(String name, Class<T> type, String expected) {
            taken.add(name);
            var value = members.get(name);
            if (value == null) {
                throw new MalformedInput(path(name), expected, "nothing");
            }
            if (!type.isInstance(value)) {
                throw new MalformedInput(path(name), expected, another(value));
            }
            return type.cast(value);
        }

        private static String another(@Nullable Object value) {
            return switch (value) {
                case Members _ -> "an object";
                case List<?> _ -> "an array";
                case String text -> "the text " + MalformedInput.quoted(text);
                case Long number -> "the number " + number;
                case null, default -> String.valueOf(value);
            };
        }

        private static <T> T at(String path, java.util.function.Supplier<T> build) {
            try {
                return build.get();
            } catch (MalformedInput e) {
                throw path.isEmpty() ? e : e.in(path);
            }
        }
    }
}
