package org.imprimatur.inspect.facts;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.imprimatur.inspect.facts.config.Services;
import org.imprimatur.inspect.facts.config.Unit;

/**
 * Finds the commands that start the SSH server, in units, scripts and jobs. What they tell it is
 * recorded as unread where it cannot be told for sure.
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
                    job.command(),
                    false,
                    job.path(),
                    Math.max(1, job.line()),
                    CommandVariables.ofJob(reader));
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
        if (commands > MAX_COMMANDS) {
            return;
        }
        var variables = CommandVariables.of(reader, unit);
        var lines = reader.lines(unit.path());
        for (var command : known.subList(0, Math.min(known.size(), MAX_COMMANDS + 1))) {
            commands(command, true, unit.path(), line(lines, command), variables);
        }
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
            var words = names.stream().map(name -> "$" + name).toList();
            run(words, path, 1, CommandVariables.ofScript(reader, path));
        }
    }

    /**
     * Each place in a command where the server is named.
     *
     * @param ofSystemd true if no shell reads the command, unless it says so
     */
    private void commands(
            String text, boolean ofSystemd, String path, int line, CommandVariables variables) {
        var server = SERVER.matcher(text);
        while (server.find()) {
            if (++commands > MAX_COMMANDS) {
                reader.missed(
                        path, "more than %d commands name the SSH server".formatted(MAX_COMMANDS));
                return;
            }
            var before = text.substring(Math.max(0, server.start() - BEFORE), server.start());
            boolean direct = ofSystemd && PREFIX.matcher(before).matches();
            var words = CommandVariables.words(text.substring(server.end()), !direct);
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
                run(words, path, line, variables);
            }
        }
    }

    private void run(List<String> words, String path, int line, CommandVariables variables) {
        for (var word : words) {
            if (word.indexOf('\\') >= 0 || word.indexOf('%') >= 0) {
                reader.missed(path, "starts the SSH server with an escape that is not understood");
            }
        }
        var all = variables.expanded(words, path, line);
        int most = CommandVariables.MAX_WORDS;
        if (all.size() > most) {
            reader.missed(path, "tells the SSH server more than %d words".formatted(most));
        }
        SshdCommandLine.of(all.subList(0, Math.min(all.size(), most))).ifPresent(runs::add);
    }
}
