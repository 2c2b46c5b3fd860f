package org.imprimatur.inspect.facts;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.imprimatur.inspect.facts.SshdCommandLine.Word;
import org.imprimatur.inspect.facts.config.Services;
import org.imprimatur.inspect.facts.config.Unit;

/**
 * Finds the commands that start the SSH server, in units and jobs, and puts in what their variables
 * hold (systemd.exec(5), systemd.service(5)). What cannot be told for sure is recorded as unread.
 */
final class SshdStarts {

    /** Where scripts of System V init and OpenRC find the variables of the server. */
    private static final List<String> VARIABLES =
            List.of(
                    "/etc/default/ssh",
                    "/etc/sysconfig/sshd",
                    "/etc/sysconfig/ssh",
                    "/etc/conf.d/sshd");

    /** What scripts of System V init and OpenRC tell the server. */
    private static final List<String> OF_SCRIPTS = List.of("SSHD_OPTS", "OPTIONS");

    /** What the units of distributions tell the server, and their files need not set. */
    private static final Set<String> MAY_BE_UNSET = Set.of("SSHD_OPTS", "OPTIONS", "CRYPTO_POLICY");

    private static final Pattern ASSIGNMENT =
            Pattern.compile("\\s*(export\\s+)?([A-Za-z_][A-Za-z_0-9]*)\\s*=(.*)");

    private static final Pattern REFERENCE = Pattern.compile("\\$(?:\\{(\\w+)\\}|(\\w+)|(\\$))");

    /** The name of the server as a word of its own. */
    private static final Pattern SERVER =
            Pattern.compile(
                    "(?<![^\\s'\"`;&|(@:+!-])(?:[^\\s'\"`;&|(]{0,200}/)?sshd(?=[\\s'\"`;&|)]|$)");

    /** What stands before a command of a shell. */
    private static final Pattern BEFORE_COMMAND =
            Pattern.compile("(?:^|[\\n;&|(]|-[a-z]{0,9}c\\s{1,9}[\"'])\\s*(?:exec\\s+)?$");

    /** What may stand before the path in a command of systemd. */
    private static final Pattern PREFIX = Pattern.compile("[-@:+!|]*");

    /** Words by which a command tells the server something that matters. */
    private static final Pattern TELLS = Pattern.compile("-[^-]*[fo].*|.*\\$.*", Pattern.DOTALL);

    private static final int BEFORE = 40;
    private static final int MAX_COMMANDS = 100;
    private static final int MAX_WORDS = 1_000;
    private static final int MAX_VALUE = 1 << 16;
    private static final int MAX_VARIABLES = 10_000;

    /**
     * The value of a variable.
     *
     * @param clear false if it cannot be told, because of a backslash or a quote without its end
     */
    private record Variable(String value, boolean clear, String path, int line) {}

    private final ConfigReader reader;
    private final List<SshdCommandLine> runs = new ArrayList<>();
    private int commands;

    private SshdStarts(ConfigReader reader) {
        this.reader = reader;
    }

    /** What the server is told; nothing where its commands disagree. */
    static SshdCommandLine read(ConfigReader reader, Services services) {
        var starts = new SshdStarts(reader);
        services.running().forEach(starts::unit);
        for (var job : services.jobs()) {
            starts.commands(
                    job.command(), false, job.path(), Math.max(1, job.line()), Map.of(), Set.of());
        }
        if (starts.runs.isEmpty()) {
            VARIABLES.forEach(path -> starts.script(path, OF_SCRIPTS));
        }
        return starts.whatAllSay();
    }

    private SshdCommandLine whatAllSay() {
        var first = runs.isEmpty() ? SshdCommandLine.NONE : runs.getFirst();
        if (!runs.stream().allMatch(first::saysTheSameAs)) {
            reader.missed(
                    SshdConfigParser.MAIN_FILE,
                    "the SSH server is started with different options; this file alone is judged");
            return SshdCommandLine.NONE;
        }
        if (!first.file().isEmpty() && reader.kind(first.file()) != GuestFiles.Kind.FILE) {
            reader.missed(
                    first.file(), "the SSH server is told to read this file, which is not there");
            return new SshdCommandLine("", first.options());
        }
        return first;
    }

    private void unit(Unit unit) {
        var known = unit.commands().stream().filter(each -> SERVER.matcher(each).find()).toList();
        if (known.isEmpty()) {
            boolean script = unit.commands().isEmpty() && unit.path().startsWith("/etc/init.d/");
            if (script && (unit.stem().equals("ssh") || unit.stem().equals("sshd"))) {
                initScript(unit);
            }
            return;
        }
        var variables = variables(unit);
        var lines = reader.lines(unit.path());
        for (var command : known.subList(0, Math.min(known.size(), MAX_COMMANDS + 1))) {
            commands(command, true, unit.path(), line(lines, command), variables, MAY_BE_UNSET);
        }
    }

    private Map<String, Variable> variables(Unit unit) {
        var variables = new HashMap<String, Variable>();
        for (var each : unit.environment()) {
            for (var word : words(each, false)) {
                // what systemd would put in for a specifier is as unclear as an escape
                assign(variables, word.replace('%', '\\'), unit.path(), 1, false);
            }
        }
        for (var each : unit.environmentFiles()) {
            var pattern = each.startsWith("-") ? each.substring(1) : each;
            if (pattern.indexOf('%') >= 0) {
                unclear(unit.path());
            }
            Glob.expand(reader, pattern).forEach(path -> variables.putAll(variables(path, false)));
        }
        return variables;
    }

