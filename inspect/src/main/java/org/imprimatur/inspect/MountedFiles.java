package org.imprimatur.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.UnreadableException;
import org.jspecify.annotations.Nullable;

/**
 * The root file system with those that its fstab(5) mounts. Symbolic links are resolved within the
 * file system they are in.
 */
final class MountedFiles implements GuestFiles {

    /** Where facts are read. Other places are walked, but nothing is looked up in them by path. */
    private static final List<String> NEEDED = List.of("/etc", "/home", "/root", "/usr", "/var");

    private final GuestVolume root;
    private final TreeMap<String, GuestVolume> mounts = new TreeMap<>();

    private MountedFiles(GuestVolume root) {
        this.root = root;
    }

    /** Reads the root's fstab. A mount that is needed, but not in the image, is recorded. */
    static MountedFiles of(GuestVolume root, List<GuestVolume> all, ConfigReader rootReader) {
        var files = new MountedFiles(root);
        for (var line : rootReader.lines("/etc/fstab")) {
            var field = line.strip().split("[ \t]+", 5);
            if (field.length < 3 || field[0].startsWith("#") || !isNeeded(field[1])) {
                continue;
            }
            var device = field[0].replace("\"", "");
            var mounted = all.stream().filter(each -> each != root && is(device, each)).findFirst();
            if (mounted.isPresent()) {
                files.mounts.put(field[1], mounted.get());
            } else if (isOnDisk(field[2])) {
                rootReader.missed(
                        field[1], "is mounted from %s, which was not found".formatted(device));
            }
        }
        return files;
    }

    private static boolean isNeeded(String directory) {
        return NEEDED.stream()
                .anyMatch(each -> directory.equals(each) || directory.startsWith(each + "/"));
    }

    private static boolean isOnDisk(String type) {
        return switch (type) {
            case "tmpfs",
                    "proc",
                    "sysfs",
                    "devpts",
                    "swap",
                    "none",
                    "nfs",
                    "nfs4",
                    "cifs",
                    "9p",
                    "virtiofs",
                    "overlay" ->
                    false;
            default -> true;
        };
    }

    private static boolean is(String device, GuestVolume each) {
        int equals = device.indexOf('=');
        if (equals < 0) {
            return false;
        }
        var value = device.substring(equals + 1);
        return switch (device.substring(0, equals)) {
            case "UUID" ->
                    each.fileSystem().uuid().map(id -> id.toString().equals(value)).orElse(false);
            case "LABEL" -> each.fileSystem().label().map(value::equals).orElse(false);
            case "PARTLABEL" -> each.volume().name().equals(value);
            default -> false;
        };
    }

    @Override
    public @Nullable Entry find(String path) throws UnreadableException {
        var place = place(path);
        return place.volume.find(place.path);
    }

    @Override
    public void read(String path, long maxBytes, Sink sink) throws UnreadableException {
        var place = place(path);
        place.volume.read(place.path, maxBytes, sink);
    }

    @Override
    public List<String> names(String directory) throws UnreadableException {
        var place = place(directory);
        return new ArrayList<>(place.volume.names(place.path));
    }

    @Override
    public @Nullable String link(String path) throws UnreadableException {
        var place = place(path);
        return place.volume.link(place.path);
    }

    /** Where a volume is mounted, without a slash at the end; null if it is not. */
    @Nullable String mountPoint(GuestVolume volume) {
        if (volume == root) {
            return "";
        }
        for (var mount : mounts.entrySet()) {
            if (mount.getValue() == volume) {
                return mount.getKey();
            }
        }
        return null;
    }

    private Place place(String path) {
        for (Map.Entry<String, GuestVolume> mount : mounts.descendingMap().entrySet()) {
            var point = mount.getKey();
            if (path.equals(point)) {
                return new Place(mount.getValue(), "/");
            }
            if (path.startsWith(point + "/")) {
                return new Place(mount.getValue(), path.substring(point.length()));
            }
        }
        return new Place(root, path);
    }

    private record Place(GuestVolume volume, String path) {}
}
