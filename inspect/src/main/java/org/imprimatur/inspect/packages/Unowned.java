package org.imprimatur.inspect.packages;

import java.util.List;

/** Tells what is worth a look among files without an owner. */
final class Unowned {

    /** What packages fill, and people and services do not. */
    private static final List<String> SYSTEM =
            List.of(
                    "/bin/",
                    "/boot/",
                    "/lib/",
                    "/lib32/",
                    "/lib64/",
                    "/libx32/",
                    "/opt/",
                    "/sbin/",
                    "/usr/",
                    "/etc/cron",
                    "/etc/init.d/",
                    "/etc/ld.so.",
                    "/etc/pam.d/",
                    "/etc/profile.d/",
                    "/etc/sudoers.d/",
                    "/etc/systemd/",
                    "/etc/udev/");

    /** What programs of packages make when they are installed or run. */
    private static final List<String> MADE =
            List.of(
                    "/boot/grub/",
                    "/boot/grub2/",
                    "/boot/initramfs-",
                    "/boot/initrd",
                    "/boot/loader/",
                    "/etc/ld.so.cache",
                    "/usr/lib/locale/locale-archive",
                    "/usr/lib/sysimage/",
                    "/usr/lib/udev/hwdb.bin",
                    "/usr/share/fonts/.uuid",
                    "/usr/share/icons/",
                    "/usr/share/info/dir",
                    "/usr/share/mime/",
                    "/var/lib/dpkg/",
                    "/lib/apk/",
                    "/var/lib/pacman/");

    private Unowned() {}

    static UnownedFile.Kind kind(String path, int mode) {
        boolean executable = (mode & 0111) != 0;
        if (executable && (mode & 06000) != 0) {
            return UnownedFile.Kind.SETUID;
        }
        if (isMade(path)) {
            return UnownedFile.Kind.OTHER;
        }
        if (executable) {
            return UnownedFile.Kind.EXECUTABLE;
        }
        return SYSTEM.stream().anyMatch(path::startsWith)
                ? UnownedFile.Kind.SYSTEM
                : UnownedFile.Kind.OTHER;
    }

    private static boolean isMade(String path) {
        return path.endsWith(".pyc") && path.contains("/__pycache__/")
                || path.startsWith("/usr/lib/modules/") && path.contains("/modules.")
                || path.endsWith("/gschemas.compiled")
                || path.endsWith("/giomodule.cache")
                || MADE.stream().anyMatch(path::startsWith);
    }
}
