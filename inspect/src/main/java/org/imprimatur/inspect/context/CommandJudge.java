package org.imprimatur.inspect.context;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.imprimatur.inspect.context.Places.Reach;
import org.imprimatur.inspect.context.ShellCommand.HereDocument;
import org.imprimatur.inspect.context.ShellCommand.Redirection;
import org.jspecify.annotations.Nullable;

/**
 * Judges the commands of one script: by what they are called, and by what they write to.
 *
 * <p>A program of the image is believed to do what its name says; what a script would run that is
 * not of the image must be readable, or is said to be unclear.
 */
final class CommandJudge {

    /** How deep commands may be in words of other commands, as in {@code sh -c}. */
    private static final int MAX_DEPTH = 8;

    /** How long all texts in words may be together, in characters. */
    private static final int MAX_INNER = 1 << 20;

    /** How long the words of a command may be, with what its variables hold. */
    private static final int MAX_WORDS = 1 << 20;

    private static final int MAX_STARTS = 20;

    /** Root, and groups whose members are root whenever they wish. */
    private static final Set<String> ROOTS =
            Set.of("root", "sudo", "wheel", "admin", "docker", "lxd", "libvirt", "disk", "shadow");

    /** Where programs of the image are, which were endorsed with it. */
    private static final List<String> OF_IMAGE =
            List.of(
                    "/bin/",
                    "/sbin/",
                    "/usr/",
                    "/opt/",
                    "/lib/",
                    "/lib64/",
                    "/etc/init.d/",
                    "/etc/rc.d/");

    /** What only sets variables, by its specification. */
    private static final Set<String> HARMLESS = Set.of("/etc/os-release", "/usr/lib/os-release");

    /** What becomes of a file that a script runs or sources. */
    @FunctionalInterface
    interface FileRun {
        /** Whether it is on the medium, and is judged too. */
        boolean isOnMedium(String path);
    }

    private final ShellVariables variables;
    private final boolean beforeNetwork;
    private final FileRun files;
    private final Objections objections;
    private final WriteJudge writes;
    private final ServiceJudge services;
    private int inner;

    /**
     * @param beforeNetwork whether it is run by {@code prolog.sh}
     */
    CommandJudge(
            ShellVariables variables, boolean beforeNetwork, Objections.Sink sink, FileRun files) {
        this.variables = variables;
        this.beforeNetwork = beforeNetwork;
        this.files = files;
        this.objections = new Objections(sink);
        this.writes = new WriteJudge(objections);
        this.services = new ServiceJudge(objections);
    }

    void judge(ShellScript script) {
        judge(script, 0);
    }

    private void judge(ShellScript script, int depth) {
        for (var fault : script.faults()) {
            objections.at(fault.line());
            objections.unclear(fault.reason());
        }
        script.commands().forEach(this::directory);
        for (var command : script.commands()) {
            objections.at(command.line());
            judge(command, depth);
        }
    }

    /** Relative paths may start at every directory that the script changes to. */
    private void directory(ShellCommand command) {
        var words = expanded(command);
        if (words.size() > 1
                && (words.getFirst().equals("cd") || words.getFirst().equals("pushd"))) {
            writes.changesTo(words.getLast());
        }
    }

    private List<String> expanded(ShellCommand command) {
        var words = new ArrayList<String>();
        int length = 0;
        for (var word : command.words()) {
            var fields = variables.expand(word);
            words.addAll(fields);
            length += fields.stream().mapToInt(String::length).sum();
            if (length > MAX_WORDS) {
                return List.of(String.valueOf(ShellVariables.UNKNOWN));
            }
        }
        return words;
    }

    private void judge(ShellCommand command, int depth) {
        for (var assignment : command.assignments()) {
            preloads(assignment.name());
        }
        for (var redirection : command.redirections()) {
            var target = variables.expandWhole(redirection.target());
            if (beforeNetwork
                    && (target.startsWith("/dev/tcp/") || target.startsWith("/dev/udp/"))) {
                objections.object(ContextRule.NETWORK, "opens " + Objections.shown(target));
            }
            if (redirection.writes()) {
                writes.write(target, Reach.ITSELF);
            }
        }
        var words = expanded(command);
        if (!words.isEmpty()) {
            run(words, command.redirections(), depth);
        }
    }

    private void preloads(String variable) {
        if (variable.equals("LD_PRELOAD") || variable.equals("LD_AUDIT")) {
            objections.object(ContextRule.KERNEL, "sets " + variable);
        }
    }

    // ---- what is run

