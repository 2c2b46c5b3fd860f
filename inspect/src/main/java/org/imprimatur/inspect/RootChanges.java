package org.imprimatur.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.imprimatur.inspect.Comparison.Change;
import org.imprimatur.inspect.Comparison.Difference;
import org.imprimatur.inspect.Comparison.Kind;
import org.imprimatur.inspect.Comparison.Topic;

/**
 * What changed from a base image to one that was combined from it, and no VO configuration may
 * change (TVM-2): the kernel, and what root configures. A VO may add software, libraries and data;
 * what the base brought along stays as it is.
 *
 * @param changes at most {@value #MAX_LISTED}, in order of topic and name, files last
 * @param more how many there are besides
 */
public record RootChanges(List<RootChange> changes, long more) {

    static final int MAX_LISTED = 1000;

    private static final List<String> KERNEL =
            List.of("/boot/", "/lib/modules/", "/usr/lib/modules/");
    private static final List<String> ROOT =
            List.of("/etc/", "/root/", "/lib/systemd/", "/usr/lib/systemd/");
    private static final List<String> SYSTEM =
            List.of("/bin/", "/lib/", "/lib32/", "/lib64/", "/libx32/", "/sbin/", "/usr/");

    /** Where a VO may do as it likes, although it lies among what the system brings. */
    private static final String LOCAL = "/usr/local/";

    /** Made from what is installed; nobody configures anything in them. */
    private static final Set<String> DERIVED = Set.of("/etc/ld.so.cache");

    private static final Set<String> DISTRIBUTIONS = Set.of("deb", "rpm", "apk", "alpm");

    /** A regular file with the set-uid or set-gid bit, as changes describe it. */
    private static final Pattern PRIVILEGED = Pattern.compile("(regular, )?[2-7][0-7]{3}(,.*)?");

    /** What no VO configuration may touch. */
    public enum Part {
        /** Kernel, modules, and what starts them. */
        KERNEL,
        /** Accounts, services, what lies in {@code /etc}, privileged programs. */
        ROOT,
        /** What the base image brought along. */
        BASE;

        /** In lower case, as documents write it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One change that is beyond a VO configuration. */
    public record RootChange(Part part, Change change) {}

    /** Copies the list. */
    public RootChanges {
        changes = List.copyOf(changes);
    }

    /** Those of a comparison of the base image with the combined one. */
    public static RootChanges of(Comparison comparison) {
        var found = new Collector();
        for (var topic : Topic.values()) {
            comparison.changes(topic).forEach(change -> found.add(part(topic, change), change));
        }
        comparison.files(change -> found.add(ofFile(change), change));
        return new RootChanges(found.changes, found.more);
    }

    private static final class Collector {
        private final List<RootChange> changes = new ArrayList<>();
        private long more;

        void add(Optional<Part> part, Change change) {
            if (part.isEmpty()) {
                return;
            }
            if (changes.size() < MAX_LISTED) {
                changes.add(new RootChange(part.get(), change));
            } else {
                more++;
            }
        }
    }

    /** Which part a change is of; empty if a VO configuration may bring it. */
    private static Optional<Part> part(Topic topic, Change change) {
        return switch (topic) {
            case SYSTEM ->
                    switch (change.name()) {
                        case "image" -> Optional.empty(); // the shape of the file
                        case "operating system" -> Optional.of(Part.BASE);
                        default -> Optional.of(Part.KERNEL);
                    };
            case PACKAGES -> {
                var type = change.name().substring(0, change.name().indexOf(' '));
                yield change.kind() != Kind.ADDED && DISTRIBUTIONS.contains(type)
                        ? Optional.of(Part.BASE)
                        : Optional.empty();
            }
            case ACCOUNTS, GROUPS, UNITS, LISTENERS -> Optional.of(Part.ROOT);
        };
    }

    static Optional<Part> ofFile(Change change) {
        var path = change.name();
        if (DERIVED.contains(path)) {
            return Optional.empty();
        }
        if (isBelow(path, KERNEL)) {
            return Optional.of(Part.KERNEL);
        }
        if (isBelow(path, ROOT) || isMadePrivileged(change)) {
            return Optional.of(Part.ROOT);
        }
        return change.kind() != Kind.ADDED && isBelow(path, SYSTEM) && !path.startsWith(LOCAL)
                ? Optional.of(Part.BASE)
                : Optional.empty();
    }

    private static boolean isBelow(String path, List<String> directories) {
        return directories.stream().anyMatch(path::startsWith);
    }

    private static boolean isMadePrivileged(Change change) {
        var modes =
                change.differences().stream()
                        .filter(
                                each ->
                                        each.property().equals("file")
                                                ? each.after().startsWith("regular,")
                                                : each.property().equals("mode"));
        return modes.map(Difference::after).anyMatch(mode -> PRIVILEGED.matcher(mode).matches());
    }
}
