package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.imprimatur.disk.LvmText.Items;
import org.imprimatur.disk.LvmText.Number;
import org.imprimatur.disk.LvmText.Section;
import org.imprimatur.disk.LvmText.Text;
import org.imprimatur.disk.LvmText.Value;

/**
 * A volume group as its metadata describe it, checked in itself.
 *
 * @param name escaped for display
 * @param number counts the versions of the metadata
 * @param text what all this was read from
 * @param physicals by the name that they have in the text
 * @param used the extents in use on each physical volume, rising
 */
record LvmGroup(
        String id,
        String name,
        long number,
        Section text,
        long extentBytes,
        boolean isExported,
        Map<String, Physical> physicals,
        List<Logical> logicals,
        Map<String, List<Area>> used) {

    /**
     * @param uuid 32 characters
     * @param start where the first extent begins, in bytes
     * @param isMissing whether the group was used without it, so that what is on it may be old
     */
    record Physical(String name, String uuid, long start, long extents, boolean isMissing) {}

    /** A run of extents of one physical volume. */
    record Area(String physical, long first, long extents) {}

    /**
     * @param start the extent of the logical volume that it begins with
     * @param areas one, or as many as there are stripes
     */
    record Segment(long start, List<Area> areas, long stripeBytes) {

        long extents() {
            return areas.size() * areas.getFirst().extents();
        }
    }

    /**
     * @param name escaped for display
     * @param segments in order, without gaps; empty with a refusal
     * @param refusal why it cannot be read; empty when it can
     */
    record Logical(String name, List<Segment> segments, String refusal) {}

    private static final int SECTOR = 512;
    private static final long MAX_NUMBER = 0xffff_ffffL;

    /** The types that are runs of extents and nothing else. */
    private static final Set<String> PLAIN = Set.of("striped", "linear");

    static LvmGroup of(Section text) throws ImageException {
        if (!text.text("contents").equals("Text Format Volume Group")
                || text.number("version", MAX_NUMBER) != 1) {
            throw new UnsupportedImageException(
                    "LVM metadata of the kind '%s' and version %d"
                            .formatted(
                                    Escaped.of(text.text("contents")),
                                    text.number("version", MAX_NUMBER)));
        }
        String name = "";
        Section group = text;
        for (Map.Entry<String, Value> each : text.values().entrySet()) {
            if (each.getValue() instanceof Section section) {
                if (!name.isEmpty()) {
                    throw new CorruptImageException(
                            "LVM metadata of the two groups '%s' and '%s'"
                                    .formatted(Escaped.of(name), Escaped.of(each.getKey())));
                }
                name = each.getKey();
                group = section;
            }
        }
        if (name.isEmpty()) {
            throw new CorruptImageException("LVM metadata of no group");
        }
        long extentBytes = group.number("extent_size", MAX_NUMBER) * SECTOR;
        if (extentBytes == 0) {
            throw new CorruptImageException("'extent_size' is 0");
        }
        var used = new HashMap<String, List<Area>>();
        Map<String, Physical> physicals = physicals(group, extentBytes);
        List<Logical> logicals = logicals(group, physicals, extentBytes, used);
        for (List<Area> areas : used.values()) {
            areas.sort(Comparator.comparingLong(Area::first));
            refuseOverlap(areas);
        }
        return new LvmGroup(
                group.text("id"),
                Escaped.of(name),
                group.number("seqno", MAX_NUMBER),
                text,
                extentBytes,
                group.lists("status", "EXPORTED"),
                physicals,
                logicals,
                used);
    }

    /** Without this a small text could describe volumes larger than all disks. */
    private static void refuseOverlap(List<Area> areas) throws CorruptImageException {
        long end = 0;
        for (Area area : areas) {
            if (area.first() < end) {
                throw new CorruptImageException(
                        "extent %d of %s belongs to two logical volumes"
                                .formatted(area.first(), Escaped.of(area.physical())));
            }
            end = area.first() + area.extents();
        }
    }

    private static Map<String, Physical> physicals(Section group, long extentBytes)
            throws ImageException {
        var physicals = new LinkedHashMap<String, Physical>();
        for (Map.Entry<String, Value> each :
                group.section("physical_volumes").values().entrySet()) {
            if (each.getValue() instanceof Section section) {
                long start = section.number("pe_start", Long.MAX_VALUE / SECTOR) * SECTOR;
                long extents = section.number("pe_count", MAX_NUMBER);
                if (extents > (Long.MAX_VALUE - start) / extentBytes) {
                    throw new CorruptImageException(
                            "a physical volume of %d extents of %d bytes"
                                    .formatted(extents, extentBytes));
                }
                physicals.put(
                        each.getKey(),
                        new Physical(
                                each.getKey(),
                                section.text("id").replace("-", ""),
                                start,
                                extents,
                                section.lists("flags", "MISSING")));
            }
        }
        return physicals;
    }

    private static List<Logical> logicals(
            Section group,
            Map<String, Physical> physicals,
            long extentBytes,
            Map<String, List<Area>> used)
            throws ImageException {
        var logicals = new ArrayList<Logical>();
        for (Map.Entry<String, Value> each : group.section("logical_volumes").values().entrySet()) {
            if (each.getValue() instanceof Section section) {
                logicals.add(logical(each.getKey(), section, physicals, extentBytes, used));
            }
        }
        return List.copyOf(logicals);
    }

    private static Logical logical(
            String name,
            Section section,
            Map<String, Physical> physicals,
            long extentBytes,
            Map<String, List<Area>> used)
            throws ImageException {
        var segments = new ArrayList<Segment>();
        String refusal = "";
        try {
            for (Value each : section.values().values()) {
                if (each instanceof Section segment) {
                    String type = segment.text("type");
                    if (PLAIN.contains(type)) {
                        segments.add(segment(segment, physicals, extentBytes, used));
                    } else {
                        refusal =
                                "a logical volume of the type %s, for which there is no reader"
                                        .formatted(Escaped.of(type));
                        markOther(segment, physicals, used);
                    }
                }
            }
            segments.sort((one, other) -> Long.compare(one.start(), other.start()));
            long next = 0;
            for (Segment segment : segments) {
                if (refusal.isEmpty() && segment.start() != next) {
                    throw new CorruptImageException(
                            "its segments go on at extent %d, not %d"
                                    .formatted(segment.start(), next));
                }
                next = segment.start() + segment.extents();
            }
            if (refusal.isEmpty() && next == 0) {
                refusal = "a logical volume without any extent";
            }
        } catch (CorruptImageException e) {
            refusal = "a logical volume whose description is wrong: " + e.explanation();
        }
        if (refusal.isEmpty() && !section.lists("status", "VISIBLE")) {
            refusal = "a hidden part of other logical volumes, not read by itself";
        }
        return new Logical(
                Escaped.of(name), refusal.isEmpty() ? List.copyOf(segments) : List.of(), refusal);
    }

    private static Segment segment(
            Section segment,
            Map<String, Physical> physicals,
            long extentBytes,
            Map<String, List<Area>> used)
            throws CorruptImageException {
        long start = segment.number("start_extent", MAX_NUMBER);
        long count = segment.number("extent_count", MAX_NUMBER);
        List<Value> stripes = segment.list("stripes");
        int columns = stripes.size() / 2;
        if (columns == 0
                || stripes.size() % 2 != 0
                || segment.values().containsKey("stripe_count")
                        && segment.number("stripe_count", MAX_NUMBER) != columns
                || count == 0
                || count % columns != 0) {
            throw new CorruptImageException(
                    "%d extents on a list of %d stripes".formatted(count, columns));
        }
        long stripe = 0;
        if (columns > 1) {
            stripe = segment.number("stripe_size", MAX_NUMBER) * SECTOR;
            if (stripe == 0 || extentBytes % stripe != 0) {
                throw new CorruptImageException(
                        "stripes of %d bytes in extents of %d".formatted(stripe, extentBytes));
            }
        }
        var areas = new ArrayList<Area>();
        for (int i = 0; i < stripes.size(); i += 2) {
            if (!(stripes.get(i) instanceof Text(String name))
                    || !(stripes.get(i + 1) instanceof Number(long first))) {
                throw new CorruptImageException("a stripe without a physical volume and a number");
            }
            Physical physical = physicals.get(name);
            if (physical == null
                    || first < 0
                    || count / columns > physical.extents()
                    || first > physical.extents() - count / columns) {
                throw new CorruptImageException(
                        "a stripe of %d extents from %d on, which '%s' does not have"
                                .formatted(count / columns, first, Escaped.of(name)));
            }
            areas.add(new Area(name, first, count / columns));
        }
        for (Area area : areas) {
            used.computeIfAbsent(area.physical(), _ -> new ArrayList<>()).add(area);
        }
        return new Segment(start, List.copyOf(areas), stripe);
    }

    /** What a segment of another type takes of physical volumes, as far as it names any. */
    private static void markOther(
            Section segment, Map<String, Physical> physicals, Map<String, List<Area>> used)
            throws CorruptImageException {
        long count = segment.number("extent_count", MAX_NUMBER);
        for (Value each : segment.values().values()) {
            if (each instanceof Items(List<Value> items)) {
                for (int i = 0; i + 1 < items.size(); i++) {
                    if (items.get(i) instanceof Text(String name)
                            && items.get(i + 1) instanceof Number(long first)
                            && first >= 0
                            && first <= MAX_NUMBER
                            && physicals.containsKey(name)) {
                        used.computeIfAbsent(name, _ -> new ArrayList<>())
                                .add(new Area(name, first, count));
                    }
                }
            }
        }
    }

    /** Where an area begins on its physical volume, in bytes. */
    long place(Area area) {
        Physical physical = physicals.get(area.physical());
        if (physical == null) {
            throw new IllegalArgumentException(area + " is of another group");
        }
        return physical.start() + area.first() * extentBytes;
    }

    /** Whether a partition of this size holds all extents of the physical volume. */
    boolean fits(Physical physical, long size) {
        return physical.start() <= size
                && physical.extents() <= (size - physical.start()) / extentBytes;
    }

    /** Gives what no logical volume uses, up to the end of the partition. */
    void free(Physical physical, long size, RangeSink sink) throws IOException {
        long at = 0;
        for (Area area : used.getOrDefault(physical.name(), List.of())) {
            if (area.first() > at) {
                sink.accept(physical.start() + at * extentBytes, (area.first() - at) * extentBytes);
            }
            at = Math.max(at, Math.min(area.first() + area.extents(), physical.extents()));
        }
        long rest = physical.start() + at * extentBytes;
        if (rest < size) {
            sink.accept(rest, size - rest);
        }
    }
}
