package org.imprimatur.inspect.facts;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.imprimatur.inspect.facts.SshdConfig.MatchBlock;
import org.imprimatur.inspect.facts.SshdConfig.Setting;
import org.jspecify.annotations.Nullable;

/** Reads sshd_config(5) in the order in which the server does (OpenSSH servconf.c). */
final class SshdConfigParser {

    static final String MAIN_FILE = "/etc/ssh/sshd_config";

    /** What some distributions read where the administrator has no file of their own. */
    static final String VENDOR_FILE = "/usr/etc/ssh/sshd_config";

    /** As in OpenSSH (SERVCONF_MAX_DEPTH); the server does not start beyond it. */
    private static final int MAX_DEPTH = 16;

    private static final int MAX_FILES = 1000;
    private static final int MAX_SETTINGS = 100_000;

    private static final Map<String, String> ALIASES =
            Map.of(
                    "challengeresponseauthentication", "kbdinteractiveauthentication",
                    "skeyauthentication", "kbdinteractiveauthentication",
                    "dsaauthentication", "pubkeyauthentication");

    private final ConfigReader reader;
    private final Map<String, Setting> global = new LinkedHashMap<>();
    private final Map<String, Setting> matchAll = new LinkedHashMap<>();
    private final Map<String, Map<String, Setting>> matches = new LinkedHashMap<>();
    private int files;
    private int settings;

    private SshdConfigParser(ConfigReader reader) {
        this.reader = reader;
    }

    /** The configuration of a server that is started without options. */
    static SshdConfig read(ConfigReader reader) {
        return read(reader, SshdCommandLine.NONE);
    }

    /** The configuration; without a file, the defaults. */
    static SshdConfig read(ConfigReader reader, SshdCommandLine commandLine) {
        var parser = new SshdConfigParser(reader);
        commandLine.options().forEach(parser::option);
        parser.file(mainFile(reader, commandLine), "", 0);

        // For each connection the server reads the file again and lets Match blocks override.
        Map<String, Setting> everyone = new LinkedHashMap<>(parser.global);
        everyone.putAll(parser.matchAll);
        var blocks = new ArrayList<MatchBlock>();
        parser.matches.forEach(
                (criteria, set) -> blocks.add(new MatchBlock(criteria, List.copyOf(set.values()))));
        return new SshdConfig(everyone, blocks);
    }

    private static String mainFile(ConfigReader reader, SshdCommandLine commandLine) {
        if (!commandLine.file().isEmpty()) {
            return commandLine.file();
        }
        return reader.kind(MAIN_FILE) == null && reader.kind(VENDOR_FILE) == GuestFiles.Kind.FILE
                ? VENDOR_FILE
                : MAIN_FILE;
    }

    private void option(SshdCommandLine.Option option) {
        var words = words(option.text());
        if (words == null || words.isEmpty()) {
            return; // the server does not start with it
        }
        var keyword = words.getFirst().toLowerCase(Locale.ROOT);
        var name = ALIASES.getOrDefault(keyword, keyword);
        global.putIfAbsent(
                name,
                new Setting(name, words.subList(1, words.size()), option.path(), option.line()));
    }

    /**
     * One file. A Match block inside it ends with it, and one around it holds for all of it.
     *
     * @param outer criteria of the block that includes this file; empty for none
     */
    private void file(String path, String outer, int depth) {
        if (++files > MAX_FILES) {
            if (files == MAX_FILES + 1) {
                reader.missed(path, "more than %d files are included".formatted(MAX_FILES));
            }
            return;
        }
        var criteria = outer;
        boolean inAll = false;
        int number = 0;
        for (var line : reader.lines(path)) {
            number++;
            var words = words(line);
            if (words == null) {
                reader.missed(path, "line %d has a quote without its end".formatted(number));
                continue;
            }
            if (words.isEmpty()) {
                continue;
            }
            var keyword = words.getFirst().toLowerCase(Locale.ROOT);
            var arguments = words.subList(1, words.size());
            switch (keyword) {
                case "match" -> {
                    var own = String.join(" ", arguments);
                    inAll = own.equalsIgnoreCase("all");
                    criteria = inAll ? outer : outer.isEmpty() ? own : outer + " and " + own;
                }
                case "include" -> {
                    for (var pattern : arguments) {
                        include(pattern, path, criteria, depth);
                    }
                }
                default -> {
                    if (++settings > MAX_SETTINGS) {
                        reader.missed(path, "more than %d settings".formatted(MAX_SETTINGS));
                        return;
                    }
                    var name = ALIASES.getOrDefault(keyword, keyword);
                    var target =
                            !criteria.isEmpty()
                                    ? matches.computeIfAbsent(criteria, _ -> new LinkedHashMap<>())
                                    : inAll ? matchAll : global;
                    target.putIfAbsent(name, new Setting(name, arguments, path, number));
                }
            }
        }
    }

    private void include(String pattern, String from, String criteria, int depth) {
        if (depth >= MAX_DEPTH) {
            reader.missed(
                    from, "includes files more than %d deep, perhaps itself".formatted(MAX_DEPTH));
            return;
        }
        var absolute = pattern.startsWith("/") ? pattern : "/etc/ssh/" + pattern;
        for (var path : Glob.expand(reader, absolute)) {
            file(path, criteria, depth + 1);
        }
    }

    /**
     * The words of a line: keyword, then arguments. Between keyword and arguments may stand one
     * {@code =}; a {@code #} at the beginning of a word ends the line; null if a quote has no end.
     */
    static @Nullable List<String> words(String line) {
        var words = new ArrayList<String>();
        int i = 0;
        while (true) {
            while (i < line.length() && isSpace(line.charAt(i))) {
                i++;
            }
            if (words.size() == 1 && i < line.length() && line.charAt(i) == '=') {
                i++;
                while (i < line.length() && isSpace(line.charAt(i))) {
                    i++;
                }
            }
            if (i >= line.length() || line.charAt(i) == '#') {
                return words;
            }
            var word = new StringBuilder();
            char quote = 0;
            for (; i < line.length(); i++) {
                char c = line.charAt(i);
                if (c == '\\' && i + 1 < line.length() && isEscapable(line.charAt(i + 1), quote)) {
                    word.append(line.charAt(++i));
                } else if (quote == 0 && (c == '"' || c == '\'')) {
                    quote = c;
                } else if (quote != 0 && c == quote) {
                    quote = 0;
                } else if (quote == 0 && (isSpace(c) || words.isEmpty() && c == '=')) {
                    break;
                } else {
                    word.append(c);
                }
            }
            if (quote != 0) {
                return null;
            }
            words.add(word.toString());
        }
    }

    private static boolean isEscapable(char c, char quote) {
        return c == '\'' || c == '"' || c == '\\' || quote == 0 && c == ' ';
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\f';
    }
}
