package org.imprimatur.inspect;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.imprimatur.disk.FileType;
import org.imprimatur.disk.Unread;
import org.imprimatur.inspect.facts.Account;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.Group;
import org.imprimatur.inspect.facts.Password;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.facts.config.Listener;
import org.imprimatur.inspect.facts.config.Unit;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.rules.Finding;
import org.imprimatur.inspect.rules.Severity;

/**
 * What changed from one image to another. Times of files and extended attributes are not compared,
 * nor are the sizes of directories.
 */
public final class Comparison {

    /** An image with its files. */
    public record Side(Report report, FileIndex files) {}

    /** What happened to a thing. */
    public enum Kind {
        ADDED,
        REMOVED,
        CHANGED;

        /** In lower case, as documents write it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A property that is not what it was; texts are empty where the values are not told.
     *
     * @param property {@code version}, {@code mode}, {@code content}, …
     */
    public record Difference(String property, String before, String after) {}

    /**
     * A thing that came, went or changed.
     *
     * @param name for display
     * @param differences of a thing that changed; of one that came or went what it is, in {@code
     *     after} or {@code before}
     */
    public record Change(Kind kind, String name, List<Difference> differences) {

        /** Copies the list. */
        public Change {
            differences = List.copyOf(differences);
        }
    }

    /** What is compared besides findings and files, in the order of reports. */
    public enum Topic {
        SYSTEM,
        PACKAGES,
        ACCOUNTS,
        GROUPS,
        UNITS,
        LISTENERS;

        /** In lower case, as documents write it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Side before;
    private final Side after;
    private final List<Finding> newFindings;
    private final List<Finding> goneFindings;
    private final Map<Topic, List<Change>> changes = new TreeMap<>();
    private final Map<Kind, Long> fileCounts = new TreeMap<>();
    private long uncompared;

    private Comparison(Side before, Side after) {
        this.before = before;
        this.after = after;
        newFindings = without(after.report.findings(), before.report.findings());
        goneFindings = without(before.report.findings(), after.report.findings());
        for (var topic : Topic.values()) {
            changes.put(topic, changes(things(topic, before.report), things(topic, after.report)));
        }
        for (var kind : Kind.values()) {
            fileCounts.put(kind, 0L);
        }
        files(change -> fileCounts.merge(change.kind, 1L, Long::sum), _ -> uncompared++);
    }

    /** Compares two images, whose indices are filled and not changed any more. */
    public static Comparison of(Side before, Side after) {
        return new Comparison(before, after);
    }

    /** The older image. */
    public Report before() {
        return before.report;
    }

    /** The newer image. */
    public Report after() {
        return after.report;
    }

    /**
     * Findings that the older image did not have: of another rule, in another place, or with other
     * evidence; the heaviest first.
     */
    public List<Finding> newFindings() {
        return newFindings;
    }

    /** Findings that the newer image does not have. */
    public List<Finding> goneFindings() {
        return goneFindings;
    }

    /** True if there is a new finding of this severity or a heavier one. */
    public boolean hasNewFindings(Severity threshold) {
        return newFindings.stream().anyMatch(each -> each.severity().atLeast(threshold));
    }

    /** What changed of a topic, in order of name. */
    public List<Change> changes(Topic topic) {
        return changes.getOrDefault(topic, List.of());
    }

    /** How many files came, went or changed. */
    public long files(Kind kind) {
        return fileCounts.getOrDefault(kind, 0L);
    }

    /** Tells every file that came, went or changed, in order of path; there may be millions. */
    public void files(Consumer<Change> told) {
        files(told, _ -> {});
    }

    /** What was not compared. */
    public List<Unread> notCompared() {
        var places = new ArrayList<Unread>();
        missed("old", before, places);
        missed("new", after, places);
        if (uncompared > 0) {
            places.add(
                    new Unread(
                            "files",
                            "the content of %d was not read in both images".formatted(uncompared)));
        }
        return places;
    }

    private static void missed(String which, Side side, List<Unread> places) {
        if (side.files.missed() > 0) {
            places.add(
                    new Unread(
                            "files",
                            "%d files of the %s image are beyond the %d that there is room for"
                                    .formatted(side.files.missed(), which, side.files.size())));
        }
    }

    /** True if both images were read whole, and all of them was compared. */
    public boolean isComplete() {
        return notCompared().isEmpty()
                && before.report.unread().isEmpty()
                && after.report.unread().isEmpty();
    }

