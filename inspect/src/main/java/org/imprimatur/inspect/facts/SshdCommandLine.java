package org.imprimatur.inspect.facts;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.imprimatur.inspect.facts.config.Services;
import org.imprimatur.inspect.facts.config.Unit;

/**
 * What the units that start the SSH server tell it on its command line (sshd(8)): options given
 * there count before those of any file.
 *
 * @param file the configuration file; empty for the usual one
 * @param options what stands behind {@code -o}, in order
 */
record SshdCommandLine(String file, List<Option> options) {

    /**
     * A line as it could stand in the configuration file, and where it was found.
     *
     * @param path of the unit or of the file of its variables
     */
    record Option(String text, String path, int line) {}

    /** Where distributions keep the variables of the unit, and scripts of OpenRC theirs. */
    private static final List<String> VARIABLES =
            List.of(
                    "/etc/default/ssh",
                    "/etc/sysconfig/sshd",
                    "/etc/sysconfig/ssh",
                    "/etc/conf.d/sshd");

    private static final Pattern ASSIGNMENT =
            Pattern.compile("\\s*(?:export\\s+)?(SSHD_OPTS|OPTIONS)=(.*)");

    /** Options of sshd(8) that take a value, but for -f and -o. */
    private static final String WITH_VALUE = "CEVbcghkpu";

    private static final int MAX_WORDS = 1_000;

    /** Copies the list. */
    SshdCommandLine {
        options = List.copyOf(options);
    }

    /** A word of a command, and where it stands. */
    private record Word(String text, String path, int line) {}

    static SshdCommandLine read(ConfigReader reader, Services services) {
        var words = new ArrayList<Word>();
        boolean variables = services.units().stream().noneMatch(unit -> !commands(unit).isEmpty());
        for (var unit : services.running()) {
            for (var command : commands(unit)) {
                variables |= command.contains("$");
                int line = line(reader, unit, command);
                words(command).stream()
                        .skip(1)
                        .filter(word -> !word.startsWith("$"))
                        .forEach(word -> words.add(new Word(word, unit.path(), line)));
            }
        }
        if (variables) {
            VARIABLES.forEach(path -> variables(reader, path, words));
        }
        return of(words.subList(0, Math.min(words.size(), MAX_WORDS)));
    }

    private static List<String> commands(Unit unit) {
        return unit.commands().stream()
                .filter(each -> each.matches("[-@:+!]*(\\S*/)?sshd(\\s.*)?"))
                .toList();
    }

    /** Where a command stands; the first line if it was put together from several. */
    private static int line(ConfigReader reader, Unit unit, String command) {
        var lines = reader.lines(unit.path());
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(command)) {
                return i + 1;
            }
        }
        return 1;
    }

    private static void variables(ConfigReader reader, String path, List<Word> words) {
        int number = 0;
        for (var line : reader.lines(path)) {
            number++;
            var assignment = ASSIGNMENT.matcher(line);
            if (assignment.matches()) {
                var value = words(assignment.group(2));
                for (var each : value.isEmpty() ? value : words(value.getFirst())) {
                    words.add(new Word(each, path, number));
                }
            }
        }
    }

    /** As getopt(3) reads them: letters may stand together, and a value behind its letter. */
    private static SshdCommandLine of(List<Word> words) {
        var file = "";
        var options = new ArrayList<Option>();
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            if (!word.text.startsWith("-")) {
                continue;
            }
            for (int at = 1; at < word.text.length(); at++) {
                char letter = word.text.charAt(at);
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
                    file = value;
                }
                break;
            }
        }
        return new SshdCommandLine(file, options);
    }

    /** Words between blanks; quotes keep blanks together. */
    private static List<String> words(String text) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean begun = false;
        char quote = 0;
        for (int i = 0; i < text.length() && words.size() < MAX_WORDS; i++) {
            char c = text.charAt(i);
            if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
                begun = true;
            } else if (c == quote && quote != 0) {
                quote = 0;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                if (begun) {
                    words.add(word.toString());
                    word.setLength(0);
                    begun = false;
                }
            } else {
                word.append(c);
                begun = true;
            }
        }
        if (begun) {
            words.add(word.toString());
        }
        return words;
    }
}
