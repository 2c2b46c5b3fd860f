package org.imprimatur.inspect.rules;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an endorser may take on.
 *
 * @param never ids of the rules whose findings nobody may waive
 * @param longest for how long a waiver may be given
 * @param shortestReason how many characters its reason has at least
 */
public record WaiverRules(Set<String> never, Duration longest, int shortestReason) {

    static final int MAX_DAYS = 3650;
    static final int MAX_REASON = 2000;

    /** What holds where a profile says nothing else. */
    public static final WaiverRules DEFAULT = new WaiverRules(Set.of(), Duration.ofDays(365), 1);

    /** Copies the set, and refuses what is out of range. */
    public WaiverRules {
        never = Set.copyOf(never);
        boolean known = never.stream().allMatch(id -> RuleCatalogue.rule(id).isPresent());
        boolean inRange =
                longest.compareTo(Duration.ofDays(1)) >= 0
                        && longest.compareTo(Duration.ofDays(MAX_DAYS)) <= 0
                        && shortestReason >= 1
                        && shortestReason <= MAX_REASON;
        if (!known || !inRange) {
            throw new IllegalArgumentException(
                    "never %s, longest %s, reason of %d"
                            .formatted(new TreeSet<>(never), longest, shortestReason));
        }
    }

    /** Why these rules do not allow this waiver; empty if they do. */
    public Optional<String> refusal(String rule, String reason, Duration validity) {
        if (never.contains(rule)) {
            return Optional.of("nobody may waive " + rule);
        }
        if (reason.strip().length() < shortestReason) {
            return Optional.of(
                    "the reason for waiving %s needs at least %d characters"
                            .formatted(rule, shortestReason));
        }
        if (validity.compareTo(longest) > 0) {
            return Optional.of("a waiver is for at most %d days".formatted(longest.toDays()));
        }
        return Optional.empty();
    }
}
