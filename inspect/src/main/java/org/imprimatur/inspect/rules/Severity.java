package org.imprimatur.inspect.rules;

import java.util.Locale;

/** How much a finding weighs, the heaviest first. */
public enum Severity {
    /** The image must not be endorsed as it is, unless a signed waiver covers the finding. */
    BLOCK,
    /** To be put right or explained. */
    WARN,
    /** For the record. */
    INFO;

    /** As it stands in reports: {@code block}, {@code warn}, {@code info}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** True if this weighs at least as much as the other. */
    public boolean atLeast(Severity other) {
        return compareTo(other) <= 0;
    }
}
