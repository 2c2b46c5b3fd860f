package org.imprimatur.inspect.context;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.imprimatur.inspect.context.Places.Reach;

/** Judges commands by the places that they write to. */
final class WriteJudge {

    private static final int MAX_DIRECTORIES = 20;

    private final Objections objections;
    private final Set<String> directories = new LinkedHashSet<>(List.of("/"));

    WriteJudge(Objections objections) {
        this.objections = objections;
    }

    /** Relative paths may start at every directory that the script changes to. */
    void changesTo(String directory) {
        directories.add(
                directories.size() < MAX_DIRECTORIES
                        ? directory
                        : String.valueOf(ShellVariables.UNKNOWN));
    }

    /** Judges a command, if it is known to write; says whether it is. */
    boolean judge(String name, List<String> rest) {
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
            case "coproc" -> objections.unclear("a command beside the script");
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
            objections.unclear("sed takes its commands from a file");
        }
        for (var word : rest) {
            if (word.matches("(?s)(?:[^|]*[;}\\n0-9$/ ])?[we] ?/.*")) {
                objections.unclear("sed may run or write something");
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

    /** Something is written at a path as it stands in the script. */
    void write(String path, Reach reach) {
        if (path.isEmpty() || path.equals("-")) {
            return;
        }
        if (path.equals("~") || path.startsWith("~/")) {
            write("/root" + path.substring(1), reach);
        } else if (path.startsWith("/")) {
            place(path, reach);
        } else if (Places.marker(path) == 0 || path.charAt(0) == '~') {
            objections.unclear("writes to a place that is made of a variable");
        } else {
            for (var directory : directories) {
                if (directory.startsWith("/")) {
                    place(directory + "/" + path, reach);
                } else {
                    objections.unclear(
                            "writes to a place relative to one that is made of a variable");
                }
            }
        }
    }

    private void place(String path, Reach reach) {
        var rule = Places.rule(path, reach);
        if (rule == ContextRule.UNCLEAR) {
            objections.unclear(
                    "writes to %s, or below it, nobody knows what"
                            .formatted(Objections.shown(path)));
        } else if (rule != null) {
            objections.object(rule, "changes " + Objections.shown(Places.normal(path)));
        }
    }

    /** Logs that are deleted, or moved away. */
    void clears(String path) {
        var normal = path.startsWith("/") ? Places.normal(path) : path;
        if (normal.equals("/var/log")
                || normal.startsWith("/var/log/")
                || normal.startsWith("/run/log/journal")) {
            objections.object(ContextRule.LOGGING, "takes away " + Objections.shown(normal));
        }
    }
}