    /** Where a command stands; the first line if it was put together from several. */
    private static int line(List<String> lines, String command) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(command)) {
                return i + 1;
            }
        }
        return 1;
    }

    /** A script reads the files that it names; OpenRC reads one with the script's name for it. */
    private void initScript(Unit unit) {
        var script = reader.text(unit.path());
        if (script == null) {
            return;
        }
        int before = runs.size();
        var names = OF_SCRIPTS.stream().filter(script::contains).toList();
        for (var path : VARIABLES) {
            if (script.contains(path) || path.equals("/etc/conf.d/" + unit.stem())) {
                script(path, names);
            }
        }
        if (runs.size() == before) {
            runs.add(SshdCommandLine.NONE);
        }
    }

    /** What a script tells the server from a file of variables, if there is one. */
    private void script(String path, List<String> names) {
        if (reader.kind(path) == GuestFiles.Kind.FILE) {
            var variables = variables(path, true);
            var words = names.stream().map(name -> "$" + name).toList();
            run(words, path, 1, variables, MAY_BE_UNSET);
        }
    }

    private Map<String, Variable> variables(String path, boolean shell) {
        var variables = new LinkedHashMap<String, Variable>();
        int number = 0;
        for (var line : reader.lines(path)) {
            assign(variables, line, path, ++number, shell);
        }
        return variables;
    }

    /** The last assignment counts; {@code export} is known to shells alone. */
    private void assign(
            Map<String, Variable> variables, String text, String path, int line, boolean shell) {
        var assignment = ASSIGNMENT.matcher(text);
        if (!assignment.matches() || assignment.group(1) != null && !shell) {
            return;
        }
        if (variables.size() >= MAX_VARIABLES) {
            reader.missed(path, "more than %d variables".formatted(MAX_VARIABLES));
            return;
        }
        var value = new StringBuilder();
        var rest = assignment.group(3).strip();
        boolean clear = rest.indexOf('\\') < 0 && rest.length() <= MAX_VALUE;
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
        variables.put(
                assignment.group(2), new Variable(value.toString(), clear, Shown.path(path), line));
    }

    /**
     * Each place in a command where the server is named.
     *
     * @param ofSystemd true if no shell reads the command, unless it says so
     */
    private void commands(
            String text,
            boolean ofSystemd,
            String path,
            int line,
            Map<String, Variable> variables,
            Set<String> mayBeUnset) {
        var server = SERVER.matcher(text);
        while (server.find()) {
            if (++commands > MAX_COMMANDS) {
                reader.missed(
                        path, "more than %d commands name the SSH server".formatted(MAX_COMMANDS));
                return;
            }
            var before = text.substring(Math.max(0, server.start() - BEFORE), server.start());
            boolean direct = ofSystemd && PREFIX.matcher(before).matches();
            var words = words(text.substring(server.end()), !direct);
            int lineStart = text.lastIndexOf('\n', server.start()) + 1;
            boolean comment =
                    !ofSystemd
                            && text.substring(lineStart, server.start())
                                    .stripLeading()
                                    .startsWith("#");
            // Who only asks for the server by its name tells it nothing.
            boolean starts =
                    direct
                            || BEFORE_COMMAND.matcher(before).find()
                            || words.stream().anyMatch(word -> TELLS.matcher(word).matches());
            if (starts && !comment) {
                run(words, path, line, variables, mayBeUnset);
            }
        }
    }

    private void run(
            List<String> words,
            String path,
            int line,
            Map<String, Variable> variables,
            Set<String> mayBeUnset) {
        var all = new ArrayList<Word>();
        for (var word : words) {
            if (word.indexOf('\\') >= 0 || word.indexOf('%') >= 0) {
                reader.missed(path, "starts the SSH server with an escape that is not understood");
            }
            expand(new Word(word, path, line), variables, mayBeUnset, all);
        }
        if (all.size() > MAX_WORDS) {
            reader.missed(path, "tells the SSH server more than %d words".formatted(MAX_WORDS));
        }
        SshdCommandLine.of(all.subList(0, Math.min(all.size(), MAX_WORDS))).ifPresent(runs::add);
    }

    /** A variable that is a word of its own becomes the words that it holds. */
    private void expand(
            Word word, Map<String, Variable> variables, Set<String> mayBeUnset, List<Word> into) {
        if (into.size() > MAX_WORDS) {
            return;
        }
        var reference = REFERENCE.matcher(word.text());
        if (reference.matches() && reference.group(2) != null) {
            var variable = variable(reference.group(2), word, variables, mayBeUnset);
            for (var each : words(variable.value, false)) {
                into.add(new Word(each, variable.path, variable.line));
            }
            return;
        }
        var text = new StringBuilder();
        int at = 0;
        reference.reset();
        while (reference.find() && text.length() <= MAX_VALUE) {
            text.append(word.text(), at, reference.start());
            at = reference.end();
            var name = reference.group(1) != null ? reference.group(1) : reference.group(2);
            text.append(name == null ? "$" : variable(name, word, variables, mayBeUnset).value);
        }
        var rest = word.text().substring(at);
        if (rest.indexOf('$') >= 0) {
            unclear(word.path());
        }
        into.add(new Word(text.append(rest).toString(), word.path(), word.line()));
    }

    private Variable variable(
            String name, Word word, Map<String, Variable> variables, Set<String> mayBeUnset) {
        var known = variables.get(name);
        if (known != null && known.clear) {
            return known;
        }
        if (known != null || !mayBeUnset.contains(name)) {
            unclear(known == null ? word.path() : known.path);
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
    private static List<String> words(String text, boolean ends) {
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
