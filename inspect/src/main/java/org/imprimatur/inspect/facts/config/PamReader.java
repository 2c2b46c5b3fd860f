package org.imprimatur.inspect.facts.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.Shown;

/**
 * Reads the stacks of {@code /etc/pam.d} and asks each the question that matters: does it say yes
 * to somebody of whom every module that checks says no? Controls are evaluated as libpam does.
 */
final class PamReader {

    private static final int MAX_DEPTH = 16;
    private static final int MAX_ENTRIES = 2000;
    private static final int MAX_SERVICES = 1000;

    /** Files read for one question to one service: inclusions can multiply without end. */
    private static final int MAX_FILES = 300;

    private static final List<String> DIRECTORIES = List.of("/etc/pam.d", "/usr/lib/pam.d");

    /** Modules that say yes, or nothing, to everybody. */
    private static final Set<String> YES = Set.of("pam_permit");

    private static final Set<String> SILENT =
            Set.of(
                    "pam_cap",
                    "pam_echo",
                    "pam_env",
                    "pam_faildelay",
                    "pam_faillock",
                    "pam_gnome_keyring",
                    "pam_group",
                    "pam_kwallet",
                    "pam_kwallet5",
                    "pam_mount",
                    "pam_umask",
                    "pam_warn");

    private final ConfigReader reader;
    private int files;

    /** One line: what to do when its module says yes, no or nothing. */
    private record Entry(
            int level, String yes, String no, String nothing, String module, boolean nullok) {}

    private PamReader(ConfigReader reader) {
        this.reader = reader;
    }

    static List<PamStack> read(ConfigReader reader) {
        var pam = new PamReader(reader);
        var services = new TreeMap<String, String>();
        for (var directory : DIRECTORIES) {
            for (var name : reader.names(directory)) {
                if (reader.kind(directory + "/" + name) == GuestFiles.Kind.FILE
                        && !name.endsWith("~")
                        && !name.contains(".dpkg-")
                        && !name.contains(".rpm")) {
                    services.putIfAbsent(name, directory + "/" + name);
                }
            }
        }
        var stacks = new ArrayList<PamStack>();
        for (Map.Entry<String, String> service : services.entrySet()) {
            for (var type : List.of("auth", "account")) {
                if (stacks.size() >= 2 * MAX_SERVICES) {
                    reader.missed("/etc/pam.d", "more than %d services".formatted(MAX_SERVICES));
                    return stacks;
                }
                var entries = new ArrayList<Entry>();
                pam.files = 0;
                pam.collect(service.getValue(), type, 0, 0, entries);
                if (!entries.isEmpty()) {
                    stacks.add(
                            new PamStack(
                                    Shown.text(service.getKey()),
                                    Shown.path(service.getValue()),
                                    type,
                                    saysYes(entries),
                                    entries.stream().anyMatch(Entry::nullok),
                                    new ArrayList<>(
                                            new TreeSet<>(
                                                    entries.stream()
                                                            .map(Entry::module)
                                                            .toList()))));
                }
            }
        }
        return stacks;
    }

    private void collect(String path, String type, int level, int depth, List<Entry> entries) {
        if (depth > MAX_DEPTH || ++files > MAX_FILES) {
            reader.missed(path, "files of PAM include each other too deep or too often");
            return;
        }
        var whole = new StringBuilder();
        for (var raw : reader.lines(path)) {
            int comment = raw.indexOf('#');
            var line = comment < 0 ? raw : raw.substring(0, comment);
            if (line.endsWith("\\") && whole.length() < 1 << 16) {
                whole.append(line, 0, line.length() - 1).append(' ');
                continue;
            }
            line(whole.append(line).toString().strip(), path, type, level, depth, entries);
            whole.setLength(0);
        }
    }

    private void line(
            String line, String path, String type, int level, int depth, List<Entry> entries) {
        var word = words(line);
        if (word.size() == 2 && word.getFirst().equals("@include")) {
            included(word.get(1), type, level, depth, entries);
            return;
        }
        if (word.size() < 3) {
            return;
        }
        var kind = word.getFirst().toLowerCase(Locale.ROOT);
        if (!(kind.startsWith("-") ? kind.substring(1) : kind).equals(type)) {
            return;
        }
        var control = word.get(1).toLowerCase(Locale.ROOT);
        if (control.equals("include") || control.equals("substack")) {
            included(
                    word.get(2),
                    type,
                    control.equals("include") ? level : level + 1,
                    depth,
                    entries);
            return;
        }
        if (entries.size() >= MAX_ENTRIES) {
            reader.missed(path, "more than %d modules".formatted(MAX_ENTRIES));
            return;
        }
        var module = module(word.get(2));
        entries.add(entry(level, control, module, isNullok(module, word.subList(3, word.size()))));
    }

