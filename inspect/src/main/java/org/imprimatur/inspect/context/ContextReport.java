package org.imprimatur.inspect.context;

import java.util.List;
import org.imprimatur.inspect.rules.Severity;

/**
 * What was found in a contextualisation.
 *
 * @param scripts the paths on the medium of all that was read as a script
 * @param findings the heaviest first
 */
public record ContextReport(List<String> scripts, List<ContextFinding> findings) {

    /** Copies the lists. */
    public ContextReport {
        scripts = List.copyOf(scripts);
        findings = findings.stream().sorted().distinct().toList();
    }

    /** Whether all that is run could be read and understood. */
    public boolean isComplete() {
        return findings.stream()
                .map(ContextFinding::rule)
                .noneMatch(rule -> rule == ContextRule.UNCLEAR || rule == ContextRule.FILE);
    }

    /** Whether there are findings that weigh at least so much. */
    public boolean hasFindings(Severity threshold) {
        return findings.stream().anyMatch(each -> each.rule().severity().atLeast(threshold));
    }
}
