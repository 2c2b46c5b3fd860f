package org.imprimatur.inspect.context;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A word of a shell script, before anything is put in for its variables.
 *
 * @param quoted whether any of it is quoted, so that it is no reserved word
 */
record ShellWord(List<Part> parts, boolean quoted) {

    /** What words are made of. */
    sealed interface Part {

        /** What stands there literally. */
        record Text(String text) implements Part {}

        /** What a variable holds, {@code $1} and its like among them. */
        record Variable(String name, boolean quoted) implements Part {}

        /** What only running it would tell: the output of a command, an arithmetic result. */
        record Unknown() implements Part {}

        /** What stands for the names of files: {@code *}, <code>?</code>, brackets and braces. */
        record Pattern() implements Part {}
    }

    ShellWord {
        parts = List.copyOf(parts);
    }

    /** The text, where all of it stands there literally; else null. */
    @Nullable String literal() {
        var text = new StringBuilder();
        for (var part : parts) {
            if (!(part instanceof Part.Text literal)) {
                return null;
            }
            text.append(literal.text());
        }
        return text.toString();
    }

    /** The text, if a shell could take it for a reserved word; else empty. */
    String reservable() {
        var literal = quoted ? null : literal();
        return literal == null ? "" : literal;
    }
}
