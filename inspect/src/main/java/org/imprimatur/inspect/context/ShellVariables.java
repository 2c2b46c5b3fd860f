package org.imprimatur.inspect.context;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.imprimatur.inspect.context.ShellWord.Part;
import org.jspecify.annotations.Nullable;

/**
 * What variables hold, as far as every assignment to them in all scripts says the same. What cannot
 * be told stands as {@link #UNKNOWN} in the words, and patterns as {@link #PATTERN}: characters
 * that no script has, since it has one for each byte.
 */
final class ShellVariables {

    static final char UNKNOWN = '\uffff';
    static final char PATTERN = '\ufffe';

    private static final int MAX_VALUE = 1024;
    private static final int MAX_DEPTH = 16;

    /** Builtins whose operands may be assignments. */
    static final Set<String> DECLARING =
            Set.of("export", "local", "declare", "readonly", "typeset");

    /** Builtins that set the variables they name. */
    private static final Set<String> READING =
            Set.of("read", "mapfile", "readarray", "getopts", "printf", "unset");

    /** The values that are assigned; null among them is one that cannot be told. */
    private final Map<String, List<@Nullable ShellWord>> assigned = new HashMap<>();

    private final Map<String, String> values = new HashMap<>();
    private final Set<String> open = new HashSet<>();

    private ShellVariables() {}

    static ShellVariables of(Collection<ShellScript> scripts) {
        var variables = new ShellVariables();
        for (var script : scripts) {
            for (var command : script.commands()) {
                command.assignments().forEach(each -> variables.add(each.name(), each.value()));
                variables.builtin(command.words());
            }
        }
        return variables;
    }

    private void add(String name, @Nullable ShellWord value) {
        assigned.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    private void builtin(List<ShellWord> words) {
        var name = words.isEmpty() ? "" : words.getFirst().reservable();
        if (READING.contains(name)) {
            for (var word : words) {
                var literal = word.literal();
                if (literal != null) {
                    add(literal, null);
                }
            }
        } else if (DECLARING.contains(name)) {
            for (var word : words.subList(1, words.size())) {
                if (!word.parts().isEmpty() && word.parts().getFirst() instanceof Part.Text first) {
                    int sign = first.text().indexOf('=');
                    if (sign > 0) {
                        var parts = new ArrayList<>(word.parts());
                        parts.set(0, new Part.Text(first.text().substring(sign + 1)));
                        add(first.text().substring(0, sign), new ShellWord(parts, true));
                    }
                }
            }
        }
    }

    /** What a word becomes: several words, where a variable without quotes holds several. */
    List<String> expand(ShellWord word) {
        var fields = new ArrayList<String>();
        var field = new StringBuilder();
        boolean begun = word.quoted();
        for (var part : word.parts()) {
            if (part instanceof Part.Variable variable && !variable.quoted()) {
                // by IFS words may be split anywhere
                var value =
                        assigned.containsKey("IFS")
                                ? String.valueOf(UNKNOWN)
                                : value(variable.name());
                var pieces = value.strip().split("[ \t\n]+", -1);
                for (int i = 0; i < pieces.length; i++) {
                    if (i > 0) {
                        fields.add(field.toString());
                        field.setLength(0);
                    }
                    field.append(pieces[i]);
                }
                begun |= !value.isBlank();
            } else {
                field.append(text(part));
                begun = true;
            }
        }
        if (begun) {
            fields.add(field.toString());
        }
        return fields;
    }

    /** What a word becomes where it stays one, as behind a redirection. */
    String expandWhole(ShellWord word) {
        var text = new StringBuilder();
        for (var part : word.parts()) {
            if (text.length() > MAX_VALUE) {
                return text.append(UNKNOWN).toString();
            }
            text.append(text(part));
        }
        return text.toString();
    }

    private String text(Part part) {
        return switch (part) {
            case Part.Text literal -> literal.text();
            case Part.Variable variable -> value(variable.name());
            case Part.Unknown _ -> String.valueOf(UNKNOWN);
            case Part.Pattern _ -> String.valueOf(PATTERN);
        };
    }

    private String value(String name) {
        var known = values.get(name);
        if (known != null) {
            return known;
        }
        if (open.size() >= MAX_DEPTH || !open.add(name)) {
            return String.valueOf(UNKNOWN);
        }
        var found = new HashSet<String>();
        for (var word : assigned.getOrDefault(name, List.of())) {
            found.add(word == null ? String.valueOf(UNKNOWN) : expandWhole(word));
        }
        open.remove(name);
        var value = found.size() == 1 ? found.iterator().next() : String.valueOf(UNKNOWN);
        if (value.length() > MAX_VALUE) {
            value = String.valueOf(UNKNOWN);
        }
        values.put(name, value);
        return value;
    }
}