    private void run(List<String> words, List<Redirection> redirections, int depth) {
        if (depth > MAX_DEPTH) {
            objections.unclear(
                    "commands in words of commands more than %d deep".formatted(MAX_DEPTH));
            return;
        }
        if (words.getFirst().startsWith("-") && words.size() > 1) {
            run(words.subList(1, words.size()), redirections, depth + 1); // options of time
            return;
        }
        var path = words.getFirst();
        var name = Programs.family(path.substring(path.lastIndexOf('/') + 1));
        var rest = words.subList(1, words.size());
        if (Places.marker(name) >= 0 || name.isEmpty()) {
            objections.unclear("a command that is made of a variable");
            return;
        }
        if (Programs.WRAPPERS.containsKey(name)) {
            wrapped(name, rest, redirections, depth);
        } else if (Programs.SHELLS.contains(name)) {
            shell(name, rest, redirections, depth);
        } else if (Programs.INTERPRETERS.contains(name)) {
            interpreter(name, rest);
        } else if (!known(name, rest, redirections, depth)) {
            if (path.indexOf('/') >= 0) {
                file(path, true);
            }
        }
    }

    /** The command that another runs. */
    private void wrapped(
            String name, List<String> rest, List<Redirection> redirections, int depth) {
        if (name.equals("command") && !rest.isEmpty() && rest.getFirst().matches("-[vV]")) {
            return;
        }
        if (name.equals("env") && rest.stream().anyMatch(word -> word.startsWith("-S"))) {
            objections.unclear("env splits a text into words");
            return;
        }
        int at = 0;
        var letters = Programs.WRAPPERS.get(name);
        int operands = Programs.OPERANDS.getOrDefault(name, 0);
        for (; at < rest.size(); at++) {
            var word = rest.get(at);
            int sign = word.indexOf('=');
            if (word.equals("--")) {
                at++;
                break;
            } else if (word.length() == 2 && word.charAt(0) == '-' && takes(letters, word)) {
                at++;
            } else if (word.startsWith("-") && word.length() > 1) {
                if (name.equals("flock") && word.equals("-c")) {
                    text(rest.subList(Math.min(at + 1, rest.size()), rest.size()), depth);
                    return;
                }
            } else if (sign > 0
                    && (name.equals("env") || name.equals("sudo") || name.equals("doas"))) {
                preloads(word.substring(0, sign));
            } else if (operands > 0) {
                operands--;
            } else {
                break;
            }
        }
        if (at < rest.size()) {
            var command = new ArrayList<>(rest.subList(at, rest.size()));
            if (name.equals("xargs")) {
                command.add(String.valueOf(ShellVariables.UNKNOWN));
            }
            run(command, redirections, depth + 1);
        }
    }

    private static boolean takes(@Nullable String letters, String option) {
        return letters != null && letters.indexOf(option.charAt(1)) >= 0;
    }

    private void shell(String name, List<String> rest, List<Redirection> redirections, int depth) {
        for (int i = 0; i < rest.size(); i++) {
            var word = rest.get(i);
            if (word.startsWith("--")) {
                continue;
            } else if (word.matches("[-+]o")) {
                i++;
            } else if (word.length() > 1 && word.charAt(0) == '-' && word.indexOf('c') > 0) {
                text(
                        rest.subList(Math.min(i + 1, rest.size()), Math.min(i + 2, rest.size())),
                        depth);
                return;
            } else if (word.equals("-s") || word.equals("-")) {
                break;
            } else if (!word.startsWith("-") && !word.startsWith("+")) {
                file(word, false);
                return;
            }
        }
        if (rest.size() == 1 && rest.getFirst().equals("--version")) {
            return;
        }
        for (var redirection : redirections) {
            var document = redirection.document();
            if (document != null && document.known()) {
                script(document, depth);
                return;
            } else if (redirection.operator().equals("<")) {
                file(variables.expandWhole(redirection.target()), false);
                return;
            } else if (redirection.operator().equals("<<<")) {
                text(List.of(variables.expandWhole(redirection.target())), depth);
                return;
            }
        }
        objections.unclear(name + " runs commands from its input");
    }

    private void script(HereDocument document, int depth) {
        inner(document.text(), document.line(), depth);
    }

    /** Words that are a script. */
    private void text(List<String> words, int depth) {
        var text = String.join(" ", words);
        if (words.isEmpty() || Places.marker(text) >= 0) {
            objections.unclear("runs a text that is made of a variable");
            return;
        }
        inner(text, objections.line(), depth);
    }

