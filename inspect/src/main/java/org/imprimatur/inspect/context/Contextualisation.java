package org.imprimatur.inspect.context;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.imprimatur.disk.ImageException;
import org.imprimatur.inspect.context.Medium.Item;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.rules.FetchedCode;
import org.imprimatur.inspect.secrets.SecretSearch;
import org.jspecify.annotations.Nullable;

/**
 * Judges a contextualisation: the two scripts of a medium, and every other file of it that they
 * run.
 *
 * <p>Nothing is run. What cannot be read or understood is a finding of its own, so that a report
 * without findings says that all was judged.
 */
public final class Contextualisation {

    /** Run before the network is there. */
    public static final String PROLOG = "prolog.sh";

    /** Run when the network is there. */
    public static final String EPILOG = "epilog.sh";

    private static final int MAX_SCRIPTS = 64;

    /** How long all scripts may be together, in bytes. */
    private static final int MAX_TOTAL = 2 << 20;

    /** How deep scripts may lead to others. */
    private static final int MAX_ROUNDS = 16;

    private static final int MAX_FINDINGS = 1_000;

    /** Where a medium may be mounted: what is run from there is of the medium. */
    private static final List<String> MOUNTS =
            List.of("/mnt/", "/media/", "/cdrom/", "/run/contextualisation/");

    private final Medium medium;

    /** What is read, by its path on the medium; whether it runs before the network is there. */
    private final Map<String, Boolean> early = new LinkedHashMap<>();

    private final Map<String, ShellScript> scripts = new LinkedHashMap<>();

    /** What there is to say of each file by itself. */
    private final Map<String, List<ContextFinding>> ofFiles = new HashMap<>();

    private int total;
    private Set<ContextFinding> findings = new LinkedHashSet<>();

    private Contextualisation(Medium medium) {
        this.medium = medium;
    }

    /**
     * Judges an ISO 9660 image, or a directory with what is to be put into one.
     *
     * @throws ImageException if the file is no such image
     * @throws IOException if the machine fails
     */
    public static ContextReport check(Path path) throws IOException {
        return check(Medium.read(path));
    }

    static ContextReport check(Medium medium) {
        return new Contextualisation(medium).check();
    }

    private ContextReport check() {
        // the scripts are judged together, again and again while they lead to others
        Map<String, Boolean> before = Map.of();
        for (int round = 0; round == 0 || !before.equals(early); round++) {
            findings = new LinkedHashSet<>();
            if (round == MAX_ROUNDS) {
                add(
                        ContextRule.UNCLEAR,
                        "",
                        0,
                        "scripts that lead to others more than %d deep".formatted(MAX_ROUNDS));
            }
            for (var unread : medium.unread()) {
                add(ContextRule.UNCLEAR, Shown.path(unread.where()), 0, unread.reason());
            }
            names();
            before = new LinkedHashMap<>(early);
            for (var path : before.keySet()) {
                findings.addAll(ofFiles.computeIfAbsent(path, this::read));
            }
            var variables = ShellVariables.of(scripts.values());
            for (var script : List.copyOf(scripts.entrySet())) {
                judge(script.getKey(), script.getValue(), variables);
            }
            if (round == MAX_ROUNDS) {
                break;
            }
        }
        return new ContextReport(
                early.keySet().stream().map(Shown::path).sorted().toList(), List.copyOf(findings));
    }

    /** Looks for the two scripts by their names. */
    private void names() {
        boolean found = false;
        for (var name : List.of(PROLOG, EPILOG)) {
            if (medium.items().containsKey(name)) {
                found = true;
                var target = medium.resolve(name);
                if (target == null) {
                    add(
                            ContextRule.FILE,
                            name,
                            0,
                            "a link that leads out of the medium, or nowhere");
                } else {
                    enter(target, name.equals(PROLOG));
                }
            }
        }
        if (!found) {
            var other =
                    medium.top().stream()
                            .filter(
                                    name ->
                                            name.toLowerCase(Locale.ROOT)
                                                    .matches("(?:prolog|epilog)(?:\\.sh)?"))
                            .map(Shown::path)
                            .toList();
            add(
                    ContextRule.MISSING,
                    "",
                    0,
                    other.isEmpty()
                            ? "the top directory has no file of these names"
                            : "there is " + String.join(", ", other));
        }
    }

    private void enter(String path, boolean beforeNetwork) {
        if (early.size() < MAX_SCRIPTS || early.containsKey(path)) {
            early.merge(path, beforeNetwork, Boolean::logicalOr);
        } else {
            add(
                    ContextRule.UNCLEAR,
                    Shown.path(path),
                    0,
                    "more than %d scripts".formatted(MAX_SCRIPTS));
        }
    }

