package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Clauses;
import org.junit.jupiter.api.Test;

/**
 * Writes docs/conformance.md: for each clause of the policies the tests that name it. Fails when a
 * clause has none, unless it stands in docs/clauses-not-built.txt; and when one stands there that
 * has a test, so that the list only shrinks.
 */
class ConformanceTest {

    private static final Path ROOT = Path.of(System.getProperty("imprimatur.root"));
    private static final List<String> MODULES =
            List.of("register", "trust", "ledger", "disk", "inspect", "exchange", "node", "cli");
    private static final String CLAUSE = Clause.class.descriptorString();

    @Test
    void everyClauseHasATestThatNamesItOrStandsInTheListOfThoseNotBuilt() throws IOException {
        assumeTrue(
                MODULES.stream().allMatch(module -> Files.isDirectory(tests(module))),
                "the table needs the tests of every module: build them all (make test)");
        var table = new TreeMap<String, TreeSet<String>>();
        for (var module : MODULES) {
            collect(module, table);
        }
        var notBuilt =
                new TreeSet<>(
                        Files.readAllLines(ROOT.resolve("docs/clauses-not-built.txt")).stream()
                                .map(String::strip)
                                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                                .toList());
        Files.writeString(ROOT.resolve("docs/conformance.md"), markdown(table));

        var known = new TreeSet<>(Clauses.all().keySet());
        assertThat(known).as("clauses that tests name").containsAll(table.keySet());
        assertThat(known).as("clauses in the list of those not built").containsAll(notBuilt);
        assertThat(notBuilt)
                .as("docs/clauses-not-built.txt must not name what a test proves: take these out")
                .doesNotContainAnyElementsOf(table.keySet());
        known.removeAll(table.keySet());
        known.removeAll(notBuilt);
        assertThat(known).as("clauses without a test").isEmpty();
    }

    private static Path tests(String module) {
        return ROOT.resolve(module).resolve("target/test-classes");
    }

    private static void collect(String module, Map<String, TreeSet<String>> table)
            throws IOException {
        try (var files = Files.walk(tests(module))) {
            files.filter(file -> file.toString().endsWith(".class"))
                    .forEach(
                            file -> {
                                try {
                                    collect(module, ClassFile.of().parse(file), table);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
        }
    }

    private static void collect(
            String module,
            java.lang.classfile.ClassModel type,
            Map<String, TreeSet<String>> table) {
        var name = type.thisClass().asInternalName();
        var simple = name.substring(name.lastIndexOf('/') + 1).replace('$', '.');
        type.findAttribute(Attributes.runtimeVisibleAnnotations())
                .ifPresent(found -> add(found.annotations(), module + ": " + simple, table));
        for (var method : type.methods()) {
            method.findAttribute(Attributes.runtimeVisibleAnnotations())
                    .ifPresent(
                            found ->
                                    add(
                                            found.annotations(),
                                            module
                                                    + ": "
                                                    + simple
                                                    + "."
                                                    + method.methodName().stringValue(),
                                            table));
        }
    }

    private static void add(
            List<Annotation> annotations, String test, Map<String, TreeSet<String>> table) {
        for (var annotation : annotations) {
            if (!annotation.classSymbol().equals(ClassDesc.ofDescriptor(CLAUSE))) {
                continue;
            }
            for (var element : annotation.elements()) {
                for (var id : texts(element.value())) {
                    table.computeIfAbsent(id, _ -> new TreeSet<>()).add(test);
                }
            }
        }
    }

    private static List<String> texts(AnnotationValue value) {
        var texts = new ArrayList<String>();
        switch (value) {
            case AnnotationValue.OfArray array ->
                    array.values().forEach(one -> texts.addAll(texts(one)));
            case AnnotationValue.OfString text -> texts.add(text.stringValue());
            default -> throw new IllegalStateException("an unexpected value: " + value);
        }
        return texts;
    }

    private static String markdown(Map<String, TreeSet<String>> table) {
        var text = new StringBuilder();
        text.append(
                """
                # Conformance

                Written by the build from the tests that carry `@Clause`; do not edit. For each clause of the policies: what it
                demands, and the tests that prove it. Clauses without a test stand in `clauses-not-built.txt`, which only shrinks.

                | clause | demands | proven by |
                | --- | --- | --- |
                """);
        int proven = 0;
        for (var clause : Clauses.all().values()) {
            var tests = table.getOrDefault(clause.id(), new TreeSet<>());
            proven += tests.isEmpty() ? 0 : 1;
            text.append(
                    "| %s | %s | %s |%n"
                            .formatted(
                                    clause.id(),
                                    clause.requirement().replace("|", "\\|"),
                                    tests.isEmpty()
                                            ? "not built yet"
                                            : tests.stream()
                                                    .map(test -> "`" + test + "`")
                                                    .collect(Collectors.joining("<br>"))));
        }
        text.append(
                "%n%d of %d clauses are proven by tests.%n"
                        .formatted(proven, Clauses.all().size()));
        return text.toString();
    }
}
