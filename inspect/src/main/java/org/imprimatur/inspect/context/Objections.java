package org.imprimatur.inspect.context;

import org.imprimatur.inspect.facts.Shown;

/** Takes what is found in one script, at the line that is being judged. */
final class Objections {

    private static final int SHOWN = 120;

    /** Takes findings. */
    @FunctionalInterface
    interface Sink {
        void add(ContextRule rule, int line, String evidence);
    }

    private final Sink sink;
    private int line;

    Objections(Sink sink) {
        this.sink = sink;
    }

    /** The line of what is judged from now on. */
    void at(int number) {
        line = number;
    }

    int line() {
        return line;
    }

    void object(ContextRule rule, String evidence) {
        sink.add(rule, line, evidence);
    }

    void unclear(String evidence) {
        object(ContextRule.UNCLEAR, evidence);
    }

    /** A word for display: what is not known of it is three dots. */
    static String shown(String word) {
        return Shown.text(
                        word.replace(ShellVariables.UNKNOWN, '\u0001')
                                .replace(ShellVariables.PATTERN, '\u0001'),
                        SHOWN)
                .replace("\\x01", "…");
    }
}
