package org.imprimatur.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What fstab(5) says is mounted where.
 *
 * @param device as it is written, quotes taken off
 * @param point absolute, without a slash at the end; empty for the root
 */
record Fstab(String device, String point, String type, List<String> options) {

    private static final int MAX_LINES = 1000;

    private static final Set<String> NOT_ON_DISK =
            Set.of(
                    "autofs",
                    "binfmt_misc",
                    "bpf",
                    "cgroup",
                    "cgroup2",
                    "configfs",
                    "debugfs",
                    "devpts",
                    "devtmpfs",
                    "efivarfs",
                    "fusectl",
                    "hugetlbfs",
                    "mqueue",
                    "overlay",
                    "proc",
                    "pstore",
                    "ramfs",
                    "securityfs",
                    "swap",
                    "sysfs",
                    "tmpfs",
                    "tracefs");

    private static final Set<String> REMOTE =
            Set.of(
                    "9p",
                    "afs",
                    "beegfs",
                    "ceph",
                    "cifs",
                    "cvmfs",
                    "davfs",
                    "glusterfs",
                    "lustre",
                    "nfs",
                    "nfs4",
                    "smb3",
                    "smbfs",
                    "sshfs",
                    "vboxsf",
                    "virtiofs",
                    "vmhgfs");

    Fstab {
        options = List.copyOf(options);
    }

    /** The lines that mount something in a directory, in their order. */
    static List<Fstab> parse(List<String> lines) {
        var found = new ArrayList<Fstab>();
        for (var line : lines) {
            var field = line.strip().split("[ \t]+", 5);
            if (field.length < 3 || field[0].startsWith("#") || !field[1].startsWith("/")) {
                continue;
            }
            if (found.size() == MAX_LINES) {
                break;
            }
            found.add(
                    new Fstab(
                            unescaped(field[0]).replace("\"", ""),
                            trimmed(unescaped(field[1])),
                            field[2],
                            field.length > 3 ? List.of(field[3].split(",")) : List.of()));
        }
        return found;
    }

    /** Spaces and the like stand as a backslash and three octal digits. */
    private static String unescaped(String field) {
        var out = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            char each = field.charAt(i);
            if (each == '\\'
                    && i + 3 < field.length()
                    && field.substring(i + 1, i + 4).matches("[0-3][0-7][0-7]")) {
                each = (char) Integer.parseInt(field.substring(i + 1, i + 4), 8);
                i += 3;
            }
            out.append(each);
        }
        return out.toString();
    }

    private static String trimmed(String path) {
        var parts = path.split("/+");
        var out = new StringBuilder();
        for (var part : parts) {
            if (!part.isEmpty()) {
                out.append('/').append(part);
            }
        }
        return out.toString();
    }

    /** Whether a directory that exists already is shown in a second place. */
    boolean isBind() {
        return options.contains("bind") || options.contains("rbind");
    }

    /** Whether what is mounted should be found on a disk of this machine whenever it starts. */
    boolean isOnDisk() {
        return !isBind()
                && !NOT_ON_DISK.contains(type)
                && !REMOTE.contains(type)
                && !type.startsWith("fuse")
                && !options.contains("_netdev")
                && !device.contains(":/")
                && !device.startsWith("//");
    }

    /** Whether the machine starts without it. */
    boolean isOptional() {
        return options.contains("nofail") || options.contains("noauto");
    }

    /** The value of an option such as {@code subvol=@home}; empty where there is none. */
    String option(String name) {
        for (var each : options) {
            if (each.startsWith(name + "=")) {
                return each.substring(name.length() + 1);
            }
        }
        return "";
    }

    /** Whether the device is this volume, by any name that a system may know it by. */
    boolean isOf(GuestVolume guest) {
        int equals = device.indexOf('=');
        if (equals > 0) {
            return isTagged(
                    device.substring(0, equals).toUpperCase(Locale.ROOT),
                    device.substring(equals + 1),
                    guest);
        }
        if (!device.startsWith("/dev/")) {
            return false;
        }
        var name = device.substring("/dev/".length());
        if (name.startsWith("disk/by-")) {
            int slash = name.indexOf('/', "disk/by-".length());
            return slash > 0
                    && isTagged(
                            name.substring("disk/by-".length(), slash).toUpperCase(Locale.ROOT),
                            hexUnescaped(name.substring(slash + 1)),
                            guest);
        }
        var id = guest.volume().id();
        if (id.contains("/")) {
            return name.equals(id) || name.equals("mapper/" + mapped(id));
        }
        return id.equals(partition(name));
    }

    private static boolean isTagged(String tag, String value, GuestVolume guest) {
        var volume = guest.volume();
        return switch (tag) {
            case "UUID" -> value.equalsIgnoreCase(guest.fileSystem().mountId());
            case "LABEL" -> guest.fileSystem().label().map(value::equals).orElse(false);
            case "PARTUUID" ->
                    !volume.partitionId().isEmpty() && value.equalsIgnoreCase(volume.partitionId());
            case "PARTLABEL" -> !volume.name().isEmpty() && volume.name().equals(value);
            default -> false;
        };
    }

    /** What udev writes for characters that it does not want in a name: {@code \x20}. */
    private static String hexUnescaped(String name) {
        var out = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char each = name.charAt(i);
            if (i + 3 < name.length() && name.substring(i, i + 4).matches("\\\\x[0-9a-fA-F]{2}")) {
                each = (char) Integer.parseInt(name.substring(i + 2, i + 4), 16);
                i += 3;
            }
            out.append(each);
        }
        return out.toString();
    }

    /** The device mapper joins the two names by a dash, and doubles those that are in them. */
    private static String mapped(String id) {
        int slash = id.indexOf('/');
        return id.substring(0, slash).replace("-", "--")
                + "-"
                + id.substring(slash + 1).replace("-", "--");
    }

    /**
     * The volume that the kernel's name of a partition stands for, on the first disk of a machine:
     * there is no other in an image. Empty for other names.
     */
    private static String partition(String name) {
        for (var pattern : List.of("(?:[hsv]|xv)da", "nvme0n1(?:p|$)", "mmcblk0(?:p|$)")) {
            var number = name.replaceFirst("^" + pattern, "");
            if (!number.equals(name)) {
                return number.isEmpty() ? "disk" : number.matches("[0-9]+") ? "p" + number : "";
            }
        }
        return "";
    }
}