    private void inner(String text, int first, int depth) {
        if (depth >= MAX_DEPTH) {
            objections.unclear(
                    "commands in words of commands more than %d deep".formatted(MAX_DEPTH));
            return;
        }
        inner += text.length();
        if (inner > MAX_INNER) {
            objections.unclear("more than %d characters of scripts in words".formatted(MAX_INNER));
            return;
        }
        int here = objections.line();
        judge(ShellReader.read(text, first), depth + 1);
        objections.at(here);
    }

    private void interpreter(String name, List<String> rest) {
        if (rest.stream().anyMatch("install"::equals)) {
            objections.object(ContextRule.PACKAGES, name + " … install");
        } else if (rest.isEmpty()
                || !rest.stream().allMatch(word -> word.matches("-V|-v|--version"))) {
            objections.unclear(name + " runs what is not in the shell's language");
        }
    }

    /**
     * A file that is run or read as a script.
     *
     * @param program whether it may be a program of the image, which was endorsed with it
     */
    private void file(String path, boolean program) {
        if (files.isOnMedium(path)) {
            return;
        }
        var normal = path.startsWith("/") ? Places.normal(path) : path;
        if (program && OF_IMAGE.stream().anyMatch(normal::startsWith)
                || HARMLESS.contains(normal)
                || normal.equals("/dev/null")) {
            return;
        }
        objections.unclear("runs %s, which is not on the medium".formatted(Objections.shown(path)));
    }

    // ---- commands that are known

    /** Whether a command is known; if so it is judged. */
    private boolean known(
            String name, List<String> rest, List<Redirection> redirections, int depth) {
        if (beforeNetwork) {
            network(name, rest);
        }
        if (name.equals("dpkg") || name.equals("rpm") || name.equals("pacman")) {
            packageTool(name, rest);
        } else if (Programs.PACKAGES.containsKey(name)) {
            packages(name, rest);
        } else if (Programs.KERNEL.contains(name)
                || name.startsWith("grub-")
                || name.startsWith("grub2-")) {
            objections.object(ContextRule.KERNEL, "runs " + name);
        } else if (Programs.IMAGE.contains(name)) {
            objections.object(ContextRule.IMAGE, "runs " + name);
        } else if (makesRoot(name, rest)) {
            objections.object(ContextRule.ROOT, "runs " + name);
        } else if (Programs.ACCOUNTS.contains(name)) {
            objections.object(ContextRule.ACCOUNTS, "runs " + name);
        } else {
            return runsText(name, rest, redirections, depth)
                    || services.judge(name, rest)
                    || writes.judge(name, rest);
        }
        return true;
    }

    /** Whether a command may give somebody root's rights; to lock root's password takes them. */
    private static boolean makesRoot(String name, List<String> rest) {
        return switch (name) {
            case "visudo", "chpasswd" -> true;
            case "passwd" ->
                    !rest.contains("-l")
                            && !rest.contains("--lock")
                            && (rest.contains("root")
                                    || rest.stream().allMatch(word -> word.startsWith("-")));
            case "usermod", "useradd", "adduser", "gpasswd" ->
                    rest.stream()
                            .flatMap(word -> Stream.of(word.split(",", -1)))
                            .anyMatch(ROOTS::contains);
            default -> false;
        };
    }

    private boolean runsText(
            String name, List<String> rest, List<Redirection> redirections, int depth) {
        switch (name) {
            case ".", "source" -> {
                if (rest.isEmpty()) {
                    objections.unclear("sources nothing that is named");
                } else {
                    file(rest.getFirst(), false);
                }
            }
            case "eval" -> text(rest, depth);
            case "trap" -> {
                if (rest.size() > 1
                        && !rest.getFirst().startsWith("-")
                        && !rest.getFirst().isEmpty()) {
                    text(rest.subList(0, 1), depth);
                }
            }
            case "alias" ->
                    rest.stream()
                            .filter(word -> word.indexOf('=') > 0)
                            .forEach(
                                    word ->
                                            text(
                                                    List.of(word.substring(word.indexOf('=') + 1)),
                                                    depth));
            case "su", "runuser" -> {
                int code = rest.indexOf("-c");
                code = code < 0 ? rest.indexOf("--command") : code;
                int ends = rest.indexOf("--");
                if (code >= 0) {
                    text(
                            rest.subList(
                                    Math.min(code + 1, rest.size()),
                                    Math.min(code + 2, rest.size())),
                            depth);
                } else if (name.equals("runuser") && ends >= 0 && ends + 1 < rest.size()) {
                    run(rest.subList(ends + 1, rest.size()), redirections, depth + 1);
                } else {
                    objections.unclear(name + " runs commands from its input");
                }
            }
            case "find" -> find(rest, depth);
            case "awk", "gawk", "mawk", "nawk" -> {
                if (rest.contains("-f")
                        || rest.contains("-i")
                        || rest.stream()
                                .anyMatch(
                                        word ->
                                                word.matches(
                                                        "(?s).*(?:system|\\||>\\s*[\"$(]).*"))) {
                    objections.unclear(name + " may run or write something");
                }
            }
            case "export", "declare", "typeset", "readonly", "local" ->
                    rest.forEach(
                            word -> {
                                if (word.indexOf('=') > 0) {
                                    preloads(word.substring(0, word.indexOf('=')));
                                }
                            });
            default -> {
                return false;
            }
        }
        return true;
    }