    /** True if no difference was found. */
    public boolean isEmpty() {
        return newFindings.isEmpty()
                && goneFindings.isEmpty()
                && changes.values().stream().allMatch(List::isEmpty)
                && fileCounts.values().stream().allMatch(each -> each == 0);
    }

    private static List<Finding> without(List<Finding> findings, List<Finding> others) {
        var known = new HashSet<List<String>>();
        others.forEach(each -> known.add(identity(each)));
        return findings.stream().filter(each -> !known.contains(identity(each))).toList();
    }

    private static List<String> identity(Finding finding) {
        return List.of(finding.rule().id(), finding.path(), finding.evidence());
    }

    // ---- things with properties

    /** The things of a topic with their properties, both for display. */
    private static Map<String, Map<String, String>> things(Topic topic, Report report) {
        var facts = report.facts();
        return switch (topic) {
            case SYSTEM -> system(report);
            case PACKAGES -> packages(facts);
            case ACCOUNTS -> things(facts.accounts(), each -> shown(each.name()), Comparison::of);
            case GROUPS -> things(facts.groups(), each -> shown(each.name()), Comparison::of);
            case UNITS ->
                    things(facts.configuration().services().running(), Unit::name, Comparison::of);
            case LISTENERS ->
                    things(
                            facts.configuration().listeners(),
                            each ->
                                    "%s %s port %s"
                                            .formatted(
                                                    each.protocol(),
                                                    shown(each.address()),
                                                    each.port() == 0 ? "?" : each.port()),
                            Comparison::of);
        };
    }

    private static <T> Map<String, Map<String, String>> things(
            Collection<T> all, Function<T, String> name, Function<T, Map<String, String>> of) {
        var things = new TreeMap<String, Map<String, String>>();
        for (var each : all) {
            // A second one of a name counts where it differs from the first.
            of.apply(each)
                    .forEach(
                            (property, value) ->
                                    things.computeIfAbsent(name.apply(each), _ -> new TreeMap<>())
                                            .merge(property, value, Comparison::joined));
        }
        return things;
    }

    private static String joined(String first, String next) {
        var values = new TreeSet<>(List.of(first.split(", ", -1)));
        values.addAll(List.of(next.split(", ", -1)));
        return String.join(", ", values);
    }

    private static Map<String, Map<String, String>> system(Report report) {
        var boot = report.facts().configuration().boot();
        var things = new TreeMap<String, Map<String, String>>();
        things.put("operating system", Map.of("name", report.facts().os().prettyName()));
        things.put("architecture", Map.of("name", report.facts().architecture()));
        things.put("kernels", Map.of("versions", String.join(", ", boot.kernels())));
        things.put("default kernel", Map.of("version", shown(boot.defaultKernel())));
        things.put(
                "image",
                Map.of(
                        "format",
                        report.image().format(),
                        "disk bytes",
                        Long.toString(report.image().virtualBytes())));
        return things;
    }

    private static Map<String, Map<String, String>> packages(Facts facts) {
        var all = new ArrayList<InstalledPackage>(facts.packages());
        all.addAll(facts.otherPackages());
        return things(
                all,
                each ->
                        "%s %s%s%s"
                                .formatted(
                                        each.kind().urlType(),
                                        each.namespace().isEmpty()
                                                ? ""
                                                : shown(each.namespace()) + "/",
                                        shown(each.name()),
                                        each.architecture().isEmpty()
                                                ? ""
                                                : ":" + shown(each.architecture())),
                each -> Map.of("version", shown(each.version())));
    }

    private static Map<String, String> of(Account account) {
        return Map.of(
                "uid", Long.toString(account.uid()),
                "gid", Long.toString(account.gid()),
                "home", shown(account.home()),
                "shell", shown(account.shell()),
                "password", password(account.password()));
    }

    static String password(Password password) {
        return switch (password) {
            case Password.Empty() -> "empty";
            case Password.Usable(String kind) -> "usable (" + kind + ")";
            case Password.LockedHash(String kind) -> "locked (" + kind + ")";
            case Password.None() -> "none";
        };
    }

    private static Map<String, String> of(Group group) {
        return Map.of(
                "gid",
                Long.toString(group.gid()),
                "members",
                String.join(
                        ", ",
                        new TreeSet<>(group.members().stream().map(Comparison::shown).toList())));
    }

    private static Map<String, String> of(Unit unit) {
        return Map.of(
                "state",
                unit.state().word(),
                "start",
                unit.start().name().toLowerCase(Locale.ROOT));
    }

