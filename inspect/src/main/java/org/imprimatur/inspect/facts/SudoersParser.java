package org.imprimatur.inspect.facts;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads sudoers(5) with its included files and directories. A line that cannot be understood is
 * recorded as unread: what it grants is unknown.
 */
final class SudoersParser {

    static final String MAIN_FILE = "/etc/sudoers";

    private static final int MAX_DEPTH = 16;
    private static final int MAX_FILES = 1000;
    private static final int MAX_RULES = 10_000;

    /** Names looked at in all rules together: aliases of aliases can multiply without end. */
    private static final int MAX_RESOLVED = 1_000_000;

    private static final Pattern ALIAS = Pattern.compile("[A-Z][A-Z0-9_]*");

    private static final Set<String> TAGS =
            Set.of(
                    "EXEC",
                    "NOEXEC",
                    "FOLLOW",
                    "NOFOLLOW",
                    "INTERCEPT",
                    "NOINTERCEPT",
                    "LOG_INPUT",
                    "NOLOG_INPUT",
                    "LOG_OUTPUT",
                    "NOLOG_OUTPUT",
                    "MAIL",
                    "NOMAIL",
                    "NOPASSWD",
                    "PASSWD",
                    "SETENV",
                    "NOSETENV");
    private static final Set<String> OPTIONS =
            Set.of(
                    "ROLE",
                    "TYPE",
                    "PRIVS",
                    "LIMITPRIVS",
                    "CWD",
                    "CHROOT",
                    "TIMEOUT",
                    "NOTBEFORE",
                    "NOTAFTER",
                    "APPARMOR_PROFILE");

    private final ConfigReader reader;
    private final Map<String, List<String>> userAliases = new HashMap<>();
    private final List<SudoPolicy.Rule> rules = new ArrayList<>();
    private final List<SudoPolicy.Unauthenticated> unauthenticated = new ArrayList<>();
    private int files;
    private int resolved;

    private SudoersParser(ConfigReader reader) {
        this.reader = reader;
    }

    static SudoPolicy read(ConfigReader reader) {
        var parser = new SudoersParser(reader);
        parser.file(MAIN_FILE, 0);

        // An alias may stand after its use, so names are resolved when all is read.
        var rules = new ArrayList<SudoPolicy.Rule>();
        for (var rule : parser.rules) {
            rules.add(
                    new SudoPolicy.Rule(
                            parser.resolve(rule),
                            rule.hosts(),
                            rule.runAs(),
                            rule.noPassword(),
                            rule.command(),
                            rule.file(),
                            rule.line()));
        }
        return new SudoPolicy(rules, parser.unauthenticated);
    }

    private void file(String path, int depth) {
        if (depth > MAX_DEPTH || ++files > MAX_FILES) {
            reader.missed(path, "sudoers files include each other too deep or too often");
            return;
        }
        int number = 0;
        int first = 0;
        var whole = new StringBuilder();
        for (var line : reader.lines(path)) {
            number++;
            if (whole.isEmpty()) {
                first = number;
            }
            if (line.endsWith("\\") && !line.stripLeading().startsWith("#")) {
                whole.append(line, 0, line.length() - 1).append(' ');
                continue;
            }
            line(whole.append(line).toString().strip(), path, first, depth);
            whole.setLength(0);
        }
        if (!whole.isEmpty()) {
            line(whole.toString().strip(), path, first, depth);
        }
    }

    private void line(String line, String path, int number, int depth) {
        try {
            var scanner = new Scanner(line);
            var word = scanner.peekWord();
            switch (word) {
                case "" -> {}
                case "#include", "@include" -> file(included(path, scanner.rest(word)), depth + 1);
                case "#includedir", "@includedir" ->
                        directory(included(path, scanner.rest(word)), depth + 1);
                case "User_Alias" -> aliases(scanner.rest(word));
                case "Runas_Alias", "Host_Alias", "Cmnd_Alias", "Cmd_Alias" -> {
                    // names of commands, hosts and targets stay in the rules as they are written
                }
                default -> {
                    if (word.startsWith("Defaults")) {
                        defaults(line.substring("Defaults".length()), path, number);
                    } else if (!scanner.atComment()) {
                        userSpecification(scanner, path, number);
                    }
                }
            }
        } catch (NotUnderstood e) {
            reader.missed(path, "line %d: %s".formatted(number, e.reason));
        }
    }

