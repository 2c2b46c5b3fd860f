package org.imprimatur.inspect.context;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.imprimatur.inspect.context.ShellCommand.Assignment;
import org.imprimatur.inspect.context.ShellCommand.HereDocument;
import org.imprimatur.inspect.context.ShellCommand.Redirection;
import org.imprimatur.inspect.context.ShellScript.Fault;
import org.imprimatur.inspect.context.ShellWord.Part;
import org.jspecify.annotations.Nullable;

/**
 * Takes a shell script apart into its simple commands, by the grammar of POSIX.1-2017 (Shell
 * Command Language) and what bash adds to it. Runs nothing and expands nothing.
 *
 * <p>Takes time in proportion to the length of the text, and goes down to a depth that is bounded.
 * What it does not understand is a fault of the script, never passed over.
 */
final class ShellReader {

    /** How deep substitutions and subshells may stand in each other. */
    static final int MAX_DEPTH = 24;

    private static final int MAX_FAULTS = 20;

    /** No character of a text that has one character for each byte. */
    private static final char NONE = '\uffff';

    /** Words that introduce commands, and are none. */
    private static final Set<String> INTRODUCERS =
            Set.of(
                    "if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{",
                    "}", "time");

    private static final String OPERATORS = "\n;&|()<>";

    private final String text;
    private final int firstLine;
    private final int depth;
    private final List<ShellCommand> commands;
    private final List<Fault> faults;
    private final StringBuilder code;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();

    private int at;
    private int counted;
    private int lines;

    /** A here-document whose lines come after the end of this line. */
    private record Pending(HereDocument document, String delimiter, boolean quoted, boolean tabs) {}

    /** A list of commands, and the {@code case}s that are open in it. */
    private static final class Level {

        private final boolean bracketed;
        private int cases;
        private boolean pattern;

        Level(boolean bracketed) {
            this.bracketed = bracketed;
        }
    }

    private ShellReader(String text, int firstLine) {
        this(text, firstLine, 0, new ArrayList<>(), new ArrayList<>());
    }

    private ShellReader(
            String text,
            int firstLine,
            int depth,
            List<ShellCommand> commands,
            List<Fault> faults) {
        this.text = text;
        this.firstLine = firstLine;
        this.depth = depth;
        this.commands = commands;
        this.faults = faults;
        this.code = new StringBuilder(text);
    }

    /**
     * Takes a script apart.
     *
     * @param firstLine the number of its first line, for display
     */
    static ShellScript read(String text, int firstLine) {
        var reader = new ShellReader(text, firstLine);
        reader.list(new Level(false), 0);
        reader.documents();
        return new ShellScript(reader.commands, reader.faults, reader.code.toString());
    }

    // ---- lists and commands

    private void list(Level level, int deep) {
        if (tooDeep(deep)) {
            return;
        }
        int opened = line();
        while (true) {
            blanks();
            if (at >= text.length()) {
                if (level.bracketed || level.cases > 0) {
                    fault(opened, "a bracket or case that is not closed");
                }
                return;
            }
            char c = text.charAt(at);
            if (c == '\n') {
                at++;
                documents();
            } else if (c == '#') {
                comment();
            } else if (level.pattern) {
                pattern(level, deep);
            } else if (c == ')') {
                at++;
                if (level.bracketed) {
                    return;
                }
                fault(line(), "a bracket that closes nothing");
            } else if (c == ';') {
                at++;
                boolean again = next(';') || next('&');
                level.pattern = again && level.cases > 0;
                while (next(';') || next('&')) {
                    at++;
                }
            } else if (c == '|' || c == '&' && !text.startsWith("&>", at)) {
                at++;
            } else if (text.startsWith("((", at)) {
                arithmetic(deep);
            } else if (c == '(') {
                at++;
                list(new Level(true), deep + 1);
            } else {
                command(level, deep);
            }
        }
    }