    private static Map<String, String> of(Listener listener) {
        return Map.of("unit", shown(listener.unit()));
    }

    private static String shown(String text) {
        return Shown.text(text);
    }

    private static List<Change> changes(
            Map<String, Map<String, String>> before, Map<String, Map<String, String>> after) {
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        var changes = new ArrayList<Change>();
        for (var name : names) {
            var old = Optional.ofNullable(before.get(name));
            var young = Optional.ofNullable(after.get(name));
            var kind = old.isEmpty() ? Kind.ADDED : young.isEmpty() ? Kind.REMOVED : Kind.CHANGED;
            var properties = new TreeSet<>(old.orElse(Map.of()).keySet());
            properties.addAll(young.orElse(Map.of()).keySet());
            var differences = new ArrayList<Difference>();
            for (var property : properties) {
                var was = old.orElse(Map.of()).getOrDefault(property, "");
                var is = young.orElse(Map.of()).getOrDefault(property, "");
                if (!was.equals(is)) {
                    differences.add(new Difference(property, was, is));
                }
            }
            if (kind != Kind.CHANGED || !differences.isEmpty()) {
                changes.add(new Change(kind, name, differences));
            }
        }
        return List.copyOf(changes);
    }

    // ---- files

    private void files(Consumer<Change> told, Consumer<FileIndex.Entry> notCompared) {
        var old = before.files;
        var young = after.files;
        int i = 0;
        int j = 0;
        while (i < old.size() || j < young.size()) {
            int order =
                    i == old.size()
                            ? 1
                            : j == young.size() ? -1 : FileIndex.comparePaths(old, i, young, j);
            if (order < 0) {
                var entry = old.entry(i++);
                told.accept(
                        new Change(
                                Kind.REMOVED,
                                entry.path(),
                                List.of(new Difference("file", description(entry), ""))));
            } else if (order > 0) {
                var entry = young.entry(j++);
                told.accept(
                        new Change(
                                Kind.ADDED,
                                entry.path(),
                                List.of(new Difference("file", "", description(entry)))));
            } else {
                var differences = differences(old.entry(i++), young.entry(j++), notCompared);
                if (!differences.isEmpty()) {
                    told.accept(new Change(Kind.CHANGED, old.entry(i - 1).path(), differences));
                }
            }
        }
    }

    private static List<Difference> differences(
            FileIndex.Entry old, FileIndex.Entry young, Consumer<FileIndex.Entry> notCompared) {
        var differences = new ArrayList<Difference>(4);
        boolean sameType = old.type() == young.type();
        if (!sameType) {
            differences.add(new Difference("type", word(old.type()), word(young.type())));
        }
        if (old.mode() != young.mode()) {
            differences.add(new Difference("mode", mode(old), mode(young)));
        }
        if (old.uid() != young.uid() || old.gid() != young.gid()) {
            differences.add(new Difference("owner", owner(old), owner(young)));
        }
        if (sameType && old.size() != young.size()) {
            differences.add(
                    new Difference("size", Long.toString(old.size()), Long.toString(young.size())));
        }
        if (sameType && hasContent(old.type())) {
            if (old.hasDigest() && young.hasDigest()) {
                if (!old.hasDigestOf(young)) {
                    differences.add(new Difference(contentOf(old.type()), "", ""));
                }
            } else if (old.size() == young.size()) {
                notCompared.accept(young);
            }
        }
        return differences;
    }

    private static boolean hasContent(FileType type) {
        return switch (type) {
            case REGULAR, SYMLINK, BLOCK_DEVICE, CHARACTER_DEVICE -> true;
            case DIRECTORY, FIFO, SOCKET -> false;
        };
    }

    private static String contentOf(FileType type) {
        return switch (type) {
            case REGULAR, DIRECTORY, FIFO, SOCKET -> "content";
            case SYMLINK -> "target";
            case BLOCK_DEVICE, CHARACTER_DEVICE -> "device";
        };
    }

    private static String description(FileIndex.Entry entry) {
        var text = "%s, %s, %s".formatted(word(entry.type()), mode(entry), owner(entry));
        return entry.type() == FileType.REGULAR
                ? text + ", %d bytes".formatted(entry.size())
                : text;
    }

    private static String word(FileType type) {
        return type.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String mode(FileIndex.Entry entry) {
        return "%04o".formatted(entry.mode());
    }

    private static String owner(FileIndex.Entry entry) {
        return entry.uid() + ":" + entry.gid();
    }
}
