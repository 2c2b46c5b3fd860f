package org.imprimatur.inspect.facts;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.imprimatur.inspect.facts.SshdCommandLine.Word;
import org.imprimatur.inspect.facts.config.Unit;

/**
 * What the variables hold that a command names (systemd.exec(5), systemd.service(5)). One that
 * cannot be told for sure is recorded as unread, and holds nothing.
 */
final class CommandVariables {

    /** More words than any honest command has. */
    static final int MAX_WORDS = 1_000;

    /** What the units of distributions tell the SSH server, and their files need not set. */
    private static final Set<String> MAY_BE_UNSET = Set.of("SSHD_OPTS", "OPTIONS", "CRYPTO_POLICY");

    private static final Pattern ASSIGNMENT =
            Pattern.compile("\\s*(export\\s+)?([A-Za-z_][A-Za-z_0-9]*)\\s*=(.*)", Pattern.DOTALL);

    private static final Pattern REFERENCE = Pattern.compile("\\$(?:\\{(\\w+)\\}|(\\w+)|\\$)");

    private static final int MAX_VALUE = 1 << 16;
    private static final int MAX_FILES = 100;

    /**
     * The value of a variable.
     *
     * @param clear false if it cannot be told
     */
    private record Variable(String value, boolean clear, String path, int line) {}

    private final ConfigReader reader;
    private final boolean shell;
    private final Set<String> mayBeUnset;
    private final Map<String, Variable> known = new HashMap<>();

    private CommandVariables(ConfigReader reader, boolean shell, Set<String> mayBeUnset) {
        this.reader = reader;
        this.shell = shell;
        this.mayBeUnset = mayBeUnset;
    }

    /** Those of a job, of which nothing is known. */
    static CommandVariables ofJob(ConfigReader reader) {
        return new CommandVariables(reader, true, Set.of());
    }

    /** Those that a script of the init system reads from a file. */
    static CommandVariables ofScript(ConfigReader reader, String path) {
        var variables = new CommandVariables(reader, true, MAY_BE_UNSET);
        variables.file(path);
        return variables;
    }

    /**
     * Those that a unit of systemd gives to its commands; files count after what it says itself.
     */
    static CommandVariables of(ConfigReader reader, Unit unit) {
        var variables = new CommandVariables(reader, false, MAY_BE_UNSET);
        for (var each : unit.environment()) {
            var words = words(each, false);
            if (words.size() > MAX_WORDS) {
                variables.unclear(unit.path());
            }
            for (var word : words) {
                // what systemd puts in for a specifier is as unclear as an escape
                variables.assign(word.replace('%', '\\'), unit.path(), 1, true);
            }
        }
        int files = 0;
        for (var each : unit.environmentFiles()) {
            var pattern = each.startsWith("-") ? each.substring(1) : each;
            var paths = Glob.expand(reader, pattern);
            files += Math.max(1, paths.size());
            if (pattern.indexOf('%') >= 0 || files > MAX_FILES) {
                variables.unclear(unit.path());
                break;
            }
            paths.forEach(variables::file);
        }
        return variables;
    }

    private void file(String path) {
        boolean clear = true;
        int number = 0;
        for (var line : reader.lines(path)) {
            clear = assign(line, path, ++number, clear) && !line.endsWith("\\");
        }
    }

    /**
     * The last assignment of a variable counts. What stands behind a line that is not clear may
     * belong to it.
     */
    private boolean assign(String text, String path, int line, boolean clearBefore) {
        var assignment = ASSIGNMENT.matcher(text);
        if (!assignment.matches() || assignment.group(1) != null && !shell) {
            return clearBefore;
        }
        var value = new StringBuilder();
        var rest = assignment.group(3).strip();
        boolean clear =
                clearBefore
                        && rest.length() <= MAX_VALUE
                        && rest.indexOf('\\') < 0
                        && (!shell || rest.indexOf('$') < 0 && rest.indexOf('`') < 0);
        while (clear && !rest.isEmpty()) {
            char quote = rest.charAt(0);
            boolean quoted = quote == '"' || quote == '\'';
            int close = quoted ? rest.indexOf(quote, 1) : rest.length();
            clear = close > 0;
            if (clear) {
                value.append(rest, quoted ? 1 : 0, close);
                rest = quoted ? rest.substring(close + 1).strip() : "";
            }
        }
        known.put(
                assignment.group(2), new Variable(value.toString(), clear, Shown.path(path), line));
        return clear;
    }

    /** The words of a command with what its variables hold; at most one more than allowed. */
    List<Word> expanded(List<String> words, String path, int line) {
        var all = new ArrayList<Word>();
        for (var word : words) {
            if (all.size() <= MAX_WORDS) {
                expand(new Word(word, path, line), all);
            }
        }
        return all;
    }

    /** A variable that is a word of its own becomes the words that it holds. */
    private void expand(Word word, List<Word> into) {
        var reference = REFERENCE.matcher(word.text());
        if (reference.matches() && reference.group(2) != null) {
            var variable = variable(reference.group(2), word);
            for (var each : words(variable.value, false)) {
                into.add(new Word(each, variable.path, variable.line));
            }
            return;
        }
        var text = new StringBuilder();
        boolean clear = true;
        int at = 0;
        reference.reset();
        while (reference.find() && text.length() <= MAX_VALUE) {
            var before = word.text().substring(at, reference.start());
            clear &= before.indexOf('$') < 0;
            at = reference.end();
            var name = reference.group(1) != null ? reference.group(1) : reference.group(2);
            text.append(before).append(name == null ? "$" : variable(name, word).value);
        }
        var rest = word.text().substring(at);
        if (!clear || rest.indexOf('$') >= 0) {
            unclear(word.path());
        }
        into.add(new Word(text.append(rest).toString(), word.path(), word.line()));
    }

    private Variable variable(String name, Word word) {
        var variable = known.get(name);
        if (variable != null && variable.clear) {
            return variable;
        }
        if (variable != null || !mayBeUnset.contains(name)) {
            unclear(variable == null ? word.path() : variable.path);
        }
        return new Variable("", true, word.path(), word.line());
    }

    private void unclear(String path) {
        reader.missed(path, "tells the SSH server something by a variable that cannot be read");
    }

    /**
     * Words between blanks; quotes keep blanks together.
     *
     * @param ends true if what ends a command of a shell ends them
     */
    static List<String> words(String text, boolean ends) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean begun = false;
        char quote = 0;
        for (int i = 0; i < text.length() && words.size() <= MAX_WORDS; i++) {
            char c = text.charAt(i);
            if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
                begun = true;
            } else if (c == quote && quote != 0) {
                quote = 0;
            } else if (quote == 0 && ends && "\n;&|)".indexOf(c) >= 0) {
                break;
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
