package org.imprimatur.inspect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.imprimatur.inspect.rules.Finding;
import org.imprimatur.inspect.rules.Rule;
import org.imprimatur.inspect.rules.Severity;
import org.imprimatur.register.Clauses;

/** Findings as people read them: by the clause that a rule serves first, then by rule. */
final class ClauseGroups {

    private ClauseGroups() {}

    /**
     * What is objected to under one clause.
     *
     * @param requirement what the clause asks for, in a few words
     */
    record ByClause(String id, String requirement, List<ByRule> rules) {}

    /** What one rule objects to. */
    record ByRule(Rule rule, List<Finding> findings) {}

    /** The groups, in the order of their first findings. */
    static List<ByClause> of(List<Finding> findings) {
        var byClause = new LinkedHashMap<String, Map<Rule, List<Finding>>>();
        for (var finding : findings) {
            byClause.computeIfAbsent(
                            finding.rule().clauses().getFirst(), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(finding.rule(), _ -> new ArrayList<>())
                    .add(finding);
        }
        var groups = new ArrayList<ByClause>();
        byClause.forEach(
                (clause, rules) -> {
                    var entry = Clauses.all().get(clause);
                    var byRule = new ArrayList<ByRule>();
                    rules.forEach((rule, found) -> byRule.add(new ByRule(rule, found)));
                    groups.add(
                            new ByClause(clause, entry == null ? "" : entry.requirement(), byRule));
                });
        return groups;
    }

    /** The heading over findings of a severity. */
    static String heading(Severity severity) {
        return switch (severity) {
            case BLOCK -> "Blocking";
            case WARN -> "Warnings";
            case INFO -> "For the record";
        };
    }
}