    /** One branch of a case, up to the bracket before its commands; or the end of the case. */
    private void pattern(Level level, int deep) {
        int line = line();
        if (text.startsWith("esac", at)
                && (at + 4 == text.length() || isEnd(text.charAt(at + 4)))) {
            at += 4;
            level.cases--;
            level.pattern = false;
            return;
        }
        if (next('(')) {
            at++;
        }
        while (true) {
            blanks();
            if (next(')')) {
                at++;
                break;
            } else if (next('|')) {
                at++;
            } else if (at >= text.length() || OPERATORS.indexOf(text.charAt(at)) >= 0) {
                fault(line, "a case that is not understood");
                at = Math.min(at + 1, text.length());
                break;
            } else {
                word(deep);
            }
        }
        level.pattern = false;
    }

    private void command(Level level, int deep) {
        int line = line();
        var words = new ArrayList<ShellWord>();
        var assignments = new ArrayList<Assignment>();
        var redirections = new ArrayList<Redirection>();
        while (true) {
            blanks();
            if (at >= text.length()) {
                break;
            }
            char c = text.charAt(at);
            if (redirection(redirections, deep)) {
                continue;
            } else if (c == '#') {
                comment();
                break;
            } else if (c == '(' && words.size() == 1 && assignments.isEmpty()) {
                function(words.getFirst());
                return;
            } else if (c == '(' && words.isEmpty() && assignments.isEmpty()) {
                break; // a subshell behind an introducing word
            } else if (c == '(') {
                fault(line(), "a bracket that is not understood");
                at++;
                list(new Level(true), deep + 1);
                continue;
            } else if ("\n;&|)".indexOf(c) >= 0) {
                break;
            }
            int value = words.isEmpty() ? valueAt(at) : -1;
            if (value >= 0) {
                assignments.add(assignment(value, deep));
                continue;
            }
            var word = word(deep);
            var reserved = words.isEmpty() && assignments.isEmpty() ? word.reservable() : "";
            if (INTRODUCERS.contains(reserved)) {
                continue;
            }
            switch (reserved) {
                case "case" -> {
                    branches(level, line, deep);
                    return;
                }
                case "esac" -> level.cases = Math.max(0, level.cases - 1);
                case "for", "select" -> {
                    loop(line, deep);
                    return;
                }
                case "function" -> {
                    blanks();
                    words.add(word(deep));
                    blanks();
                    function(words.getFirst());
                    return;
                }
                case "[[" -> condition(line, deep);
                default -> words.add(word);
            }
        }
        if (!words.isEmpty() || !assignments.isEmpty() || !redirections.isEmpty()) {
            commands.add(new ShellCommand(line, assignments, words, redirections));
        }
    }

    /** The name of a function has been read; its body is a command like any other. */
    private void function(ShellWord name) {
        var literal = name.literal();
        if (literal == null || literal.isEmpty()) {
            fault(line(), "a function without a plain name");
        }
        if (next('(')) {
            at++;
            blanks();
            if (next(')')) {
                at++;
            } else {
                fault(line(), "a bracket that is not understood");
            }
        }
    }

    private void branches(Level level, int line, int deep) {
        blanks();
        word(deep);
        gap();
        if (word(deep).reservable().equals("in")) {
            level.cases++;
            level.pattern = true;
        } else {
            fault(line, "a case that is not understood");
        }
    }

    /** The variable of a loop may be each of the words. */
    private void loop(int line, int deep) {
        blanks();
        if (text.startsWith("((", at)) {
            arithmetic(deep, true);
            return;
        }
        var name = word(deep).reservable();
        if (name.isEmpty()) {
            fault(line, "a loop that is not understood");
        }
        commands.add(
                new ShellCommand(line, List.of(new Assignment(name, null)), List.of(), List.of()));
        gap();
        if (text.startsWith("in", at) && at + 2 < text.length() && isEnd(text.charAt(at + 2))) {
            at += 2;
            for (blanks(); at < text.length() && OPERATORS.indexOf(text.charAt(at)) < 0; blanks()) {
                word(deep);
            }
        }
    }

    /** What stands between double brackets: operators there are none of a command. */
    private void condition(int line, int deep) {
        for (gap(); at < text.length() && text.charAt(at) != ';'; gap()) {
            if (text.startsWith("]]", at)) {
                at += 2;
                return;
            } else if (OPERATORS.indexOf(text.charAt(at)) >= 0) {
                at++;
            } else {
                word(deep);
            }
        }
        fault(line, "a condition that does not end");
    }