    private String included(String from, String argument) throws NotUnderstood {
        var path = new Scanner(argument.strip()).member("");
        if (path.isEmpty()) {
            throw new NotUnderstood("include without a path");
        }
        path = path.replace("%h", hostname());
        return path.startsWith("/") ? path : from.substring(0, from.lastIndexOf('/') + 1) + path;
    }

    private String hostname() {
        var lines = reader.lines("/etc/hostname");
        var name = lines.isEmpty() ? "localhost" : lines.getFirst().strip();
        int dot = name.indexOf('.');
        return (dot < 0 ? name : name.substring(0, dot)).replace("/", "");
    }

    /** In the order of names, as sudo does; names with a dot or a tilde at the end are skipped. */
    private void directory(String path, int depth) {
        var base = path.endsWith("/") ? path : path + "/";
        for (var name : reader.names(path)) {
            boolean skipped = name.indexOf('.') >= 0 || name.endsWith("~");
            if (!skipped && reader.kind(base + name) == GuestFiles.Kind.FILE) {
                file(base + name, depth);
            }
        }
    }

    private void aliases(String text) throws NotUnderstood {
        var scanner = new Scanner(text);
        do {
            var name = scanner.member("=:");
            if (!ALIAS.matcher(name).matches()) {
                throw new NotUnderstood("'%s' is no name of an alias".formatted(Shown.text(name)));
            }
            scanner.expect('=');
            userAliases.put(name, scanner.list(":"));
        } while (scanner.take(':'));
        scanner.expectEnd();
    }

    /** Only {@code !authenticate} matters: it is NOPASSWD by another name. */
    private void defaults(String text, String path, int number) throws NotUnderstood {
        var scanner = new Scanner(text);
        var scope = "";
        if (!text.isEmpty() && ":@>!".indexOf(text.charAt(0)) >= 0) {
            scanner.skip(1);
            scope = text.charAt(0) + String.join(",", scanner.list(""));
        }
        for (var parameter : scanner.remaining().split(",", -1)) {
            if (parameter.strip().startsWith("!")
                    && parameter.replace("!", "").strip().equals("authenticate")) {
                unauthenticated.add(new SudoPolicy.Unauthenticated(scope, path, number));
            }
        }
    }

    private void userSpecification(Scanner scanner, String path, int number) throws NotUnderstood {
        var users = scanner.list("");
        do {
            var hosts = String.join(",", scanner.list("="));
            scanner.expect('=');
            boolean noPassword = false;
            var runAs = "";
            do {
                if (scanner.take('(')) {
                    runAs = scanner.until(')');
                }
                String word;
                while (!(word = scanner.tagOrOption()).isEmpty()) {
                    if (word.equals("NOPASSWD")) {
                        noPassword = true;
                    } else if (word.equals("PASSWD")) {
                        noPassword = false;
                    }
                }
                if (rules.size() >= MAX_RULES) {
                    throw new NotUnderstood("more than %d rules".formatted(MAX_RULES));
                }
                rules.add(
                        new SudoPolicy.Rule(
                                users, hosts, runAs, noPassword, scanner.command(), path, number));
            } while (scanner.take(','));
        } while (scanner.take(':'));
        scanner.expectEnd();
    }

    private List<String> resolve(SudoPolicy.Rule rule) {
        var members = new ArrayList<String>();
        resolve(rule.users(), false, new HashSet<>(), members);
        if (resolved >= MAX_RESOLVED) {
            reader.missed(rule.file(), "line %d: too many users".formatted(rule.line()));
        }
        return members;
    }

    private void resolve(
            List<String> names, boolean negated, Set<String> open, List<String> members) {
        for (var name : names) {
            boolean not = name.startsWith("!") != negated;
            var plain = name.startsWith("!") ? name.substring(1) : name;
            var alias = userAliases.get(plain);
            if (++resolved >= MAX_RESOLVED) {
                return;
            }
            if (alias == null) {
                members.add(not ? "!" + plain : plain);
            } else if (open.size() < MAX_DEPTH && open.add(plain)) {
                resolve(alias, not, open, members);
                open.remove(plain);
            }
        }
    }

    private static final class NotUnderstood extends Exception {
        private static final long serialVersionUID = 1L;
        private final String reason;

        NotUnderstood(String reason) {
            super(reason);
            this.reason = reason;
        }
    }

