package org.imprimatur.inspect.facts.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.imprimatur.inspect.facts.ConfigReader;

/**
 * The text of a unit file and its drop-ins (systemd.syntax(7)): sections of assignments, where an
 * empty value takes back what was assigned before.
 */
final class UnitFile {

    private static final int MAX_VALUES = 10_000;
    private static final int MAX_VALUE = 1 << 16;

    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private int count;

    /** Adds a text as if it stood behind those before. */
    void add(String text) {
        var section = "";
        var whole = new StringBuilder();
        for (var line : ConfigReader.linesOf(text)) {
            var plain = line.strip();
            if (plain.startsWith("#") || plain.startsWith(";")) {
                continue; // also between the lines of one assignment
            }
            if (plain.endsWith("\\") && whole.length() < MAX_VALUE) {
                whole.append(plain, 0, plain.length() - 1).append(' ');
                continue;
            }
            var joined = whole.append(plain).toString().strip();
            whole.setLength(0);
            if (joined.startsWith("[") && joined.endsWith("]")) {
                section = joined.substring(1, joined.length() - 1);
            } else {
                assign(section, joined);
            }
        }
        assign(section, whole.toString().strip());
    }

    private void assign(String section, String line) {
        int equals = line.indexOf('=');
        if (equals <= 0 || section.isEmpty() || count >= MAX_VALUES) {
            return;
        }
        count++;
        var key = section + "." + line.substring(0, equals).strip();
        var value = line.substring(equals + 1).strip();
        if (value.isEmpty()) {
            values.remove(key);
        } else {
            values.computeIfAbsent(key, _ -> new ArrayList<>()).add(value);
        }
    }

    /** Every value of a key, as in {@code Service.ExecStart}. */
    List<String> all(String key) {
        return values.getOrDefault(key, List.of());
    }

    /** The value that counts where there can be only one; empty if there is none. */
    String last(String key) {
        var all = all(key);
        return all.isEmpty() ? "" : all.getLast();
    }

    /** The words of all values of a key. */
    List<String> words(String key) {
        var words = new ArrayList<String>();
        for (var value : all(key)) {
            for (var word : value.split("[ \t]+", -1)) {
                if (!word.isEmpty()) {
                    words.add(word);
                }
            }
        }
        return words;
    }

    Map<String, List<String>> values() {
        return values;
    }
}
