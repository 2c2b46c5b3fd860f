package org.imprimatur.inspect.facts;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the SSH server is told on its command line (sshd(8)): options given there count before those
 * of any file.
 *
 * @param file the configuration file; empty for the usual one
 * @param options what stands behind {@code -o}, in order
 */
record SshdCommandLine(String file, List<Option> options) {

    /** Nothing is told. */
    static final SshdCommandLine NONE = new SshdCommandLine("", List.of());

    /** Options that take a value, but for -f and -o. */
    private static final String WITH_VALUE = "CEbcghkpu";

    /** Options with which the server only checks or tells something, and ends. */
    private static final String ENDING = "tTGV";

    /**
     * A word of the command line, and where it was found.
     *
     * @param path of the unit, job or file of variables
     */
    record Word(String text, String path, int line) {}

    /** A line as it could stand in the configuration file, and where it was found. */
    record Option(String text, String path, int line) {}

    /** Copies the list. */
    SshdCommandLine {
        options = List.copyOf(options);
    }

    /** True if both tell the server the same, wherever they stand. */
    boolean saysTheSameAs(SshdCommandLine other) {
        return file.equals(other.file)
                && options.stream()
                        .map(Option::text)
                        .toList()
                        .equals(other.options.stream().map(Option::text).toList());
    }

    /**
     * Reads the words behind the name as getopt(3) does: letters may stand together, and a value
     * behind its letter. Empty if the server serves nobody with them.
     */
    static Optional<SshdCommandLine> of(List<Word> words) {
        var file = "";
        var options = new ArrayList<Option>();
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            if (!word.text.startsWith("-")) {
                continue;
            }
            for (int at = 1; at < word.text.length(); at++) {
                char letter = word.text.charAt(at);
                if (ENDING.indexOf(letter) >= 0) {
                    return Optional.empty();
                }
                if (letter != 'o' && letter != 'f' && WITH_VALUE.indexOf(letter) < 0) {
                    continue;
                }
                var value = word.text.substring(at + 1);
                if (value.isEmpty() && i + 1 < words.size()) {
                    value = words.get(++i).text;
                }
                if (letter == 'o') {
                    options.add(new Option(value, word.path, word.line));
                } else if (letter == 'f') {
                    file = value.startsWith("/") || value.isEmpty() ? value : "/" + value;
                }
                break;
            }
        }
        return Optional.of(new SshdCommandLine(file, options));
    }
}
