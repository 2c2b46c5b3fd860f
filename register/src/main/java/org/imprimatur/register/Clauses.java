package org.imprimatur.register;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Every clause of the five policy documents that the system enforces, checks or evidences; the same
 * list for rules, problem details, tests and the conformance table. The data is the resource {@code
 * clauses.tsv}.
 */
public final class Clauses {

    /**
     * A clause.
     *
     * @param id such as {@code END-4.6}
     * @param requirement what it asks for, in a few words
     * @param kinds by what means it is kept
     */
    public record Entry(String id, String requirement, Set<Kind> kinds) {}

    /** By what means a clause is kept. */
    public enum Kind {
        /** The system refuses anything else. */
        ENFORCE,
        /** An inspection rule finds violations in the image itself. */
        CHECK,
        /** A signed record exists and is served on demand. */
        EVIDENCE,
        /** A function that a role needs. */
        SERVE,
        /** An open question of the document has an answer. */
        ANSWER
    }

    private static final Map<String, Entry> ALL = read();

    private Clauses() {}

    /** All of them by id, in the order of the documents' table. */
    public static Map<String, Entry> all() {
        return ALL;
    }

    private static Map<String, Entry> read() {
        try (var resource = Clauses.class.getResourceAsStream("clauses.tsv")) {
            if (resource == null) {
                throw new IllegalStateException("clauses.tsv is missing from the jar");
            }
            var lines = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8));
            var all = new LinkedHashMap<String, Entry>();
            lines.lines()
                    .skip(1)
                    .map(line -> line.split("\t", -1))
                    .forEach(
                            cells -> {
                                var entry = new Entry(cells[0], cells[1], kinds(cells[2]));
                                if (all.put(entry.id(), entry) != null) {
                                    throw new IllegalStateException(entry.id() + " is there twice");
                                }
                            });
            return Collections.unmodifiableMap(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<Kind> kinds(String text) {
        return Arrays.stream(text.split("\\+"))
                .map(Kind::valueOf)
                .collect(Collectors.toUnmodifiableSet());
    }
}
