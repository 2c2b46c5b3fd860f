package org.imprimatur.disk;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The text form in which LVM2 keeps its metadata: sections in braces, and names with a number, a
 * text or a list of both. Depth and number of values are bounded; the length is by the caller.
 */
final class LvmText {

    private static final int MAX_DEPTH = 8;
    private static final int MAX_VALUES = 1 << 18;

    /** What a name may stand for. */
    sealed interface Value {}

    /** Names with their values, in order. */
    record Section(Map<String, Value> values) implements Value {

        /** A number from 0 to {@code most}. */
        long number(String name, long most) throws CorruptImageException {
            if (values.get(name) instanceof Number(long value) && value >= 0 && value <= most) {
                return value;
            }
            throw new CorruptImageException(
                    "'%s' is %s, where a number up to %d is expected"
                            .formatted(name, shown(name), most));
        }

        String text(String name) throws CorruptImageException {
            if (values.get(name) instanceof Text(String value)) {
                return value;
            }
            throw new CorruptImageException(
                    "'%s' is %s, where a text is expected".formatted(name, shown(name)));
        }

        /** The section of this name; an empty one where there is none. */
        Section section(String name) throws CorruptImageException {
            var value = values.get(name);
            if (value == null) {
                return new Section(Map.of());
            }
            if (value instanceof Section section) {
                return section;
            }
            throw new CorruptImageException(
                    "'%s' is %s, where a section is expected".formatted(name, shown(name)));
        }

        /** The list of this name; an empty one where there is none. */
        List<Value> list(String name) {
            return values.get(name) instanceof Items(List<Value> items) ? items : List.of();
        }

        /** Whether the list of this name has this text. */
        boolean lists(String name, String text) {
            for (var each : list(name)) {
                if (each instanceof Text(String value) && value.equals(text)) {
                    return true;
                }
            }
            return false;
        }

        private String shown(String name) {
            return switch (values.get(name)) {
                case null -> "missing";
                case Number(long value) -> Long.toString(value);
                case Text _ -> "a text";
                case Items _ -> "a list";
                case Section _ -> "a section";
            };
        }
    }

    record Text(String value) implements Value {}

    record Number(long value) implements Value {}

    record Items(List<Value> items) implements Value {}

    private final String text;
    private int at;
    private int count;

    private LvmText(String text) {
        this.text = text;
    }

    /** Reads a whole text; one byte is one character, and the first zero byte ends it. */
    static Section parse(byte[] bytes) throws CorruptImageException {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        var reader = new LvmText(new String(bytes, 0, end, StandardCharsets.ISO_8859_1));
        return reader.section(0);
    }

    private Section section(int depth) throws CorruptImageException {
        var values = new LinkedHashMap<String, Value>();
        while (true) {
            skip();
            if (at == text.length() || text.charAt(at) == '}') {
                if ((at == text.length()) != (depth == 0)) {
                    throw bad(depth == 0 ? "closes a brace too many" : "ends inside a section");
                }
                at++;
                return new Section(values);
            }
            countOne();
            String name = text.charAt(at) == '"' ? quoted() : word();
            skip();
            Value value;
            if (next('{')) {
                if (depth == MAX_DEPTH) {
                    throw bad("has sections more than %d deep".formatted(MAX_DEPTH));
                }
                value = section(depth + 1);
            } else if (next('=')) {
                skip();
                value = value();
            } else {
                throw bad("has neither '=' nor '{' behind a name");
            }
            if (values.put(name, value) != null) {
                throw bad("has a name twice in one section");
            }
        }
    }

    private Value value() throws CorruptImageException {
        if (!next('[')) {
            return single();
        }
        var items = new ArrayList<Value>();
        skip();
        while (!next(']')) {
            countOne();
            items.add(single());
            skip();
            if (next(',')) {
                skip();
            } else if (at == text.length() || text.charAt(at) != ']') {
                throw bad("has a list without an end");
            }
        }
        return new Items(List.copyOf(items));
    }

    private void countOne() throws CorruptImageException {
        if (++count > MAX_VALUES) {
            throw bad("has more than %d values".formatted(MAX_VALUES));
        }
    }

    private Value single() throws CorruptImageException {
        if (at < text.length() && text.charAt(at) == '"') {
            return new Text(quoted());
        }
        String word = word();
        try {
            return new Number(Long.parseLong(word));
        } catch (NumberFormatException _) {
            // Fractions and bare words; nothing that is asked for here is one.
            return new Text(word);
        }
    }

    private String quoted() throws CorruptImageException {
        var out = new StringBuilder();
        at++;
        while (at < text.length()) {
            char each = text.charAt(at++);
            if (each == '"') {
                return out.toString();
            }
            if (each == '\\' && at < text.length()) {
                each = text.charAt(at++);
            }
            out.append(each);
        }
        throw bad("ends inside a text");
    }

    private String word() throws CorruptImageException {
        int start = at;
        while (at < text.length() && isOfWord(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw bad("has neither a name nor a value");
        }
        return text.substring(start, at);
    }

    private static boolean isOfWord(char each) {
        return each >= 'a' && each <= 'z'
                || each >= 'A' && each <= 'Z'
                || each >= '0' && each <= '9'
                || "_-+./:@".indexOf(each) >= 0;
    }

    private boolean next(char wanted) {
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    /** Passes spaces, line ends, and comments up to the end of their line. */
    private void skip() {
        while (at < text.length()) {
            char each = text.charAt(at);
            if (each == '#') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (each == ' ' || each == '\t' || each == '\n' || each == '\r') {
                at++;
            } else {
                return;
            }
        }
    }

    private CorruptImageException bad(String what) {
        return new CorruptImageException(
                "the LVM metadata %s, at character %d of %d"
                        .formatted(what, Math.min(at, text.length()), text.length()));
    }
}