    // ---- parts of commands

    /** Where the value begins, if an assignment begins here; else -1. */
    private int valueAt(int from) {
        int end = from;
        while (end < text.length() && isName(text.charAt(end), end > from)) {
            end++;
        }
        if (end == from || end >= text.length()) {
            return -1;
        }
        if (text.charAt(end) == '[') {
            while (end < text.length() && "]\n;&|()<> \t".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            end = end < text.length() && text.charAt(end) == ']' ? end + 1 : text.length();
        }
        if (text.startsWith("+=", end)) {
            return end + 2;
        }
        return text.startsWith("=", end) ? end + 1 : -1;
    }

    private Assignment assignment(int value, int deep) {
        int end = at;
        while (isName(text.charAt(end), end > at)) {
            end++;
        }
        var name = text.substring(at, end);
        boolean whole = end + 1 == value;
        if (text.charAt(end) == '[') {
            // an index may hold a command
            expansionsIn(text.substring(end, value), line());
        }
        at = value;
        boolean array = next('(');
        var word = word(deep);
        return new Assignment(name, whole && !array ? word : null);
    }

    /** Reads a redirection, if one stands here. */
    private boolean redirection(List<Redirection> into, int deep) {
        int sign = at;
        while (sign < text.length() && Character.isDigit(text.charAt(sign)) && sign - at < 9) {
            sign++;
        }
        if (sign < text.length() && text.startsWith("&>", sign) && sign == at) {
            sign++;
        }
        if (sign >= text.length()
                || "<>".indexOf(text.charAt(sign)) < 0
                || sign == at && text.startsWith("(", sign + 1)) {
            return false;
        }
        char c = text.charAt(sign);
        int end = sign + 1;
        if (text.startsWith("<<<", sign)) {
            end = sign + 3;
        } else if (text.startsWith("<<-", sign)) {
            end = sign + 3;
        } else if (end < text.length()
                && (text.charAt(end) == c || "&|>".indexOf(text.charAt(end)) >= 0)) {
            end++;
        }
        var operator = text.substring(sign, end);
        at = end;
        blanks();
        int line = line();
        if (at >= text.length() || "\n;&|)".indexOf(text.charAt(at)) >= 0) {
            fault(line, "a redirection to nothing");
            return true;
        }
        var target = word(deep);
        if (target.parts().isEmpty() && !target.quoted()) {
            fault(line, "a redirection to nothing");
            return true;
        }
        if (!operator.equals("<<") && !operator.equals("<<-")) {
            into.add(new Redirection(operator, target, null));
            return true;
        }
        var delimiter = target.literal();
        if (delimiter == null) {
            fault(line, "a here-document whose end cannot be told");
            return true;
        }
        var document = new HereDocument();
        pending.add(new Pending(document, delimiter, target.quoted(), operator.equals("<<-")));
        into.add(new Redirection(operator, target, document));
        return true;
    }

    /** Reads the here-documents that the line before asked for. */
    private void documents() {
        while (!pending.isEmpty()) {
            var next = pending.remove();
            int line = line();
            var body = new StringBuilder();
            boolean ended = false;
            while (at < text.length() && !ended) {
                int end = text.indexOf('\n', at);
                end = end < 0 ? text.length() : end;
                int from = at;
                while (next.tabs && from < end && text.charAt(from) == '\t') {
                    from++;
                }
                ended = text.substring(from, end).equals(next.delimiter);
                if (!ended) {
                    body.append(text, from, end).append('\n');
                }
                at = Math.min(end + 1, text.length());
            }
            if (!ended) {
                fault(line, "a here-document that does not end");
            }
            boolean literal = next.quoted || !expansionsIn(body.toString(), line);
            next.document.set(body.toString(), literal, line);
        }
    }

    /** Reads the commands in a text that is expanded as between double quotes. */
    private boolean expansionsIn(String part, int line) {
        if (part.indexOf('$') < 0 && part.indexOf('`') < 0 && part.indexOf('\\') < 0) {
            return false;
        }
        var reader = inner(part, line);
        if (reader != null) {
            reader.quoted(0, NONE, new Collector());
        }
        return true;
    }

    private @Nullable ShellReader inner(String part, int line) {
        if (tooDeep(0)) {
            return null;
        }
        return new ShellReader(part, line, depth + 1, commands, faults);
    }

    // ---- words

    /** The parts of a word, and the text that is not yet one. */
    private static final class Collector {

        private final List<Part> parts = new ArrayList<>();
        private final StringBuilder literal = new StringBuilder();
        private boolean quoted;

        void add(Part part) {
            flush();
            parts.add(part);
        }

        private void flush() {
            if (!literal.isEmpty()) {
                parts.add(new Part.Text(literal.toString()));
                literal.setLength(0);
            }
        }

        ShellWord word() {
            flush();
            return new ShellWord(parts, quoted);
        }
    }

    /** Reads up to what ends a word; an empty one where none stands. */
    private ShellWord word(int deep) {
        var word = new Collector();
        int from = at;
        if (text.startsWith("[[", at) && isEndAt(at + 2)) {
            word.literal.append("[[");
            at += 2;
        }
        while (at < text.length()) {
            char c = text.charAt(at);
            if ((c == '<' || c == '>') && text.startsWith("(", at + 1)) {
                at += 2;
                list(new Level(true), deep + 1);
                word.add(new Part.Unknown());
            } else if (c == '(' && at > from && "?*+@!".indexOf(text.charAt(at - 1)) >= 0) {
                alternatives(deep);
                word.add(new Part.Pattern());
            } else if (c == '(' && at > 0 && text.charAt(at - 1) == '=') {
                elements(deep);
                word.add(new Part.Unknown());
            } else if (isEnd(c)) {
                break;
            } else if (c == '\\') {
                escaped(word);
            } else if (c == '\'') {
                single(word);
            } else if (c == '"') {
                at++;
                word.quoted = true;
                quoted(deep, '"', word);
            } else if (c == '$') {
                dollar(deep, false, word);
            } else if (c == '`') {
                backquoted(false);
                word.add(new Part.Unknown());
            } else {
                at++;
                if ("*?[".indexOf(c) >= 0 && !(c == '[' && isEndAt(at))) {
                    word.add(new Part.Pattern());
                } else if (c == '{' && isBraced()) {
                    word.add(new Part.Pattern());
                    word.literal.append(c);
                } else {
                    word.literal.append(c);
                }
            }
        }
        return word.word();
    }

    /** Whether a brace that was just read begins alternatives: not one by itself, or empty. */
    private boolean isBraced() {
        return !isEndAt(at) && text.charAt(at) != '}';
    }

    private boolean isEndAt(int place) {
        return place >= text.length() || isEnd(text.charAt(place));
    }

    /** A backslash takes the meaning of the next character; of a line's end it takes both. */
    private void escaped(Collector word) {
        at++;
        if (at < text.length()) {
            if (text.charAt(at) != '\n') {
                word.literal.append(text.charAt(at));
                word.quoted = true;
            }
            at++;
        }
    }

    private void single(Collector word) {
        int close = text.indexOf('\'', at + 1);
        word.quoted = true;
        if (close < 0) {
            fault(line(), "a quote that is not closed");
            close = text.length();
        }
        word.literal.append(text, Math.min(at + 1, close), close);
        at = Math.min(close + 1, text.length());
    }

    /** Reads what is expanded but not split, up to the character that closes it, or to the end. */
    private void quoted(int deep, char close, Collector word) {
        int line = line();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == close) {
                at++;
                return;
            } else if (c == '\\' && at + 1 < text.length()) {
                char escaped = text.charAt(at + 1);
                if ("$`\"\\".indexOf(escaped) < 0 && escaped != '\n') {
                    word.literal.append(c);
                }
                if (escaped != '\n') {
                    word.literal.append(escaped);
                }
                at += 2;
            } else if (c == '$') {
                dollar(deep, true, word);
            } else if (c == '`') {
                backquoted(true);
                word.add(new Part.Unknown());
            } else {
                word.literal.append(c);
                at++;
            }
        }
        if (close != NONE) {
            fault(line, "a quote that is not closed");
        }
    }

    private void dollar(int deep, boolean quoted, Collector word) {
        at++;
        if (at >= text.length()) {
            word.literal.append('$');
            return;
        }
        char c = text.charAt(at);
        if (text.startsWith("((", at)) {
            arithmetic(deep);
            word.add(new Part.Unknown());
        } else if (c == '(') {
            at++;
            int before = commands.size();
            list(new Level(true), deep + 1);
            if (isTemporary(before)) {
                word.literal.append("/tmp/");
            }
            word.add(new Part.Unknown());
        } else if (c == '{') {
            at++;
            braced(deep, quoted, word);
        } else if (c == '\'' && !quoted) {
            ansi(word);
        } else if (c == '"' && !quoted) {
            at++;
            word.quoted = true;
            quoted(deep, '"', word);
        } else if (isName(c, false)) {
            int end = at;
            while (end < text.length() && isName(text.charAt(end), true)) {
                end++;
            }
            word.add(new Part.Variable(text.substring(at, end), quoted));
            at = end;
        } else if (Character.isDigit(c) || "@*#?-$!".indexOf(c) >= 0) {
            word.add(new Part.Variable(String.valueOf(c), quoted));
            at++;
        } else {
            word.literal.append('$');
        }
    }

    /** Whether what was read since is mktemp(1) alone, asked for a place of its own choice. */
    private boolean isTemporary(int before) {
        if (commands.size() != before + 1 || commands.getLast().words().isEmpty()) {
            return false;
        }
        var words = commands.getLast().words();
        return words.stream().map(ShellWord::literal).allMatch(w -> w != null && !w.contains("/"))
                && "mktemp".equals(words.getFirst().literal());
    }

    /** Text with the escapes of C, which are not looked into. */
    private void ansi(Collector word) {
        int from = at + 1;
        int end = from;
        boolean escapes = false;
        while (end < text.length() && text.charAt(end) != '\'') {
            escapes |= text.charAt(end) == '\\';
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= text.length()) {
            fault(line(), "a quote that is not closed");
            end = text.length();
        }
        word.quoted = true;
        if (escapes) {
            word.add(new Part.Unknown());
        } else {
            word.literal.append(text, Math.min(from, end), end);
        }
        at = Math.min(end + 1, text.length());
    }

    /** What follows <code>${</code>: a variable, perhaps with something to be done to it. */
    private void braced(int deep, boolean quoted, Collector word) {
        int line = line();
        int end = at;
        while (end < text.length() && isName(text.charAt(end), true)) {
            end++;
        }
        var name = text.substring(at, end);
        if (text.startsWith("}", end) && !name.isEmpty()) {
            word.add(new Part.Variable(name, quoted));
            at = end + 1;
            return;
        }
        if (text.startsWith("=", end) || text.startsWith(":=", end)) {
            commands.add(
                    new ShellCommand(
                            line, List.of(new Assignment(name, null)), List.of(), List.of()));
        }
        word.add(new Part.Unknown());
        at = end;
        if (tooDeep(deep)) {
            return;
        }
        var ignored = new Collector();
        while (at < text.length() && text.charAt(at) != '}') {
            char c = text.charAt(at);
            if (c == '\\') {
                at = Math.min(at + 2, text.length());
            } else if (c == '\'' && !quoted) {
                single(ignored);
            } else if (c == '"') {
                at++;
                quoted(deep + 1, '"', ignored);
            } else if (c == '$') {
                dollar(deep + 1, quoted, ignored);
            } else if (c == '`') {
                backquoted(quoted);
            } else {
                at++;
            }
        }
        if (at >= text.length()) {
            fault(line, "a brace that is not closed");
        }
        at = Math.min(at + 1, text.length());
    }

    /** The old form of a command in a word, whose text is read again without its backslashes. */
    private void backquoted(boolean quoted) {
        int line = line();
        var inside = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '`') {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                char next = text.charAt(at + 1);
                if (next != '`' && next != '\\' && next != '$' && !(quoted && next == '"')) {
                    inside.append(c);
                }
                inside.append(next);
                at += 2;
            } else {
                inside.append(c);
                at++;
            }
        }
        if (at >= text.length()) {
            fault(line, "a quote that is not closed");
        }
        at = Math.min(at + 1, text.length());
        var reader = inner(inside.toString(), line);
        if (reader != null) {
            reader.list(new Level(false), 0);
            reader.documents();
        }
    }

    /** The elements of an array. */
    private void elements(int deep) {
        int line = line();
        if (tooDeep(deep)) {
            return;
        }
        at++;
        for (gap(); at < text.length(); gap()) {
            if (next(')')) {
                at++;
                return;
            } else if (OPERATORS.indexOf(text.charAt(at)) >= 0) {
                at++;
            } else {
                word(deep + 1);
            }
        }
        fault(line, "a bracket that is not closed");
    }

    /** Alternatives of a pattern, {@code @(a|b)}. */
    private void alternatives(int deep) {
        int line = line();
        if (tooDeep(deep)) {
            return;
        }
        at++;
        while (at < text.length() && text.charAt(at) != '\n') {
            if (next(')')) {
                at++;
                return;
            } else if (OPERATORS.indexOf(text.charAt(at)) >= 0
                    || Character.isWhitespace(text.charAt(at))) {
                at++;
            } else {
                word(deep + 1);
            }
        }
        fault(line, "a pattern that is not closed");
    }

    private void arithmetic(int deep) {
        arithmetic(deep, false);
    }

    /** What stands between double round brackets; two brackets may begin subshells as well. */
    private void arithmetic(int deep, boolean loop) {
        int line = line();
        if (tooDeep(deep)) {
            return;
        }
        at += 2;
        int open = 2;
        var ignored = new Collector();
        while (at < text.length() && open > 0) {
            char c = text.charAt(at);
            if (c == '$') {
                dollar(deep + 1, true, ignored);
            } else if (c == '`') {
                backquoted(true);
            } else if ("\n\"'".indexOf(c) >= 0 || c == ';' && !loop) {
                break;
            } else {
                open += c == '(' ? 1 : c == ')' ? -1 : 0;
                at++;
            }
        }
        if (open > 0 || text.charAt(at - 2) != ')') {
            fault(line, "double brackets that are not plain arithmetic");
        }
    }

    // ---- characters

    private static boolean isName(char c, boolean further) {
        return c == '_'
                || c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || further && c >= '0' && c <= '9';
    }

    private static boolean isEnd(char c) {
        return c == ' ' || c == '\t' || OPERATORS.indexOf(c) >= 0;
    }

    private boolean next(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    private void blanks() {
        while (at < text.length()) {
            if (text.charAt(at) == ' ' || text.charAt(at) == '\t') {
                at++;
            } else if (text.startsWith("\\\n", at)) {
                at += 2;
            } else {
                return;
            }
        }
    }

    /** Blanks, line ends and comments. */
    private void gap() {
        for (blanks(); at < text.length(); blanks()) {
            if (next('\n')) {
                at++;
                documents();
            } else if (next('#')) {
                comment();
            } else {
                return;
            }
        }
    }

    private void comment() {
        for (; at < text.length() && text.charAt(at) != '\n'; at++) {
            code.setCharAt(at, ' ');
        }
    }

    private int line() {
        for (; counted < at; counted++) {
            if (text.charAt(counted) == '\n') {
                lines++;
            }
        }
        return firstLine + lines;
    }

    /** Ends the reading where too much stands in each other. */
    private boolean tooDeep(int deep) {
        if (depth + deep < MAX_DEPTH) {
            return false;
        }
        fault(line(), "commands in each other more than %d deep".formatted(MAX_DEPTH));
        at = text.length();
        return true;
    }

    private void fault(int line, String reason) {
        var fault = new Fault(line, reason);
        if (faults.size() < MAX_FAULTS && !faults.contains(fault)) {
            faults.add(fault);
        }
    }
}
