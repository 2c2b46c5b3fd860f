package org.imprimatur.inspect.context;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A simple command of a shell script, wherever it stands: in a pipeline, a function, a branch, or
 * in a word of another command.
 *
 * @param line where it begins, counted from 1
 * @param words the name and its arguments; empty for assignments and redirections alone
 */
record ShellCommand(
        int line,
        List<Assignment> assignments,
        List<ShellWord> words,
        List<Redirection> redirections) {

    /**
     * @param value null where it cannot be told, as that of a loop's variable
     */
    record Assignment(String name, @Nullable ShellWord value) {}

    /**
     * @param operator {@code >}, {@code <<} and the like, without the number before it
     * @param document what follows in lines of its own; null but for {@code <<}
     */
    record Redirection(String operator, ShellWord target, @Nullable HereDocument document) {

        /** Whether the target is a file that is written. */
        boolean writes() {
            return operator.indexOf('>') >= 0
                    && !(operator.equals(">&") && target.reservable().matches("[0-9]{1,9}-?|-"));
        }
    }

    /** The lines of a here-document, which are known only after the line that asks for them. */
    static final class HereDocument {

        private String text = "";
        private boolean known;
        private int line;

        void set(String body, boolean literal, int first) {
            text = body;
            known = literal;
            line = first;
        }

        String text() {
            return text;
        }

        /** False where something is put in for variables or commands. */
        boolean known() {
            return known;
        }

        /** Where its first line stands. */
        int line() {
            return line;
        }
    }

    ShellCommand {
        assignments = List.copyOf(assignments);
        words = List.copyOf(words);
        redirections = List.copyOf(redirections);
    }
}
