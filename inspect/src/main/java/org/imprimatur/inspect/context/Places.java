package org.imprimatur.inspect.context;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which places of an image a contextualisation must leave alone, and which rule says so. */
final class Places {

    /** How much at a path is changed. */
    enum Reach {
        /** What stands there, and nothing below it. */
        ITSELF,
        /** Something below it that is not named. */
        SOMETHING_BELOW,
        /** All that is below it. */
        ALL_BELOW
    }

    private static final Map<String, ContextRule> ZONES = new LinkedHashMap<>();

    static {
        // what stands first counts first
        for (var path :
                new String[] {
                    "/boot",
                    "/efi",
                    "/lib",
                    "/lib32",
                    "/lib64",
                    "/libx32",
                    "/usr/lib",
                    "/usr/lib32",
                    "/usr/lib64",
                    "/usr/libx32",
                    "/usr/local/lib",
                    "/usr/local/lib64",
                    "/etc/ld.so.preload",
                    "/etc/ld.so.conf",
                    "/etc/ld.so.conf.d",
                    "/etc/ld.so.cache",
                    "/etc/default/grub",
                    "/etc/default/grub.d",
                    "/etc/grub.d",
                    "/etc/kernel",
                    "/proc/sysrq-trigger",
                    "/proc/sys/kernel/modprobe"
                }) {
            ZONES.put(path, ContextRule.KERNEL);
        }
        for (var path :
                new String[] {
                    "/usr",
                    "/bin",
                    "/sbin",
                    "/opt",
                    "/etc/os-release",
                    "/var/lib/dpkg",
                    "/var/lib/rpm",
                    "/var/lib/apk",
                    "/var/lib/pacman",
                    "/dev/sd",
                    "/dev/vd",
                    "/dev/xvd",
                    "/dev/hd",
                    "/dev/nvme",
                    "/dev/mmcblk",
                    "/dev/dm-",
                    "/dev/mapper",
                    "/dev/disk",
                    "/dev/root",
                    "/dev/mem"
                }) {
            ZONES.put(path, ContextRule.IMAGE);
        }
        for (var path :
                new String[] {
                    "/etc/sudoers",
                    "/etc/sudoers.d",
                    "/etc/doas.conf",
                    "/root/.ssh",
                    "/root/.k5login"
                }) {
            ZONES.put(path, ContextRule.ROOT);
        }
        for (var path :
                new String[] {
                    "/etc/passwd",
                    "/etc/passwd-",
                    "/etc/shadow",
                    "/etc/shadow-",
                    "/etc/group",
                    "/etc/group-",
                    "/etc/gshadow",
                    "/etc/gshadow-"
                }) {
            ZONES.put(path, ContextRule.ACCOUNTS);
        }
    }

    private Places() {}

    /**
     * The rule against a change at a path; null where it is allowed, {@link ContextRule#UNCLEAR}
     * where it cannot be told.
     *
     * @param path absolute, as {@link ShellVariables} expands it
     */
    static @Nullable ContextRule rule(String path, Reach reach) {
        var whole = normal(path);
        int marker = marker(whole);
        var known = marker < 0 ? whole : whole.substring(0, marker);
        var inside = inside(known, marker >= 0);
        if (inside != null) {
            return inside;
        }
        if (known.endsWith("/authorized_keys") || whole.contains("/.ssh/")) {
            return ContextRule.ACCOUNTS;
        }
        if (marker < 0 && reach == Reach.ITSELF) {
            return null;
        }
        var above = marker < 0 ? (known.equals("/") ? known : known + "/") : known;
        for (var zone : ZONES.entrySet()) {
            if (zone.getKey().startsWith(above)) {
                return reach == Reach.ALL_BELOW && marker < 0
                        ? zone.getValue()
                        : ContextRule.UNCLEAR;
            }
        }
        return null;
    }

    /**
     * @param open whether the path goes on in an unknown way, perhaps within its last part
     */
    private static @Nullable ContextRule inside(String path, boolean open) {
        for (var zone : ZONES.entrySet()) {
            var place = zone.getKey();
            boolean disks = place.startsWith("/dev/");
            if (disks && path.startsWith(place)
                    || path.startsWith(place + "/")
                    || !open && path.equals(place)) {
                return zone.getValue();
            }
        }
        return null;
    }

    /** Without {@code .}, {@code ..} and doubled slashes, as far as it is known. */
    static String normal(String path) {
        int marker = marker(path);
        var known = marker < 0 ? path : path.substring(0, marker);
        int last = marker < 0 ? known.length() : known.lastIndexOf('/') + 1;
        var parts = new ArrayDeque<String>();
        for (var part : known.substring(0, last).split("/", -1)) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        var joined = "/" + String.join("/", parts);
        if (marker < 0) {
            return joined;
        }
        return (parts.isEmpty() ? joined : joined + "/") + path.substring(last);
    }

    /** Where what is known of a path ends; -1 if all of it is. */
    static int marker(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ShellVariables.UNKNOWN || c == ShellVariables.PATTERN) {
                return i;
            }
        }
        return -1;
    }
}
