package org.imprimatur.inspect.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the part of YAML that profiles are written in: maps and lists in lines, lists in brackets
 * on one line, and texts on one line. Every scalar stays the text it is written as. Whatever else
 * YAML has (anchors, aliases, tags, maps in braces, texts over several lines, several documents) is
 * refused with its line, so that nothing is read in another way than it looks.
 *
 * <p>A reader of all of YAML would take longer to start than a quick inspection takes.
 */
final class StrictYaml {

    static final int MAX_TEXT = 256 << 10;
    static final int MAX_FAULTS = 100;
    private static final int MAX_LINE = 4096;
    private static final int MAX_DEPTH = 8;

    private static final Pattern MEMBER =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,63}):(?: +(.*))?");
    private static final Pattern ITEM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]*");

    /** A line of a text that says something. */
    private record Line(int number, int indent, String content) {}

    /** A value with the line it begins on, counted from 1. */
    sealed interface Value {
        int line();
    }

    /** A text; empty where nothing is written. */
    record Scalar(int line, String text) implements Value {}

    /** Names with values, as they are written. */
    record Members(int line, Map<String, Member> byName) implements Value {}

    /** Texts one after the other. */
    record Items(int line, List<Scalar> items) implements Value {}

    /** A name's value, and the line that the name stands on. */
    record Member(int line, Value value) {}

    /** Where a fault was found. */
    interface Faults {
        void add(int line, String explanation);
    }

    private final Faults faults;
    private final List<Line> lines;
    private int next;

    private StrictYaml(List<Line> lines, Faults faults) {
        this.lines = lines;
        this.faults = faults;
    }

    /** The members at the top of a text. What is wrong is told, and left out. */
    static Members parse(String text, Faults faults) {
        if (text.length() > MAX_TEXT) {
            faults.add(1, "more than %d characters".formatted(MAX_TEXT));
            return new Members(1, Map.of());
        }
        var reader = new StrictYaml(lines(text, faults), faults);
        return reader.members(0, 0);
    }

    private static List<Line> lines(String text, Faults faults) {
        var lines = new ArrayList<Line>();
        int number = 0;
        boolean first = true;
        for (var raw : text.split("\r?\n", -1)) {
            number++;
            int bad = unprintable(raw);
            if (bad >= 0) {
                faults.add(
                        number,
                        raw.charAt(bad) == '\t'
                                ? "a tab; indent with spaces"
                                : "the character U+%04X, which has no place here"
                                        .formatted((int) raw.charAt(bad)));
                continue;
            }
            if (raw.length() > MAX_LINE) {
                faults.add(number, "a line of more than %d characters".formatted(MAX_LINE));
                continue;
            }
            int indent = 0;
            while (indent < raw.length() && raw.charAt(indent) == ' ') {
                indent++;
            }
            // no other character up to the space is left, and YAML knows no other space
            var content = raw.trim();
            if (content.isEmpty() || content.startsWith("#")) {
                continue;
            }
            if (first && content.equals("---") && indent == 0) {
                first = false;
                continue;
            }
            first = false;
            lines.add(new Line(number, indent, content));
        }
        return lines;
    }

    /**
     * Where the first character is that YAML does not print, or that it may take for a line end.
     */
    private static int unprintable(String line) {
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            boolean pair =
                    Character.isHighSurrogate(c)
                            && i + 1 < line.length()
                            && Character.isLowSurrogate(line.charAt(i + 1));
            if (pair) {
                i++;
            } else if (c < ' '
                    || c >= 0x7f && c < 0xa0
                    || c == '\u2028'
                    || c == '\u2029'
                    || c == '\ufeff'
                    || c > '\ufffd'
                    || Character.isSurrogate(c)) {
                return i;
            }
        }
        return -1;
    }

    private Members members(int indent, int depth) {
        int line = next < lines.size() ? lines.get(next).number : 1;
        var members = new LinkedHashMap<String, Member>();
        while (next < lines.size() && lines.get(next).indent >= indent) {
            var at = lines.get(next);
            if (at.indent > indent) {
                refuse("is indented more than what stands beside it");
                next++;
                continue;
            }
            next++;
            var match = MEMBER.matcher(at.content);
            if (!match.matches()) {
                faults.add(at.number, "'%s' is not of the form name: value".formatted(cut(at)));
                skipBelow(indent);
                continue;
            }
            var name = match.group(1);
            var value = value(at, match.group(2), depth);
            var other = members.get(name);
            if (other != null) {
                faults.add(
                        at.number,
                        "'%s' stands here twice, first in line %d".formatted(name, other.line));
            } else if (value != null) {
                members.put(name, new Member(at.number, value));
            }
        }
        return new Members(line, members);
    }

    private @Nullable Value value(Line at, @Nullable String written, int depth) {
        var text = written == null ? "" : written.trim();
        if (!text.isEmpty() && !text.startsWith("#")) {
            var value = text.startsWith("[") ? bracketed(at, text) : scalar(at, text);
            if (next < lines.size() && lines.get(next).indent > at.indent) {
                refuse("continues the line above; write a text on one line, in quotes");
                skipBelow(at.indent);
            }
            return value;
        }
        if (next >= lines.size()) {
            return new Scalar(at.number, "");
        }
        var below = lines.get(next);
        boolean list = below.content.equals("-") || below.content.startsWith("- ");
        if (below.indent > at.indent || list && below.indent == at.indent) {
            if (depth >= MAX_DEPTH) {
                faults.add(below.number, "more than %d levels".formatted(MAX_DEPTH));
                skipBelow(at.indent);
                return null;
            }
            return list ? items(below.indent) : members(below.indent, depth + 1);
        }
        return new Scalar(at.number, "");
    }

    private Items items(int indent) {
        int line = lines.get(next).number;
        var items = new ArrayList<Scalar>();
        while (next < lines.size() && lines.get(next).indent >= indent) {
            var at = lines.get(next);
            if (at.indent == indent && !at.content.startsWith("-")) {
                break; // the name after a list that is not indented
            }
            next++;
            var text = at.content.startsWith("- ") ? at.content.substring(2).trim() : "";
            if (at.indent > indent || text.isEmpty() || text.startsWith("#")) {
                faults.add(at.number, "'%s' is not of the form - value".formatted(cut(at)));
                continue;
            }
            var item = scalar(at, text);
            if (item != null) {
                items.add(item);
            }
        }
        return new Items(line, items);
    }

    private @Nullable Items bracketed(Line at, String text) {
        int end = text.indexOf(']');
        if (end < 0 || !isOver(text.substring(end + 1))) {
            faults.add(at.number, "a list in brackets ends with ']' on its line");
            return null;
        }
        var items = new ArrayList<Scalar>();
        var within = text.substring(1, end).trim();
        for (var part : within.isEmpty() ? new String[0] : within.split(",", -1)) {
            var item = part.trim();
            if (!ITEM.matcher(item).matches()) {
                faults.add(at.number, "'%s' cannot stand in a list in brackets".formatted(item));
                return null;
            }
            items.add(new Scalar(at.number, item));
        }
        return new Items(at.number, items);
    }

    private @Nullable Scalar scalar(Line at, String text) {
        char first = text.charAt(0);
        if (first == '\'' || first == '"') {
            return quoted(at, text, first);
        }
        var plain = text;
        int comment = text.indexOf(" #");
        if (comment >= 0) {
            plain = text.substring(0, comment).trim();
        }
        var refusal = refusal(first, plain);
        if (refusal != null) {
            faults.add(at.number, refusal);
            return null;
        }
        return new Scalar(at.number, plain);
    }

    private static @Nullable String refusal(char first, String plain) {
        boolean mark = plain.length() == 1 || plain.charAt(1) == ' ';
        return switch (first) {
            case '&', '*' -> "anchors and aliases are not taken here; write it out";
            case '!' -> "tags are not taken here";
            case '|', '>' -> "a text over several lines is not taken here; write it on one line";
            case '{' -> "a map in braces is not taken here; write its members in lines below";
            case '[', ']', '}', ',', '%', '@', '`' ->
                    "a text that begins with '%c' stands in quotes".formatted(first);
            case '-', '?', ':' ->
                    mark ? "'%c' means something else here".formatted(first) : colon(plain);
            default -> colon(plain);
        };
    }

    private static @Nullable String colon(String plain) {
        return plain.contains(": ") || plain.endsWith(":")
                ? "a text with a colon stands in quotes"
                : null;
    }

    private @Nullable Scalar quoted(Line at, String text, char quote) {
        var out = new StringBuilder();
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            char after = i + 1 < text.length() ? text.charAt(i + 1) : 0;
            if (c == quote && quote == '\'' && after == '\'') {
                out.append(c);
                i++;
            } else if (c == quote) {
                if (isOver(text.substring(i + 1))) {
                    return new Scalar(at.number, out.toString());
                }
                faults.add(at.number, "something stands after the text in quotes");
                return null;
            } else if (c == '\\' && quote == '"') {
                if (after != '"' && after != '\\') {
                    faults.add(at.number, "after '\\' only '\"' or '\\' is taken");
                    return null;
                }
                out.append(after);
                i++;
            } else {
                out.append(c);
            }
        }
        faults.add(at.number, "the text in quotes does not end on its line");
        return null;
    }

    private static boolean isOver(String rest) {
        return rest.trim().isEmpty() || rest.startsWith(" ") && rest.trim().startsWith("#");
    }

    private void skipBelow(int indent) {
        while (next < lines.size() && lines.get(next).indent > indent) {
            next++;
        }
    }

    private void refuse(String explanation) {
        var at = lines.get(next);
        faults.add(at.number, "'%s' %s".formatted(cut(at), explanation));
    }

    private static String cut(Line at) {
        return at.content.length() <= 60 ? at.content : at.content.substring(0, 60) + "…";
    }
}
