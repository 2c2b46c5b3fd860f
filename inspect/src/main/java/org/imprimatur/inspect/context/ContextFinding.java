package org.imprimatur.inspect.context;

import java.util.Comparator;

/**
 * Something in a contextualisation that a rule objects to.
 *
 * @param file its path on the medium, for display; empty for the medium as a whole
 * @param line counted from 1; 0 for the file as a whole
 * @param evidence what was found there, without secrets
 */
public record ContextFinding(ContextRule rule, String file, int line, String evidence)
        implements Comparable<ContextFinding> {

    private static final Comparator<ContextFinding> ORDER =
            Comparator.comparing((ContextFinding finding) -> finding.rule.severity())
                    .thenComparing(ContextFinding::file)
                    .thenComparing(ContextFinding::line)
                    .thenComparing(ContextFinding::rule)
                    .thenComparing(ContextFinding::evidence);

    /** The heaviest first, then by file and line. */
    @Override
    public int compareTo(ContextFinding other) {
        return ORDER.compare(this, other);
    }
}