    /** Reads a script, and says what is wrong with the file. */
    private List<ContextFinding> read(String path) {
        var said = new ArrayList<ContextFinding>();
        var shown = Shown.path(path);
        switch (medium.items().get(path)) {
            case Item.Content content -> {
                total += content.bytes().length;
                if (total > MAX_TOTAL) {
                    said.add(file(shown, "scripts have more than %d bytes".formatted(MAX_TOTAL)));
                } else {
                    script(path, content.bytes(), said);
                }
            }
            case Item.Large large ->
                    said.add(
                            file(
                                    shown,
                                    "%d bytes, and at most %d are read"
                                            .formatted(large.size(), Medium.MAX_SCRIPT)));
            case Item.Other other -> said.add(file(shown, "it is " + other.kind()));
            case Item.Link _ -> said.add(file(shown, "it is a link"));
            case null -> said.add(file(shown, "it is not there"));
        }
        return said;
    }

    private static ContextFinding file(String shown, String evidence) {
        return new ContextFinding(ContextRule.FILE, shown, 0, evidence);
    }

    private void script(String path, byte[] content, List<ContextFinding> said) {
        var shown = Shown.path(path);
        var text = new String(content, StandardCharsets.ISO_8859_1);
        if (!isText(text, shown, said)) {
            return;
        }
        var script = ShellReader.read(text.replace("\r", ""), 1);
        scripts.put(path, script);
        var search = new SecretSearch();
        search.begin("/" + path);
        search.accept(0, content, 0, content.length);
        for (var sighting : search.finish()) {
            int line = line(text, (int) Math.min(sighting.offset(), content.length));
            said.add(new ContextFinding(ContextRule.SECRET, shown, line, sighting.name()));
        }
        if (FetchedCode.isIn(script.code())) {
            said.add(
                    new ContextFinding(
                            ContextRule.FETCHED,
                            shown,
                            fetching(script.code()),
                            "runs what it fetches"));
        }
    }

    private static boolean isText(String text, String shown, List<ContextFinding> said) {
        if (text.isBlank()) {
            return true;
        }
        if (text.indexOf('\0') >= 0) {
            said.add(file(shown, "it is a program or data, and no text"));
            return false;
        }
        if (text.startsWith("#!")) {
            var words =
                    text.substring(2).lines().findFirst().orElse("").strip().split("[ \t]+", -1);
            var program = name(words[0]);
            if (program.equals("env") && words.length > 1) {
                program = name(words[1]);
            }
            if (!Programs.SHELLS.contains(program)) {
                said.add(
                        new ContextFinding(
                                ContextRule.UNCLEAR,
                                shown,
                                1,
                                "it is in the language of %s, and not the shell's"
                                        .formatted(Shown.text(program, 40))));
                return false;
            }
        }
        int carriage = text.indexOf('\r');
        if (carriage >= 0) {
            said.add(
                    new ContextFinding(
                            ContextRule.FILE,
                            shown,
                            line(text, carriage),
                            "a carriage return, which a shell takes for a part of the word before it"));
        }
        return true;
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static int line(String text, int offset) {
        return 1 + (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
    }

    private void judge(String path, ShellScript script, ShellVariables variables) {
        var shown = Shown.path(path);
        boolean beforeNetwork = Boolean.TRUE.equals(early.get(path));
        new CommandJudge(
                        variables,
                        beforeNetwork,
                        (rule, line, evidence) -> add(rule, shown, line, evidence),
                        file -> leadsToMedium(path, file, beforeNetwork))
                .judge(script);
    }

    /** The first line with which the script runs what it fetches, found by halving. */
    private static int fetching(String code) {
        var ends = new ArrayList<Integer>();
        for (int end = code.indexOf('\n'); end >= 0; end = code.indexOf('\n', end + 1)) {
            ends.add(end);
        }
        int low = 1;
        int high = ends.size() + 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (FetchedCode.isIn(code.substring(0, ends.get(middle - 1)))) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Whether a script of the medium runs another of it, which is then judged too. */
    private boolean leadsToMedium(String from, String path, boolean beforeNetwork) {
        var target = onMedium(from, path);
        if (target != null) {
            enter(target, beforeNetwork);
        }
        return target != null;
    }

    private @Nullable String onMedium(String from, String path) {
        int known = 0;
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) == ShellVariables.PATTERN) {
                return null;
            } else if (path.charAt(i) == ShellVariables.UNKNOWN) {
                known = i + 1;
            }
        }
        var end = path.substring(known);
        var directory = from.contains("/") ? from.substring(0, from.lastIndexOf('/') + 1) : "";
        if (known > 0) {
            // what is not known is taken for the directory of the script, or for the medium's
            return end.startsWith("/")
                    ? either(directory + end.substring(1), end.substring(1))
                    : null;
        }
        for (var mount : MOUNTS) {
            if (path.startsWith(mount)) {
                var below = path.substring(mount.length());
                int slash = below.indexOf('/');
                return either(below, slash < 0 ? below : below.substring(slash + 1));
            }
        }
        return path.startsWith("/") ? null : either(directory + path, path);
    }

    private @Nullable String either(String first, String second) {
        var found = medium.resolve(first);
        return found == null ? medium.resolve(second) : found;
    }

    private void add(ContextRule rule, String file, int line, String evidence) {
        if (findings.size() < MAX_FINDINGS) {
            findings.add(new ContextFinding(rule, file, line, evidence));
        } else {
            findings.add(
                    new ContextFinding(ContextRule.UNCLEAR, "", 0, "more findings than are told"));
        }
    }
}
