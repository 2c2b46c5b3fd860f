package org.imprimatur.register;

/**
 * Something from outside does not have the form that {@code docs/format.md} gives it.
 *
 * <p>Says in one sentence where (a member's path, such as {@code predicate.owner}; empty for the
 * whole), what was expected, and what was found. What was found is shortened, and its control
 * characters are made visible.
 */
public final class MalformedInput extends RuntimeException {

    private static final int SHOWN = 80;

    private final String path;
    private final String expected;
    private final String found;

    public MalformedInput(String path, String expected, String found) {
        super((path.isEmpty() ? "" : path + ": ") + "expected " + expected + ", found " + found);
        this.path = path;
        this.expected = expected;
        this.found = found;
    }

    /** A value that is not of the expected form; the value is quoted. */
    static MalformedInput value(String expected, String value) {
        return new MalformedInput("", expected, quoted(value));
    }

    /** The same, seen from outside: {@code member} is put before the path. */
    public MalformedInput in(String member) {
        var inner = path.isEmpty() || path.startsWith("[") ? path : "." + path;
        return new MalformedInput(member + inner, expected, found);
    }

    /** The member's path, or an empty text. */
    public String path() {
        return path;
    }

    public String expected() {
        return expected;
    }

    public String found() {
        return found;
    }

    /** The whole sentence; the same as the message, and never null. */
    public String explanation() {
        return (path.isEmpty() ? "" : path + ": ") + "expected " + expected + ", found " + found;
    }

    /** A text from outside, fit to be shown: quoted, shortened, without control characters. */
    public static String quoted(String text) {
        var shown = new StringBuilder("'");
        text.codePoints()
                .limit(SHOWN)
                .forEach(
                        point -> {
                            if (Text.isControl(point)) {
                                shown.append("\\u%04x".formatted(point));
                            } else {
                                shown.appendCodePoint(point);
                            }
                        });
        return shown.append(text.codePointCount(0, text.length()) > SHOWN ? "…'" : "'").toString();
    }
}
