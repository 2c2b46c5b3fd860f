package org.imprimatur.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.imprimatur.inspect.Comparison.Change;
import org.imprimatur.inspect.Comparison.Difference;
import org.imprimatur.inspect.Comparison.Kind;
import org.imprimatur.inspect.Comparison.Topic;
import org.imprimatur.inspect.rules.Finding;

/** Writes a comparison for a terminal: counts, and of each kind of change the first few. */
public final class ComparisonText {

    private static final int MAX_LISTED = 12;

    private final Appendable out;
    private final int most;

    private ComparisonText(Appendable out, int most) {
        this.out = out;
        this.most = most;
    }

    /**
     * Writes the whole text, ended by a line feed.
     *
     * @param all whether to list every change
     * @throws IOException if the text cannot be written
     */
    public static void write(Comparison comparison, boolean all, Appendable out)
            throws IOException {
        new ComparisonText(out, all ? Integer.MAX_VALUE : MAX_LISTED).write(comparison);
    }

    /**
     * Writes what no VO configuration may change, and how much of it there is.
     *
     * @param all whether to list every change
     * @throws IOException if the text cannot be written
     */
    public static void write(RootChanges beyond, boolean all, Appendable out) throws IOException {
        var text = new ComparisonText(out, all ? Integer.MAX_VALUE : MAX_LISTED);
        long count = beyond.changes().size() + beyond.more();
        for (var each : beyond.changes().subList(0, Math.min(text.most, beyond.changes().size()))) {
            text.line("  %-6s %s", each.part().word(), line(each.change()));
        }
        if (all && beyond.more() > 0) {
            text.line("  … and %d more", beyond.more());
        } else {
            text.more(count, "changes");
        }
        text.line(
                "%s",
                count == 0
                        ? "WITHIN A VO CONFIGURATION"
                        : "BEYOND A VO CONFIGURATION: %d changes (TVM-2)".formatted(count));
    }

    private void write(Comparison comparison) throws IOException {
        findings(comparison);
        for (var topic : Topic.values()) {
            var changes = comparison.changes(topic);
            var counts = new EnumMap<Kind, Long>(Kind.class);
            changes.forEach(each -> counts.merge(each.kind(), 1L, Long::sum));
            heading(topic.word(), counts);
            for (var kind : Kind.values()) {
                var ofKind = changes.stream().filter(each -> each.kind() == kind).toList();
                for (var change : ofKind.subList(0, Math.min(most, ofKind.size()))) {
                    line("  %s", line(change));
                }
                more(ofKind.size(), kind.word());
            }
        }
        files(comparison);
        for (var each : comparison.notCompared()) {
            line("not compared: %s", each);
        }
        unread("old", comparison.before());
        unread("new", comparison.after());
        line(
                "%s (%s)",
                comparison.isEmpty() ? "NO DIFFERENCE" : "DIFFERENT",
                comparison.isComplete() ? "COMPLETE" : "INCOMPLETE");
    }

    private void unread(String which, Report report) throws IOException {
        var unread = report.unread();
        for (var each : unread.subList(0, Math.min(most, unread.size()))) {
            line("not read in the %s image: %s", which, each);
        }
        more(unread.size(), "not read");
    }

    private void findings(Comparison comparison) throws IOException {
        var young = comparison.newFindings();
        var gone = comparison.goneFindings();
        if (!young.isEmpty() || !gone.isEmpty()) {
            line("findings: %d new, %d gone", young.size(), gone.size());
            findings("+", "new", young);
            findings("-", "gone", gone);
            line("");
        }
    }

    private void findings(String sign, String word, List<Finding> findings) throws IOException {
        for (var each : findings.subList(0, Math.min(most, findings.size()))) {
            line(
                    "  %s %-5s %s %s: %s",
                    sign, each.severity().label(), each.rule().id(), each.path(), each.evidence());
        }
        more(findings.size(), word);
    }

    /** One pass counts, and keeps the first of each kind; a full list is written as it comes. */
    private void files(Comparison comparison) throws IOException {
        var counts = new EnumMap<Kind, Long>(Kind.class);
        for (var kind : Kind.values()) {
            if (comparison.files(kind) > 0) {
                counts.put(kind, comparison.files(kind));
            }
        }
        heading("files", counts);
        if (most > MAX_LISTED) {
            try {
                comparison.files(
                        change -> {
                            try {
                                line("  %s", line(change));
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            return;
        }
        Map<Kind, List<Change>> first = new EnumMap<>(Kind.class);
        comparison.files(
                change -> {
                    var listed = first.computeIfAbsent(change.kind(), _ -> new ArrayList<>());
                    if (listed.size() < MAX_LISTED) {
                        listed.add(change);
                    }
                });
        for (var each : first.entrySet()) {
            for (var change : each.getValue()) {
                line("  %s", line(change));
            }
            more(comparison.files(each.getKey()), each.getKey().word());
        }
    }

    private void heading(String topic, Map<Kind, Long> counts) throws IOException {
        if (!counts.isEmpty()) {
            line(
                    "%s: %s",
                    topic,
                    String.join(
                            ", ",
                            counts.entrySet().stream()
                                    .map(each -> each.getValue() + " " + each.getKey().word())
                                    .toList()));
        }
    }

    private void more(long count, String word) throws IOException {
        if (count > most) {
            line("  … and %d more %s (--all lists them)", count - most, word);
        }
    }

    private static String line(Change change) {
        return switch (change.kind()) {
            case ADDED -> "+ " + change.name() + described(change, Difference::after);
            case REMOVED -> "- " + change.name() + described(change, Difference::before);
            case CHANGED ->
                    "~ "
                            + change.name()
                            + ": "
                            + String.join(
                                    ", ",
                                    change.differences().stream()
                                            .map(ComparisonText::text)
                                            .toList());
        };
    }

    private static String described(Change change, Function<Difference, String> value) {
        var values =
                change.differences().stream()
                        .filter(each -> !value.apply(each).isEmpty())
                        .map(
                                each ->
                                        each.property().equals("file")
                                                ? value.apply(each)
                                                : each.property() + " " + value.apply(each))
                        .toList();
        return values.isEmpty() ? "" : " (" + String.join(", ", values) + ")";
    }

    private static String text(Difference difference) {
        return difference.before().isEmpty() && difference.after().isEmpty()
                ? difference.property()
                : "%s %s -> %s"
                        .formatted(
                                difference.property(),
                                orNone(difference.before()),
                                orNone(difference.after()));
    }

    private static String orNone(String value) {
        return value.isEmpty() ? "none" : value;
    }

    private void line(String format, Object... arguments) throws IOException {
        out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
