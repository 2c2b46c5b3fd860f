package org.imprimatur.inspect.context;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
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
    private static final int MAX_FINDINGS = 1_000;

    /** Where a medium may be mounted: what is run from there is of the medium. */
    private static final List<String> MOUNTS =
            List.of("/mnt/", "/media/", "/cdrom/", "/run/contextualisation/");

    private final Medium medium;

    /** What is read, by its path on the medium; whether it runs before the network is there. */
    private final Map<String, Boolean> early = new LinkedHashMap<>();

    private final Map<String, ShellScript> scripts = new LinkedHashMap<>();
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
        Map<String, Boolean> before;
        do {
            before = Map.copyOf(early);
            findings = new LinkedHashSet<>();
            for (var unread : medium.unread()) {
                add(ContextRule.UNCLEAR, Shown.path(unread.where()), 0, unread.reason());
            }
            names();
            List.copyOf(early.keySet()).forEach(this::read);
            var variables = ShellVariables.of(scripts.values());
            for (var script : List.copyOf(scripts.entrySet())) {
                judge(script.getKey(), script.getValue(), variables);
            }
        } while (!before.equals(early));
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

    private void read(String path) {
        var shown = Shown.path(path);
        switch (medium.items().get(path)) {
            case Item.Content content -> {
                var text = new String(content.bytes(), StandardCharsets.ISO_8859_1);
                if (isText(text, shown)) {
                    scripts.computeIfAbsent(path, _ -> ShellReader.read(text.replace("\r", ""), 1));
                    secrets(path, content.bytes());
                }
            }
            case Item.Large large ->
                    add(
                            ContextRule.FILE,
                            shown,
                            0,
                            "%d bytes, and at most %d are read"
                                    .formatted(large.size(), Medium.MAX_SCRIPT));
            case Item.Other other -> add(ContextRule.FILE, shown, 0, "it is " + other.kind());
            case Item.Link _ -> add(ContextRule.FILE, shown, 0, "it is a link");
            case null -> add(ContextRule.FILE, shown, 0, "it is not there");
        }
    }

    private boolean isText(String text, String shown) {
        if (text.isBlank()) {
            return true;
        }
        if (text.indexOf('\0') >= 0) {
            add(ContextRule.FILE, shown, 0, "it is a program or data, and no text");
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
                add(
                        ContextRule.UNCLEAR,
                        shown,
                        1,
                        "it is in the language of %s, and not the shell's"
                                .formatted(Shown.text(program, 40)));
                return false;
            }
        }
        int carriage = text.indexOf('\r');
        if (carriage >= 0) {
            add(
                    ContextRule.FILE,
                    shown,
                    line(text, carriage),
                    "a carriage return, which a shell takes for a part of the word before it");
        }
        return true;
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static int line(String text, int offset) {
        return 1 + (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
    }

    private void secrets(String path, byte[] content) {
        var search = new SecretSearch();
        search.begin("/" + path);
        search.accept(0, content, 0, content.length);
        var text = new String(content, StandardCharsets.ISO_8859_1);
        for (var sighting : search.finish()) {
            int offset = (int) Math.min(sighting.offset(), content.length);
            add(ContextRule.SECRET, Shown.path(path), line(text, offset), sighting.name());
        }
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
        if (FetchedCode.isIn(script.code())) {
            add(ContextRule.FETCHED, shown, fetching(script.code()), "runs what it fetches");
        }
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
