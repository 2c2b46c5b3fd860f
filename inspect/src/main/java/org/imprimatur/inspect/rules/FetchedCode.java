package org.imprimatur.inspect.rules;

import java.util.regex.Pattern;

/** Tells whether a command runs what it has fetched. Takes time in proportion to its length. */
public final class FetchedCode {

    private static final String INTERPRETER = "(?:(?:ba|da|a|z|k)?sh|(?:python|perl|ruby)[0-9.]*)";

    /** What is fetched goes to an interpreter, whatever is quoted. */
    private static final Pattern PIPED =
            Pattern.compile(
                    "\\b(?:curl|wget)\\b[^\\n;|]{0,500}\\|\\s*(?:sudo\\s+)?("
                            + INTERPRETER
                            + ")\\b");

    /** What is fetched runs at once. */
    private static final Pattern AT_ONCE =
            Pattern.compile(
                    "\\b"
                            + INTERPRETER
                            + "\\s+-c\\s+[\"']?\\$\\((?:curl|wget)\\b"
                            + "|(?:\\b"
                            + INTERPRETER
                            + "|\\bsource|(?:^|\\s)\\.)\\s+<\\((?:curl|wget)\\b"
                            + "|\\beval\\s+[\"']?(?:\\$\\(|`)(?:curl|wget)\\b"
                            + "|\\bansible-pull\\b",
                    Pattern.MULTILINE);

    private static final String DIRECTORY = "(?:[^\\s'\"|]{0,200}/)?";

    private static final Pattern FETCH = Pattern.compile("\\b(?:curl|wget)\\b");

    /** A part of a pipeline that runs what it is given, unless it is given other code. */
    private static final Pattern INTERPRETS =
            Pattern.compile(
                    "&?\\s*(?:"
                            + DIRECTORY
                            + "(?:sudo|env|exec|nohup|command)\\s+"
                            + "(?:-[ugCp]\\s+[^\\s|]+\\s+|-[^\\s|]+\\s+|\\w+=[^\\s|]*\\s+)*+){0,3}"
                            + DIRECTORY
                            + "("
                            + INTERPRETER
                            + ")\\b");

    /** A file that the output of a command or pipeline is put into. */
    private static final Pattern INTO_FILE =
            Pattern.compile(
                    "(?:\\s(?:-[A-Za-z]{0,8}[oO]|--output(?:-document)?)|(?<![0-9])>{1,2}"
                            + "|\\|\\s{0,9}(?:sudo\\s{1,9})?tee(?:\\s{1,9}-[a-z]{1,4})?)"
                            + "[ =]{0,4}[\"']?([^\\s\"';&|<>-][^\\s\"';&|<>]{0,200})");

    private static final Pattern END_OF_PIPELINE = Pattern.compile("[\\n;&]");

    /** What stands before the name of a file that is run. */
    private static final Pattern RUNS =
            Pattern.compile(
                    "(?:^|[\\n;&|(]|\\b"
                            + INTERPRETER
                            + "(?:\\s+-[a-z]{1,4})?|\\bsource|\\bexec|\\bsudo|\\bnohup|(?:^|\\s)\\."
                            + "|\\bchmod\\s+[+0-7a-z]{1,8})\\s*[\"']?(?:\\./)?$");

    private static final int MOST = 50;
    private static final int MOST_FILES = 10;
    private static final int BEFORE = 40;
    private static final int LONGEST_PIPELINE = 2000;
    private static final int LONGEST_TO_FILE = 500;

    private FetchedCode() {}

    /** Whether a command, or a script of several, runs what it fetches. */
    public static boolean isIn(String command) {
        if (AT_ONCE.matcher(command).find() || isPiped(command)) {
            return true;
        }
        var piped = PIPED.matcher(command);
        while (piped.find()) {
            if (!GivenCode.isAt(command, piped.start(1), limit(command, piped.end()))) {
                return true;
            }
        }
        return isRunFromFile(command);
    }

    /** Whether a file is run that the output of what fetches, or of its pipeline, is put into. */
    private static boolean isRunFromFile(String command) {
        var fetch = FETCH.matcher(command);
        int withFiles = 0;
        while (withFiles < MOST && fetch.find()) {
            int limit = Math.min(command.length(), fetch.end() + LONGEST_TO_FILE);
            var end = END_OF_PIPELINE.matcher(command).region(fetch.end(), limit);
            var into =
                    INTO_FILE
                            .matcher(command)
                            .region(fetch.end(), end.find() ? end.start() : limit)
                            .useTransparentBounds(true);
            int files = 0;
            for (; files < MOST_FILES && into.find(); files++) {
                if (isRun(command, into.group(1), into.end())) {
                    return true;
                }
            }
            withFiles += files > 0 ? 1 : 0;
        }
        return false;
    }

    private static boolean isRun(String command, String file, int from) {
        int at = command.indexOf(file, from);
        for (int k = 0; k < MOST && at >= 0; k++) {
            var before = command.substring(Math.max(from, at - BEFORE), at);
            if (RUNS.matcher(before).find()) {
                return true;
            }
            at = command.indexOf(file, at + 1);
        }
        return false;
    }

    /** Whether an interpreter stands anywhere behind what fetches in one pipeline. */
    private static boolean isPiped(String command) {
        var fetch = FETCH.matcher(command);
        while (fetch.find()) {
            int end = limit(command, fetch.end());
            int at = next(command, fetch.end(), end);
            for (int i = 0; i < MOST && at < end; i++, at = next(command, at, end)) {
                var part = INTERPRETS.matcher(command).region(at, end);
                if (part.lookingAt() && !GivenCode.isAt(command, part.start(1), end)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int limit(String command, int from) {
        return Math.min(command.length(), from + LONGEST_PIPELINE);
    }

    /** Where the next part of a pipeline begins; the end if there is none. */
    private static int next(String command, int from, int end) {
        int at = from;
        while (at < end && Character.isWhitespace(command.charAt(at))) {
            at++; // a pipeline may go on in the next line behind a bar
        }
        for (; at < end; at++) {
            char c = command.charAt(at);
            if (c == ';' || c == '\n' || command.startsWith("||", at)) {
                return end;
            } else if (c == '|') {
                return at + 1;
            } else if (c == '\\') {
                at++;
            } else if (c == '"' || c == '\'') {
                int close = command.indexOf(c, at + 1, end);
                at = close < 0 ? at : close;
            }
        }
        return end;
    }
}
