package org.imprimatur.inspect.context;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.imprimatur.inspect.context.Places.Reach;
import org.imprimatur.inspect.context.ShellCommand.HereDocument;
import org.imprimatur.inspect.context.ShellCommand.Redirection;
import org.imprimatur.inspect.facts.Shown;
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

    private static final int MAX_DIRECTORIES = 20;
    private static final int MAX_STARTS = 20;

    private static final int SHOWN = 120;

    /** Root, and groups whose members are root whenever they wish. */
    private static final Set<String> ROOTS =
            Set.of("root", "sudo", "wheel", "admin", "docker", "lxd", "libvirt", "disk", "shadow");

    private static final Set<String> ENDING = Set.of("stop", "disable", "mask", "kill");

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

    /** Takes findings. */
    @FunctionalInterface
    interface Sink {
        void add(ContextRule rule, int line, String evidence);
    }

    private final ShellVariables variables;
    private final boolean beforeNetwork;
    private final Set<String> directories = new LinkedHashSet<>();
    private final Sink sink;
    private final FileRun files;

    /** What becomes of a file that a script runs or sources. */
    @FunctionalInterface
    interface FileRun {
        /** Whether it is on the medium, and is judged too. */
        boolean isOnMedium(String path);
    }

    private int line;
    private int inner;

    /**
     * @param beforeNetwork whether it is run by {@code prolog.sh}
     */
    CommandJudge(ShellVariables variables, boolean beforeNetwork, Sink sink, FileRun files) {
        this.variables = variables;
        this.beforeNetwork = beforeNetwork;
        this.sink = sink;
        this.files = files;
    }

    void judge(ShellScript script) {
        directories.add("/");
        judge(script, 0);
    }

    private void judge(ShellScript script, int depth) {
        for (var fault : script.faults()) {
            sink.add(ContextRule.UNCLEAR, fault.line(), fault.reason());
        }
        script.commands().forEach(this::directory);
        for (var command : script.commands()) {
            line = command.line();
            judge(command, depth);
        }
    }

    /** Relative paths may start at every directory that the script changes to. */
    private void directory(ShellCommand command) {
        var words = expanded(command);
        if (words.size() > 1
                && (words.getFirst().equals("cd") || words.getFirst().equals("pushd"))) {
            directories.add(
                    directories.size() < MAX_DIRECTORIES
                            ? words.getLast()
                            : String.valueOf(ShellVariables.UNKNOWN));
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
                object(ContextRule.NETWORK, "opens " + shown(target));
            }
            if (redirection.writes()) {
                write(target, Reach.ITSELF);
            }
        }
        var words = expanded(command);
        if (!words.isEmpty()) {
            run(words, command.redirections(), depth);
        }
    }

    private void preloads(String variable) {
        if (variable.equals("LD_PRELOAD") || variable.equals("LD_AUDIT")) {
            object(ContextRule.KERNEL, "sets " + variable);
        }
    }

    // ---- what is run

    private void run(List<String> words, List<Redirection> redirections, int depth) {
        if (depth > MAX_DEPTH) {
            unclear("commands in words of commands more than %d deep".formatted(MAX_DEPTH));
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
            unclear("a command that is made of a variable");
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
            unclear("env splits a text into words");
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
        unclear(name + " runs commands from its input");
    }

    private void script(HereDocument document, int depth) {
        inner(document.text(), document.line(), depth);
    }

    /** Words that are a script. */
    private void text(List<String> words, int depth) {
        var text = String.join(" ", words);
        if (words.isEmpty() || Places.marker(text) >= 0) {
            unclear("runs a text that is made of a variable");
            return;
        }
        inner(text, line, depth);
    }

    private void inner(String text, int first, int depth) {
        if (depth >= MAX_DEPTH) {
            unclear("commands in words of commands more than %d deep".formatted(MAX_DEPTH));
            return;
        }
        inner += text.length();
        if (inner > MAX_INNER) {
            unclear("more than %d characters of scripts in words".formatted(MAX_INNER));
            return;
        }
        int here = line;
        judge(ShellReader.read(text, first), depth + 1);
        line = here;
    }

    private void interpreter(String name, List<String> rest) {
        if (rest.stream().anyMatch("install"::equals)) {
            object(ContextRule.PACKAGES, name + " … install");
        } else if (rest.isEmpty()
                || !rest.stream().allMatch(word -> word.matches("-V|-v|--version"))) {
            unclear(name + " runs what is not in the shell's language");
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
        unclear("runs %s, which is not on the medium".formatted(shown(path)));
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
            object(ContextRule.KERNEL, "runs " + name);
        } else if (Programs.IMAGE.contains(name)) {
            object(ContextRule.IMAGE, "runs " + name);
        } else if (makesRoot(name, rest)) {
            object(ContextRule.ROOT, "runs " + name);
        } else if (Programs.ACCOUNTS.contains(name)) {
            object(ContextRule.ACCOUNTS, "runs " + name);
        } else {
            return runsText(name, rest, redirections, depth)
                    || services(name, rest)
                    || writes(name, rest);
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
                    unclear("sources nothing that is named");
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
                    unclear(name + " runs commands from its input");
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
                    unclear(name + " may run or write something");
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
            unclear("find starts at more than %d places".formatted(MAX_STARTS));
            return;
        }
        for (int i = 0; i < rest.size(); i++) {
            var word = rest.get(i);
            if (word.equals("-delete")) {
                starts.forEach(start -> write(start, Reach.ALL_BELOW));
                starts.forEach(this::clears);
            } else if (word.startsWith("-fprint") || word.equals("-fls")) {
                rest.stream().skip(i + 1L).limit(1).forEach(file -> write(file, Reach.ITSELF));
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
                    unclear("find runs something, nobody knows on what");
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
            object(ContextRule.NETWORK, "runs " + name);
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
            object(
                    ContextRule.PACKAGES,
                    "runs " + name + (verb.startsWith("-") ? "" : " " + shown(verb)));
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
            object(ContextRule.PACKAGES, "runs %s %s".formatted(name, shown(first)).strip());
        }
    }

    // ---- services

    private boolean services(String name, List<String> rest) {
        var verbs = rest.stream().filter(word -> !word.startsWith("-")).toList();
        var first = verbs.isEmpty() ? "" : verbs.getFirst();
        switch (name) {
            case "systemctl" -> {
                if (ENDING.contains(first)) {
                    verbs.stream().skip(1).forEach(unit -> ends(unit, "systemctl " + first));
                }
            }
            case "service", "rc-service", "invoke-rc.d" -> {
                if (verbs.size() > 1 && ENDING.contains(verbs.get(1))) {
                    ends(first, name + " … " + verbs.get(1));
                }
            }
            case "chkconfig" -> {
                if (verbs.contains("off") || rest.contains("--del")) {
                    ends(first, name + " … off");
                }
            }
            case "update-rc.d" -> {
                if (verbs.contains("remove") || verbs.contains("disable")) {
                    ends(first, name + " … disable");
                }
            }
            case "rc-update" -> {
                if (first.startsWith("del") && verbs.size() > 1) {
                    ends(verbs.get(1), name + " del");
                }
            }
            case "kill" -> {
                // whom it ends is a number; only to be told something is no end
                if (rest.stream().noneMatch(word -> word.matches("-(?:s|0|1|HUP|USR1|USR2)"))) {
                    unclear("kill ends a process that is not named");
                }
            }
            case "killall", "pkill" -> verbs.forEach(each -> ends(each, name));
            case "auditctl" -> {
                int at = rest.indexOf("-e");
                if (rest.contains("-D")
                        || at >= 0 && at + 1 < rest.size() && rest.get(at + 1).equals("0")) {
                    object(ContextRule.LOGGING, "auditctl switches auditing off");
                }
            }
            case "setenforce" -> {
                if (!first.equals("1") && !first.equalsIgnoreCase("enforcing")) {
                    object(ContextRule.LOGGING, "setenforce switches SELinux off");
                }
            }
            case "aa-teardown", "aa-disable" -> object(ContextRule.LOGGING, "runs " + name);
            case "iptables", "ip6tables" -> {
                if (rest.stream().anyMatch(word -> word.matches("-F|--flush|-X"))
                        && first.isEmpty()) {
                    object(ContextRule.LOGGING, name + " takes all rules away");
                }
            }
            case "nft" -> {
                if (verbs.contains("flush") && verbs.contains("ruleset")) {
                    object(ContextRule.LOGGING, "nft takes all rules away");
                }
            }
            case "ufw" -> {
                if (first.equals("disable") || first.equals("reset")) {
                    object(ContextRule.LOGGING, "ufw " + first);
                }
            }
            case "journalctl" -> {
                if (rest.stream().anyMatch(word -> word.startsWith("--vacuum"))) {
                    object(ContextRule.LOGGING, "journalctl deletes the journal");
                }
            }
            default -> {
                if (ENDING.contains(first) && Programs.WATCHING.contains(name)) {
                    ends(name, first);
                    return true;
                }
                return false;
            }
        }
        return true;
    }

    private void ends(String unit, String how) {
        if (Places.marker(unit) >= 0) {
            unclear(how + " of a service that is made of a variable");
            return;
        }
        int dot = unit.lastIndexOf('.');
        var stem =
                dot > 0 && unit.substring(dot).matches("\\.(?:service|socket|target|timer)")
                        ? unit.substring(0, dot)
                        : unit;
        if (Programs.WATCHING.contains(stem) || stem.startsWith("systemd-journald")) {
            object(ContextRule.LOGGING, "%s %s".formatted(how, shown(stem)));
        }
    }

    // ---- what is written

    private boolean writes(String name, List<String> rest) {
        boolean deep =
                rest.stream()
                        .anyMatch(
                                word ->
                                        hasLetter(word, "rRa")
                                                || word.equals("--recursive")
                                                || word.equals("--archive"));
        switch (name) {
            case "tee" -> each(operands(rest, ""), Reach.ITSELF);
            case "touch", "mkdir", "mkfifo" -> each(operands(rest, "mrtd"), Reach.ITSELF);
            case "truncate" -> {
                var emptied = operands(rest, "sr");
                each(emptied, Reach.ITSELF);
                emptied.forEach(this::clears);
            }
            case "rm", "rmdir", "unlink", "shred" -> {
                var gone = operands(rest, name.equals("shred") ? "ns" : "");
                each(gone, deep ? Reach.ALL_BELOW : Reach.ITSELF);
                gone.forEach(this::clears);
            }
            case "chmod", "chown", "chgrp", "setfacl", "setcap", "chcon" -> {
                var operands = operands(rest, name.equals("setfacl") ? "mxM" : "");
                boolean first = !name.equals("setfacl") && !hasReference(rest);
                each(
                        operands.subList(Math.min(first ? 1 : 0, operands.size()), operands.size()),
                        deep ? Reach.ALL_BELOW : Reach.ITSELF);
            }
            case "cp", "install", "ln", "rsync", "scp", "link" -> copy(name, rest, deep, false);
            case "mv" -> copy(name, rest, true, true);
            case "mknod" ->
                    operands(rest, "m").stream().limit(1).forEach(f -> write(f, Reach.ITSELF));
            case "sed", "gsed" -> sed(rest);
            case "dd" ->
                    rest.stream()
                            .filter(word -> word.startsWith("of="))
                            .forEach(word -> write(word.substring(3), Reach.ITSELF));
            case "tar", "bsdtar", "unzip", "cpio", "pax", "7z", "patch" -> unpack(name, rest);
            case "curl", "wget" -> fetch(name, rest);
            case "git" -> {
                var operands = operands(rest, "bcCo");
                if (operands.contains("clone")) {
                    write(operands.size() > 2 ? operands.getLast() : ".", Reach.ITSELF);
                }
            }
            case "coproc" -> unclear("a command beside the script");
            case "mount", "umount" -> {
                var operands = operands(rest, "toOLU");
                boolean again = rest.stream().anyMatch(word -> word.contains("remount"));
                if (name.equals("umount") || again || operands.size() > 1) {
                    var where = operands.isEmpty() ? "" : operands.getLast();
                    if (!where.isEmpty() && !Places.normal(where).startsWith("/opt/")) {
                        write(where, Reach.ITSELF);
                    }
                }
            }
            case "split", "csplit" -> write(rest.isEmpty() ? "x" : rest.getLast(), Reach.ITSELF);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Whether a word is short options with one of these among them. */
    private static boolean hasLetter(String word, String letters) {
        return word.length() > 1
                && word.charAt(0) == '-'
                && word.charAt(1) != '-'
                && word.chars().anyMatch(c -> letters.indexOf(c) >= 0);
    }

    private static boolean hasReference(List<String> words) {
        return words.stream().anyMatch(word -> word.startsWith("--reference"));
    }

    /**
     * The words that are no options, with those behind a double dash.
     *
     * @param letters of the options that take the next word
     */
    private static List<String> operands(List<String> words, String letters) {
        var operands = new ArrayList<String>();
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            if (word.equals("--")) {
                operands.addAll(words.subList(i + 1, words.size()));
                break;
            } else if (word.length() > 1 && word.charAt(0) == '-') {
                if (!word.startsWith("--")
                        && letters.indexOf(word.charAt(word.length() - 1)) >= 0) {
                    i++;
                }
            } else {
                operands.add(word);
            }
        }
        return operands;
    }

    private void copy(String name, List<String> rest, boolean deep, boolean moves) {
        var letters =
                switch (name) {
                    case "install" -> "tmogS";
                    case "rsync" -> "efTM";
                    case "scp" -> "cFiJloPS";
                    default -> "tS";
                };
        var operands = new ArrayList<>(operands(rest, letters));
        String target = null;
        for (int i = 0; i < rest.size(); i++) {
            var word = rest.get(i);
            if (word.startsWith("--target-directory=")) {
                target = word.substring(word.indexOf('=') + 1);
            } else if (name.matches("cp|mv|ln|install")
                    && (word.matches("-[a-zA-Z]*t") || word.equals("--target-directory"))
                    && i + 1 < rest.size()) {
                target = rest.get(i + 1);
            }
        }
        if (rest.contains("--target-directory")) {
            operands.remove(target);
        }
        if (name.equals("install")
                && rest.stream().anyMatch(w -> w.matches("-[a-zA-Z]*d|--directory"))) {
            each(operands, Reach.ITSELF);
            return;
        }
        if (target == null) {
            if (operands.size() < 2) {
                target = ".";
            } else {
                target = operands.removeLast();
            }
        }
        if (target.indexOf(':') > 0 && (name.equals("rsync") || name.equals("scp"))) {
            return;
        }
        write(target, Reach.ITSELF);
        for (var source : operands) {
            var base = source.substring(source.lastIndexOf('/') + 1);
            if (deep && !moves || base.isEmpty() || base.equals(".")) {
                write(target, Reach.SOMETHING_BELOW);
            } else {
                write(target + "/" + base, Reach.ITSELF);
            }
            if (moves) {
                write(source, Reach.ALL_BELOW);
                clears(source);
            }
            if (name.equals("ln") && source.equals("/dev/null")) {
                clears(target);
            }
        }
    }

    private void sed(List<String> rest) {
        boolean inPlace =
                rest.stream()
                        .anyMatch(
                                word ->
                                        word.matches("-[a-zA-Z]*i.*")
                                                || word.startsWith("--in-place"));
        var operands = operands(rest, "efl");
        boolean given =
                rest.stream()
                        .anyMatch(word -> word.matches("-[nErsuz]*[ef]|--expression=.*|--file=.*"));
        if (rest.stream().anyMatch(word -> word.matches("-[nErsuz]*f|--file.*"))) {
            unclear("sed takes its commands from a file");
        }
        for (var word : rest) {
            if (word.matches("(?s)(?:[^|]*[;}\\n0-9$/ ])?[we] ?/.*")) {
                unclear("sed may run or write something");
            }
        }
        if (inPlace) {
            each(
                    operands.subList(Math.min(given ? 0 : 1, operands.size()), operands.size()),
                    Reach.ITSELF);
        }
    }

    private void unpack(String name, List<String> rest) {
        boolean reads =
                switch (name) {
                    case "tar", "bsdtar" ->
                            !rest.isEmpty()
                                    && rest.stream()
                                            .noneMatch(
                                                    word ->
                                                            word.matches(
                                                                    "-[a-zA-Z]*x.*|--extract|--get"))
                                    && !(rest.getFirst().indexOf('x') >= 0
                                            && rest.getFirst().length() < 10);
                    case "cpio", "pax" ->
                            rest.stream()
                                    .noneMatch(word -> word.matches("-[a-zA-Z]*[ipr].*|--extract"));
                    case "unzip" -> rest.stream().anyMatch(word -> word.matches("-[lptvZ]+"));
                    default -> false;
                };
        if (reads) {
            return;
        }
        String where = null;
        for (int i = 0; i < rest.size(); i++) {
            var word = rest.get(i);
            if (word.matches("-[CdD]|--directory") && i + 1 < rest.size()) {
                where = rest.get(i + 1);
            } else if (word.startsWith("--directory=")) {
                where = word.substring(word.indexOf('=') + 1);
            } else if (word.startsWith("-C") && word.length() > 2) {
                where = word.substring(2);
            }
        }
        if (where != null) {
            write(where, Reach.SOMETHING_BELOW);
        } else {
            here(Reach.SOMETHING_BELOW);
        }
    }

    private void fetch(String name, List<String> rest) {
        for (int i = 0; i < rest.size(); i++) {
            var word = rest.get(i);
            boolean file =
                    name.equals("curl")
                            ? word.matches("-[a-zA-Z]*o|--output|--output-dir")
                            : word.matches("-[a-zA-Z]*[OP]|--output-document|--directory-prefix");
            if (file && i + 1 < rest.size()) {
                write(rest.get(i + 1), Reach.ITSELF);
            } else if (word.matches(
                    "--(?:output|output-dir|output-document|directory-prefix)=.*")) {
                write(word.substring(word.indexOf('=') + 1), Reach.ITSELF);
            }
        }
    }

    private void each(List<String> paths, Reach reach) {
        paths.forEach(path -> write(path, reach));
    }

    private void here(Reach reach) {
        directories.forEach(directory -> write(directory, reach));
    }

    private void write(String path, Reach reach) {
        if (path.isEmpty() || path.equals("-")) {
            return;
        }
        if (path.equals("~") || path.startsWith("~/")) {
            write("/root" + path.substring(1), reach);
        } else if (path.startsWith("/")) {
            place(path, reach);
        } else if (Places.marker(path) == 0 || path.charAt(0) == '~') {
            unclear("writes to a place that is made of a variable");
        } else {
            for (var directory : directories) {
                if (directory.startsWith("/")) {
                    place(directory + "/" + path, reach);
                } else {
                    unclear("writes to a place relative to one that is made of a variable");
                }
            }
        }
    }

    private void place(String path, Reach reach) {
        var rule = Places.rule(path, reach);
        if (rule == ContextRule.UNCLEAR) {
            unclear("writes to %s, or below it, nobody knows what".formatted(shown(path)));
        } else if (rule != null) {
            object(rule, "changes " + shown(Places.normal(path)));
        }
    }

    /** Logs that are deleted, or moved away. */
    private void clears(String path) {
        var normal = path.startsWith("/") ? Places.normal(path) : path;
        if (normal.equals("/var/log")
                || normal.startsWith("/var/log/")
                || normal.startsWith("/run/log/journal")) {
            object(ContextRule.LOGGING, "takes away " + shown(normal));
        }
    }

    // ---- findings

    private void object(ContextRule rule, String evidence) {
        sink.add(rule, line, evidence);
    }

    private void unclear(String evidence) {
        sink.add(ContextRule.UNCLEAR, line, evidence);
    }

    /** What is not known of a path is three dots. */
    private static String shown(String path) {
        return Shown.text(
                        path.replace(ShellVariables.UNKNOWN, '\u0001')
                                .replace(ShellVariables.PATTERN, '\u0001'),
                        SHOWN)
                .replace("\\x01", "…");
    }
}