    private void find(List<String> rest, int depth) {
        var starts = new ArrayList<String>();
        for (var word : rest) {
            if (word.startsWith("-") || word.equals("(") || word.equals("!")) {
                break;
            }
            starts.add(word);
        }
        if (starts.size() > MAX_STARTS) {
            objections.unclear("find starts at more than %d places".formatted(MAX_STARTS));
            return;
        }
        for (int i = 0; i < rest.size(); i++) {
            var word = rest.get(i);
            if (word.equals("-delete")) {
                starts.forEach(start -> writes.write(start, Reach.ALL_BELOW));
                starts.forEach(writes::clears);
            } else if (word.startsWith("-fprint") || word.equals("-fls")) {
                rest.stream()
                        .skip(i + 1L)
                        .limit(1)
                        .forEach(file -> writes.write(file, Reach.ITSELF));
            } else if (word.matches("-(?:exec|ok)(?:dir)?")) {
                int end = i + 1;
                while (end < rest.size()
                        && !rest.get(end).equals(";")
                        && !rest.get(end).equals("+")) {
                    end++;
                }
                for (var start : starts) {
                    var found = start + "/" + ShellVariables.UNKNOWN;
                    var command =
                            rest.subList(i + 1, end).stream()
                                    .map(each -> each.replace("{}", found))
                                    .toList();
                    if (!command.isEmpty()) {
                        run(command, List.of(), depth + 1);
                    }
                }
                if (starts.isEmpty() && i + 1 < end) {
                    objections.unclear("find runs something, nobody knows on what");
                }
                i = end;
            }
        }
    }

    private void network(String name, List<String> rest) {
        boolean remote =
                switch (name) {
                    case "rsync" -> rest.stream().anyMatch(word -> word.indexOf(':') > 0);
                    case "git", "svn", "hg" ->
                            rest.stream()
                                    .anyMatch(
                                            word ->
                                                    word.matches(
                                                            "clone|fetch|pull|push|checkout|update"));
                    case "mount" ->
                            rest.stream()
                                    .anyMatch(
                                            word ->
                                                    word.matches(
                                                                    "nfs4?|cifs|smb3|smbfs|ceph|glusterfs|9p|afs|lustre|beegfs")
                                                            || word.startsWith("//")
                                                            || word.matches("[^/=]+:/.*"));
                    default -> Programs.NETWORK.contains(name);
                };
        if (remote) {
            objections.object(ContextRule.NETWORK, "runs " + name);
        }
    }

    private void packages(String name, List<String> rest) {
        var allowed = Programs.PACKAGES.getOrDefault(name, Set.of());
        var verb = rest.stream().filter(word -> !word.startsWith("-")).findFirst().orElse("--help");
        boolean asks = rest.stream().anyMatch(word -> word.matches("--version|--help|-h"));
        if (!allowed.contains("*")
                && !allowed.contains(verb)
                && !asks
                && !(verb.equals("--help") && rest.isEmpty() && !allowed.isEmpty())) {
            objections.object(
                    ContextRule.PACKAGES,
                    "runs " + name + (verb.startsWith("-") ? "" : " " + Objections.shown(verb)));
        }
    }

    /** Those whose options say what they do. */
    private void packageTool(String name, List<String> rest) {
        var reading =
                switch (name) {
                    case "dpkg" ->
                            "-[lLsSpICVW].*|--(?:list|listfiles|status|search|print-.*|get-selections"
                                    + "|compare-versions|verify|audit|info|contents|version|help|show)";
                    case "rpm" ->
                            "-q.*|-V.*|-K|--(?:query|verify|checksig|eval|version|showrc|help|querytags)";
                    default -> "-Q.*|-T.*|-V|-F[^y]*|-S[sig]+|--(?:query|version|deptest)";
                };
        var first = rest.stream().filter(word -> word.startsWith("-")).findFirst().orElse("");
        if (!first.matches(reading)) {
            objections.object(
                    ContextRule.PACKAGES,
                    "runs %s %s".formatted(name, Objections.shown(first)).strip());
        }
    }
}
