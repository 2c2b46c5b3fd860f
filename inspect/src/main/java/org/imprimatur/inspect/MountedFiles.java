package org.imprimatur.inspect;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.imprimatur.disk.FilePath;
import org.imprimatur.disk.Note;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.facts.UnreadableException;
import org.jspecify.annotations.Nullable;

/**
 * The files of an installed system as it sees them itself: its root, and what its fstab(5) mounts
 * below. Symbolic links lead from one file system into another, as they do there.
 */
final class MountedFiles implements GuestFiles {

    /** Where facts are read. What else is mounted is walked, but not looked up by path. */
    private static final List<String> NEEDED = List.of("/etc", "/home", "/root", "/usr", "/var");

    /** As many symbolic links as Linux follows in one path (path_resolution(7)). */
    private static final int MAX_LINKS = 40;

    private static final int MAX_DEPTH = 256;
    private static final int MAX_KEPT = 20_000;

    /**
     * What is seen at a mount point.
     *
     * @param base the directory of the file system that is its root there, without a slash at the
     *     end: a subvolume, or the source of a bind mount; empty for the whole
     */
    record Mount(GuestVolume volume, String base) {

        /** Whether this is a state of the other that was kept, and nobody could change since. */
        boolean isSnapshotOf(Mount other) {
            return volume == other.volume && volume.isSnapshot(base, other.base);
        }

        /** Where it is, for people. */
        String title() {
            return volume.volume().title() + (base.isEmpty() ? "" : ":" + Shown.path(base));
        }
    }

    /** By mount point, without a slash at the end; the root is the empty text. */
    private final TreeMap<String, Mount> mounts = new TreeMap<>();

