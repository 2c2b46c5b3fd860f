package org.imprimatur.inspect.rules;

import java.util.Comparator;

/**
 * Something in the image that a rule objects to.
 *
 * @param path the place in the image, for display; empty for the image as a whole
 * @param evidence what was found there, without secrets
 */
public record Finding(Rule rule, Severity severity, String path, String evidence)
        implements Comparable<Finding> {

    private static final Comparator<Finding> ORDER =
            Comparator.comparing(Finding::severity)
                    .thenComparing(finding -> finding.rule.id())
                    .thenComparing(Finding::path)
                    .thenComparing(Finding::evidence);

    /** The heaviest first, then by rule, path and evidence. */
    @Override
    public int compareTo(Finding other) {
        return ORDER.compare(this, other);
    }
}
