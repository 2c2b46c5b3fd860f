package org.imprimatur.register;

import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The endorser's word that a blocking finding is no danger here, until a moment.
 *
 * @param path the one place that it is for; null for every finding of the rule
 * @param expires from this moment on it covers nothing
 */
public record Waiver(String rule, @Nullable String path, String reason, Instant expires) {

    static final Pattern RULE = Pattern.compile("[a-z0-9.-]{1,64}");
    static final String RULE_EXPECTED =
            "a rule id of 1 to 64 lower-case letters, digits, '.' or '-'";

    public Waiver {
        Text.matching("rule", RULE, RULE_EXPECTED, rule);
        if (path != null) {
            Text.line("path", path, 0, 4096);
        }
        Text.block("reason", reason, 1, 2000);
        expires = Text.instant("expires", expires);
    }

    /** Whether it is for this finding, expired or not. */
    public boolean isFor(BlockingFinding finding) {
        return rule.equals(finding.rule()) && (path == null || path.equals(finding.path()));
    }

    /** Whether it is for this finding and has not expired. */
    public boolean covers(BlockingFinding finding, Instant at) {
        return isFor(finding) && at.isBefore(expires);
    }
}
