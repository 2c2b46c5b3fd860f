package org.imprimatur.register;

/**
 * The name of a ledger: the origin line of its C2SP checkpoints, and the name of its key. As a key
 * name of C2SP signed-note it has no white space and no plus sign.
 */
public record Origin(String text) {

    /** The most characters that an origin may have. */
    public static final int MAX = 256;

    public Origin {
        Text.line("", text, 1, MAX);
        boolean spaced =
                text.codePoints()
                        .anyMatch(
                                point ->
                                        point == '+'
                                                || Character.isWhitespace(point)
                                                || Character.isSpaceChar(point));
        if (spaced) {
            throw MalformedInput.value("an origin without spaces and '+'", text);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
