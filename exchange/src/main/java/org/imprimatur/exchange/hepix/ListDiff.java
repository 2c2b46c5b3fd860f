package org.imprimatur.exchange.hepix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How two lists differ. Images without a UUID are left out: nothing can be said of them. The order
 * of keys, and whether a number is written as text, is no difference.
 *
 * @param listKeys the keys of the list itself that differ, but for its images
 * @param added the images that only the newer list has
 * @param removed the images that only the older list has: they are no longer endorsed
 * @param changed the images of both that differ
 */
public record ListDiff(
        List<String> listKeys, List<UUID> added, List<UUID> removed, List<Changed> changed) {

    private static final Set<String> RENEWED =
            Set.of("dc:date:created", "dc:date:expires", "hv:version");

    /** An image that differs, and in which keys. */
    public record Changed(UUID identifier, List<String> keys) {

        public Changed {
            keys = List.copyOf(keys);
        }

        /** Whether it is another file: readers fetch it again, and approvals are asked for anew. */
        public boolean newFile() {
            return keys.contains("sl:checksum:sha512");
        }
    }

    public ListDiff {
        listKeys = List.copyOf(listKeys);
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        changed = List.copyOf(changed);
    }

    /** Compares two lists. */
    public static ListDiff between(ImageList older, ImageList newer) {
        var before = older.byIdentifier();
        var after = newer.byIdentifier();
        var changed = new ArrayList<Changed>();
        after.forEach(
                (identifier, now) -> {
                    var old = before.get(identifier);
                    // Most are the very same, which is seen sooner than how they differ.
                    if (old != null && !old.equals(now)) {
                        var keys = keys(old, now);
                        if (!keys.isEmpty()) {
                            changed.add(new Changed(identifier, keys));
                        }
                    }
                });
        changed.sort(Comparator.comparing(Changed::identifier));
        return new ListDiff(
                older.keysThatDiffer(newer),
                missing(after, before),
                missing(before, after),
                changed);
    }

    /** What the one has and the other has not. */
    private static List<UUID> missing(Map<UUID, ObjectNode> one, Map<UUID, ObjectNode> other) {
        return one.keySet().stream().filter(id -> !other.containsKey(id)).sorted().toList();
    }

    static List<String> keys(ObjectNode one, ObjectNode other, String... but) {
        var names = new TreeSet<String>();
        one.fieldNames().forEachRemaining(names::add);
        other.fieldNames().forEachRemaining(names::add);
        names.removeAll(List.of(but));
        var keys = new ArrayList<String>();
        for (var name : names) {
            if (!same(one.get(name), other.get(name))) {
                keys.add(name);
            }
        }
        return keys;
    }

    private static boolean same(@Nullable JsonNode one, @Nullable JsonNode other) {
        if (one == null || other == null) {
            return one == null && other == null;
        }
        return one.isValueNode() && other.isValueNode()
                ? one.asText().equals(other.asText())
                : one.equals(other);
    }

    /** Whether nothing differs but what each signing changes: times and version. */
    public boolean isOnlyRenewal() {
        return RENEWED.containsAll(listKeys)
                && added.isEmpty()
                && removed.isEmpty()
                && changed.isEmpty();
    }

    /** Whether nothing differs. */
    public boolean isEmpty() {
        return listKeys.isEmpty() && added.isEmpty() && removed.isEmpty() && changed.isEmpty();
    }
}