    private static boolean isNullok(String module, List<String> arguments) {
        return module.equals("pam_unix")
                && (arguments.contains("nullok") || arguments.contains("nullok_secure"));
    }

    private void included(String name, String type, int level, int depth, List<Entry> entries) {
        if (name.startsWith("/")) {
            collect(name, type, level, depth + 1, entries);
            return;
        }
        for (var directory : DIRECTORIES) {
            if (reader.kind(directory + "/" + name) == GuestFiles.Kind.FILE) {
                collect(directory + "/" + name, type, level, depth + 1, entries);
                return;
            }
        }
    }

    private static Entry entry(int level, String control, String module, boolean nullok) {
        return switch (control) {
            case "required" -> new Entry(level, "ok", "bad", "ignore", module, nullok);
            case "requisite" -> new Entry(level, "ok", "die", "ignore", module, nullok);
            case "sufficient" -> new Entry(level, "done", "ignore", "ignore", module, nullok);
            case "optional" -> new Entry(level, "ok", "ignore", "ignore", module, nullok);
            default -> {
                var given = new TreeMap<String, String>();
                for (var pair : control.replace("[", "").replace("]", "").split("[ \t]+", -1)) {
                    int equals = pair.indexOf('=');
                    if (equals > 0) {
                        given.put(pair.substring(0, equals), pair.substring(equals + 1));
                    }
                }
                var otherwise = given.getOrDefault("default", "bad");
                var yes = given.getOrDefault("success", otherwise);
                var no =
                        given.getOrDefault(
                                "auth_err", given.getOrDefault("perm_denied", otherwise));
                var nothing = given.getOrDefault("ignore", otherwise);
                yield new Entry(level, yes, no, nothing, module, nullok);
            }
        };
    }

    /** libpam's way through a stack, where only modules that say yes to everybody say yes. */
    private static boolean saysYes(List<Entry> entries) {
        boolean positive = false;
        boolean negative = false;
        for (int i = 0; i < entries.size(); i++) {
            var entry = entries.get(i);
            var action =
                    YES.contains(entry.module)
                            ? entry.yes
                            : SILENT.contains(entry.module) ? entry.nothing : entry.no;
            boolean end = false;
            switch (action) {
                case "ok" -> positive = true;
                case "done" -> {
                    positive = true;
                    end = true;
                }
                case "bad" -> negative = true;
                case "die" -> {
                    negative = true;
                    end = true;
                }
                case "ignore" -> {}
                case "reset" -> {
                    positive = false;
                    negative = false;
                }
                default -> i += jump(action);
            }
            if (end && negative && action.equals("done")) {
                end = false; // after a failure, success of a later module ends nothing
            }
            if (end) {
                if (entry.level == 0) {
                    break;
                }
                while (i + 1 < entries.size() && entries.get(i + 1).level >= entry.level) {
                    i++;
                }
            }
        }
        return positive && !negative;
    }

    private static int jump(String action) {
        try {
            return action.length() > 4 ? 0 : Math.max(0, Integer.parseInt(action));
        } catch (NumberFormatException _) {
            return 0; // libpam takes a control it does not know for a failure of the line
        }
    }

    private static String module(String path) {
        var name = path.substring(path.lastIndexOf('/') + 1);
        return Shown.text(name.endsWith(".so") ? name.substring(0, name.length() - 3) : name);
    }

    /** Words between blanks; what stands in brackets is one word. */
    private static List<String> words(String line) {
        var words = new ArrayList<String>();
        int i = 0;
        while (i < line.length()) {
            if (Character.isWhitespace(line.charAt(i))) {
                i++;
                continue;
            }
            int end = i;
            if (line.charAt(i) == '[') {
                int close = line.indexOf(']', i);
                end = close < 0 ? line.length() : close + 1;
            } else {
                while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
                    end++;
                }
            }
            words.add(line.substring(i, end));
            i = end;
        }
        return words;
    }
}
