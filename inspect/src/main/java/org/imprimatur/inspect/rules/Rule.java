package org.imprimatur.inspect.rules;

import java.util.List;
import org.imprimatur.inspect.facts.Facts;

/**
 * One requirement on images.
 *
 * @param id stable; never renamed or used for something else
 * @param title the fault in a few words
 * @param clauses ids of the policy clauses it serves
 * @param rationale why it matters
 * @param remedy what to do about it
 * @param check what it objects to
 */
public record Rule(
        String id,
        String title,
        List<String> clauses,
        String rationale,
        String remedy,
        Check check) {

    /** A pure function of facts, and of what the profile compares them with. */
    @FunctionalInterface
    public interface Check {

        /** What there is to object to. */
        List<Objection> objections(Facts facts, Parameters parameters);
    }

    /** Copies the list. */
    public Rule {
        clauses = List.copyOf(clauses);
        if (clauses.isEmpty()) {
            throw new IllegalArgumentException("rule %s serves no clause".formatted(id));
        }
    }
}
