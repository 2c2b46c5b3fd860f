package org.imprimatur.register;

/**
 * A finding of severity {@code block}, or a place that was not read.
 *
 * @param rule the rule that found it; {@link #INCOMPLETE} for a place that was not read
 * @param path the place in the image; empty where the finding is about the whole image
 */
public record BlockingFinding(String rule, String path) {

    /** The rule id under which each place that was not read is listed. */
    public static final String INCOMPLETE = "inspection.incomplete";

    public BlockingFinding {
        Text.matching("rule", Waiver.RULE, Waiver.RULE_EXPECTED, rule);
        Text.line("path", path, 0, 4096);
    }

    @Override
    public String toString() {
        return path.isEmpty() ? rule : rule + " at " + path;
    }
}