    /** A place in one line. */
    private static final class Scanner {
        private final String text;
        private int at;

        Scanner(String text) {
            this.text = text;
        }

        String peekWord() {
            int end = 0;
            while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            return text.substring(0, end);
        }

        String rest(String word) {
            return text.substring(word.length());
        }

        String remaining() {
            int comment = text.indexOf('#', at);
            return text.substring(at, comment < 0 ? text.length() : comment);
        }

        void skip(int count) {
            at += count;
        }

        private void space() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        /** A {@code #} begins a comment, unless a number follows: then it is a user's number. */
        boolean atComment() {
            return at < text.length()
                    && text.charAt(at) == '#'
                    && (at + 1 >= text.length()
                            || !Character.isDigit(text.charAt(at + 1))
                                    && text.charAt(at + 1) != '-');
        }

        boolean take(char c) {
            space();
            if (at < text.length() && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        void expect(char c) throws NotUnderstood {
            if (!take(c)) {
                throw new NotUnderstood("'%s' expected at column %d".formatted(c, at + 1));
            }
        }

        void expectEnd() throws NotUnderstood {
            space();
            if (at < text.length() && !atComment()) {
                throw new NotUnderstood("end expected at column %d".formatted(at + 1));
            }
        }

        String until(char end) throws NotUnderstood {
            int close = text.indexOf(end, at);
            if (close < 0) {
                throw new NotUnderstood("'%s' is missing".formatted(end));
            }
            var inner = text.substring(at, close).strip();
            at = close + 1;
            return inner;
        }

        /** Members with commas between them. */
        List<String> list(String stops) throws NotUnderstood {
            var members = new ArrayList<String>();
            do {
                boolean negated = false;
                while (take('!')) {
                    negated = !negated;
                }
                space();
                var member = member(stops);
                if (member.isEmpty()) {
                    throw new NotUnderstood("a name is missing at column %d".formatted(at + 1));
                }
                members.add(negated ? "!" + member : member);
            } while (take(','));
            return members;
        }

        /** One word: quotes and backslashes protect; ends at space, comma or one of the stops. */
        String member(String stops) throws NotUnderstood {
            space();
            var member = new StringBuilder();
            boolean quoted = false;
            for (; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '\\' && at + 1 < text.length()) {
                    member.append(text.charAt(++at));
                } else if (c == '"') {
                    quoted = !quoted;
                } else if (!quoted
                        && (Character.isWhitespace(c)
                                || c == ','
                                || stops.indexOf(c) >= 0
                                || member.isEmpty() && atComment())) {
                    break;
                } else {
                    member.append(c);
                }
            }
            if (quoted) {
                throw new NotUnderstood("a quote has no end");
            }
            return member.toString();
        }

        /** A tag such as {@code NOPASSWD:}, an option such as {@code CWD=/}; empty for neither. */
        String tagOrOption() throws NotUnderstood {
            space();
            int end = at;
            while (end < text.length()
                    && (Character.isUpperCase(text.charAt(end)) || text.charAt(end) == '_')) {
                end++;
            }
            var word = text.substring(at, end);
            int next = end;
            while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
                next++;
            }
            if (next < text.length() && text.charAt(next) == ':' && TAGS.contains(word)) {
                at = next + 1;
                return word;
            }
            if (next < text.length() && text.charAt(next) == '=' && OPTIONS.contains(word)) {
                at = next + 1;
                member("");
                return word;
            }
            return "";
        }

        /** A command with its arguments, up to a comma or colon that no backslash protects. */
        String command() throws NotUnderstood {
            space();
            int start = at;
            boolean quoted = false;
            for (; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '\\') {
                    at++;
                } else if (c == '"') {
                    quoted = !quoted;
                } else if (!quoted && (c == ',' || c == '#' && atComment())) {
                    break;
                } else if (!quoted && c == ':' && !isDigestName(start)) {
                    break;
                }
            }
            if (quoted) {
                throw new NotUnderstood("a quote has no end");
            }
            at = Math.min(at, text.length());
            var command = text.substring(start, at).strip();
            if (command.isEmpty()) {
                throw new NotUnderstood("a command is missing at column %d".formatted(at + 1));
            }
            return command;
        }

        private boolean isDigestName(int start) {
            return switch (text.substring(start, at).strip()) {
                case "sha224", "sha256", "sha384", "sha512" -> true;
                default -> false;
            };
        }
    }
}