    // Guarded by itself. Directories, and where they really are.
    private final Map<String, String> kept =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                    return size() > MAX_KEPT;
                }
            };

    /** A system that has nothing mounted yet. */
    MountedFiles(Mount root) {
        mounts.put("", root);
    }

    /** Mounts what fstab says. What is needed and not in the image is recorded as missed. */
    void mountAll(List<GuestVolume> all, ConfigReader reader, List<Note> notes) {
        mountAll(Fstab.parse(reader.lines("/etc/fstab")), all, reader, notes);
    }

    /** Mounts what these lines say. */
    void mountAll(List<Fstab> lines, List<GuestVolume> all, ConfigReader reader, List<Note> notes) {
        for (var line : lines) {
            try {
                if (line.point().isEmpty()) {
                    compareRoot(line, all, notes);
                } else if (line.isBind()) {
                    var source = place(canonical(line.device()));
                    put(line, new Mount(source.volume, trimmed(source.path)));
                } else if (line.isOnDisk()) {
                    mount(line, all, reader, notes);
                }
            } catch (UnreadableException e) {
                reader.missed(line.point(), "could not be mounted: " + e.reason());
            }
        }
    }

    private void mount(Fstab line, List<GuestVolume> all, ConfigReader reader, List<Note> notes)
            throws UnreadableException {
        for (var volume : all) {
            if (line.isOf(volume)) {
                var base = base(line, volume);
                if (base == null) {
                    reader.missed(
                            line.point(),
                            "is mounted from a subvolume '%s' that %s does not have"
                                    .formatted(
                                            Shown.path(line.option("subvol"))
                                                    + line.option("subvolid"),
                                            volume.volume().title()));
                } else {
                    put(line, new Mount(volume, base));
                }
                return;
            }
        }
        if (line.isOptional()) {
            return;
        }
        var reason = "is mounted from %s, which was not found".formatted(Shown.path(line.device()));
        if (isNeeded(line.point())) {
            reader.missed(line.point(), reason);
        } else {
            notes.add(new Note(Shown.path(line.point()), reason));
        }
    }

    private void put(Fstab line, Mount mount) throws UnreadableException {
        var point = canonical(line.point());
        synchronized (kept) {
            kept.clear();
        }
        mounts.put(point, mount);
    }

    /** The directory of a volume that a line mounts; null if it has no such subvolume. */
    private static @Nullable String base(Fstab line, GuestVolume volume) {
        var wanted = line.option("subvol");
        var number = line.option("subvolid");
        if (wanted.isEmpty() && number.isEmpty()) {
            return volume.defaultBase();
        }
        for (var each : volume.subvolumes()) {
            var path = trimmed(new String(each.path().bytes(), StandardCharsets.ISO_8859_1));
            if (wanted.isEmpty()
                    ? Long.toString(each.id()).equals(number)
                    : path.equals(wanted.startsWith("/") ? trimmed(wanted) : "/" + wanted)) {
                return path;
            }
        }
        return null;
    }

    /** Whether fstab agrees that the root is where it was found. */
    boolean isRootOf(ConfigReader reader) {
        for (var line : Fstab.parse(reader.lines("/etc/fstab"))) {
            if (line.point().isEmpty() && line.isOnDisk()) {
                return line.isOf(root().volume) && root().base.equals(base(line, root().volume));
            }
        }
        return false;
    }

    private void compareRoot(Fstab line, List<GuestVolume> all, List<Note> notes) {
        if (!line.isOnDisk()) {
            return;
        }
        boolean known = all.stream().anyMatch(line::isOf);
        if (!line.isOf(root().volume) || !root().base.equals(base(line, root().volume))) {
            notes.add(
                    new Note(
                            "/",
                            "fstab mounts the root from %s, which %s; the system was found on %s"
                                    .formatted(
                                            Shown.path(line.device()),
                                            known ? "is another part" : "was not found",
                                            root().title())));
        }
    }

    private Mount root() {
        return mounts.firstEntry().getValue();
    }

    private static boolean isNeeded(String directory) {
        return NEEDED.stream()
                .anyMatch(each -> directory.equals(each) || directory.startsWith(each + "/"));
    }

    static String trimmed(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }

    @Override
    public @Nullable Entry find(String path) throws UnreadableException {
        var place = place(canonical(path));
        return place.volume.find(place.path);
    }

    @Override
    public void read(String path, long maxBytes, Sink sink) throws UnreadableException {
        var place = place(canonical(path));
        place.volume.read(place.path, maxBytes, sink);
    }

    @Override
    public List<String> names(String directory) throws UnreadableException {
        var place = place(canonical(directory));
        return new ArrayList<>(place.volume.names(place.path));
    }

    @Override
    public @Nullable String link(String path) throws UnreadableException {
        var trimmed = trimmed(path);
        int slash = trimmed.lastIndexOf('/');
        if (slash < 0) {
            return null;
        }
        var place =
                place(canonicalDirectory(trimmed.substring(0, slash)) + trimmed.substring(slash));
        return place.volume.link(place.path);
    }

    /**
     * The path by which the system sees a file of a volume, one character for each byte; null if it
     * does not see it: its volume is not mounted, or something else is mounted over it.
     */
    @Nullable String guestPath(GuestVolume volume, FilePath file) {
        var path = new String(file.bytes(), StandardCharsets.ISO_8859_1);
        if (isWhole(volume)) {
            return path;
        }
        for (var mount : mounts.entrySet()) {
            var base = mount.getValue().base;
            if (mount.getValue().volume == volume
                    && path.startsWith(base)
                    && (path.length() == base.length() || path.charAt(base.length()) == '/')) {
                var seen = mount.getKey() + path.substring(base.length());
                if (mountPoint(seen).equals(mount.getKey())) {
                    return seen.isEmpty() ? "/" : seen;
                }
            }
        }
        return null;
    }

    /** Whether this volume is all that the system sees, each file at its own path. */
    boolean isWhole(GuestVolume volume) {
        return mounts.size() == 1 && root().base.isEmpty() && root().volume == volume;
    }

    /** The mount point that a path without links is below. */
    private String mountPoint(String path) {
        var point = trimmed(path);
        while (true) {
            // Every mount point that the path is below sorts before it, the deepest last; and what
            // sorts between that one and the path begins like both of them.
            var before = mounts.floorKey(point);
            if (before == null) {
                return "";
            }
            int same = commonStart(before, point);
            if (same == before.length() && (same == point.length() || point.charAt(same) == '/')) {
                return before;
            }
            point = point.substring(0, Math.max(0, point.lastIndexOf('/', same)));
        }
    }

    private static int commonStart(String one, String other) {
        int end = Math.min(one.length(), other.length());
        int same = 0;
        while (same < end && one.charAt(same) == other.charAt(same)) {
            same++;
        }
        return same;
    }

    private Place place(String path) {
        var point = mountPoint(path);
        var mount = mounts.getOrDefault(point, root());
        var rest = mount.base + path.substring(point.length());
        return new Place(mount.volume, rest.isEmpty() ? "/" : rest);
    }

    /** The same path without any symbolic link, {@code .} or {@code ..}. */
    private String canonical(String path) throws UnreadableException {
        if (isWhole(root().volume)) {
            // One file system follows its links by itself.
            return path;
        }
        var trimmed = trimmed(path);
        int slash = trimmed.lastIndexOf('/');
        if (slash < 0) {
            return "";
        }
        var directory = canonicalDirectory(trimmed.substring(0, slash));
        return resolved(directory, trimmed.substring(slash));
    }

    private String canonicalDirectory(String path) throws UnreadableException {
        if (path.isEmpty() || mounts.size() == 1 && root().base.isEmpty()) {
            return path;
        }
        synchronized (kept) {
            var known = kept.get(path);
            if (known != null) {
                return known;
            }
        }
        var found = resolved("", path);
        synchronized (kept) {
            kept.put(path, found);
        }
        return found;
    }

    /** Follows a path from a directory that is without links. */
    private String resolved(String start, String path) throws UnreadableException {
        var rest = new ArrayDeque<>(List.of(path.split("/+")));
        var trail = new StringBuilder(start);
        int links = 0;
        int steps = 0;
        while (!rest.isEmpty()) {
            var part = rest.pop();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                trail.setLength(Math.max(0, trail.lastIndexOf("/")));
                continue;
            }
            if (++steps > MAX_DEPTH * MAX_LINKS) {
                throw new UnreadableException("has more than %d parts".formatted(steps - 1));
            }
            int before = trail.length();
            trail.append('/').append(part);
            var place = place(trail.toString());
            var target = place.volume.link(place.path);
            if (target == null) {
                continue;
            }
            if (++links > MAX_LINKS) {
                throw new UnreadableException(
                        "has more than %d symbolic links on its way".formatted(MAX_LINKS));
            }
            trail.setLength(target.startsWith("/") ? 0 : before);
            var parts = target.split("/+");
            for (int i = parts.length - 1; i >= 0; i--) {
                rest.push(parts[i]);
            }
        }
        return trail.toString();
    }

    private record Place(GuestVolume volume, String path) {}
}
