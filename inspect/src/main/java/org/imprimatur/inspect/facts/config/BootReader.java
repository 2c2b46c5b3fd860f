package org.imprimatur.inspect.facts.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.Shown;

/** Reads what starts the system: kernels, boot loaders' configurations, the first program. */
final class BootReader {

    private static final int MAX_LINES = 1000;

    private final ConfigReader reader;
    private final List<BootChain.CommandLine> commandLines = new ArrayList<>();
    private final List<String> loaders = new ArrayList<>();

    private BootReader(ConfigReader reader) {
        this.reader = reader;
    }

    static BootChain read(ConfigReader reader) {
        return new BootReader(reader).read();
    }

    private BootChain read() {
        for (var path :
                List.of(
                        "/boot/grub/grub.cfg",
                        "/boot/grub2/grub.cfg",
                        "/boot/extlinux/extlinux.conf",
                        "/boot/extlinux.conf",
                        "/boot/syslinux/syslinux.cfg",
                        "/extlinux.conf")) {
            menu(path);
        }
        for (var directory :
                List.of(
                        "/boot/loader/entries",
                        "/boot/efi/loader/entries",
                        "/efi/loader/entries")) {
            // the newest first, as boot loaders sort them
            for (var name : reader.names(directory).reversed()) {
                if (name.endsWith(".conf")) {
                    menu(directory + "/" + name);
                }
            }
        }
        defaults("/etc/default/grub");
        plain("/etc/kernel/cmdline");
        for (var directory : List.of("/boot/efi/EFI", "/efi/EFI", "/boot/EFI")) {
            for (var vendor : reader.names(directory)) {
                for (var file : reader.names(directory + "/" + vendor)) {
                    if (file.toLowerCase(java.util.Locale.ROOT).endsWith(".efi")) {
                        loaders.add(Shown.path(directory + "/" + vendor + "/" + file));
                    }
                }
            }
        }
        return new BootChain(
                init(),
                machine(),
                kernels(),
                modules(),
                BootMenu.start(reader),
                loaders,
                commandLines);
    }

    /** grub, syslinux and boot loader specification entries: their lines look much alike. */
    private void menu(String path) {
        var lines = reader.lines(path);
        if (!lines.isEmpty()) {
            loaders.add(Shown.path(path));
        }
        int number = 0;
        for (var line : lines) {
            number++;
            var word = Arrays.asList(line.strip().split("[ \t]+", -1));
            switch (word.getFirst()) {
                case "linux", "linux16", "linuxefi", "kernel" -> {
                    if (word.size() > 1) {
                        add(path, number, word.subList(2, word.size()));
                    }
                }
                case "append", "APPEND", "options" ->
                        add(path, number, word.subList(1, word.size()));
                default -> {}
            }
        }
    }

    private void defaults(String path) {
        int number = 0;
        for (var line : reader.lines(path)) {
            number++;
            var text = line.strip();
            if (text.startsWith("GRUB_CMDLINE_LINUX")) {
                var value =
                        text.substring(text.indexOf('=') + 1).replace("\"", "").replace("'", "");
                add(path, number, Arrays.asList(value.strip().split("[ \t]+", -1)));
            }
        }
    }

    private void plain(String path) {
        var text = reader.text(path);
        if (text != null) {
            add(path, 1, Arrays.asList(text.strip().split("[ \t\n]+", -1)));
        }
    }

    private void add(String path, int number, List<String> words) {
        if (commandLines.size() < MAX_LINES) {
            commandLines.add(
                    new BootChain.CommandLine(
                            Shown.path(path),
                            number,
                            words.stream().filter(word -> !word.isEmpty()).toList()));
        }
    }

    private List<String> kernels() {
        var versions = new TreeSet<String>();
        for (var name : reader.names("/boot")) {
            if (name.startsWith("vmlinuz-") || name.startsWith("vmlinux-")) {
                versions.add(Shown.text(BootMenu.version(name)));
            }
        }
        versions.removeIf(version -> version.startsWith("0-rescue"));
        return List.copyOf(versions);
    }

    private List<String> modules() {
        var versions = new TreeSet<String>();
        for (var directory : List.of("/usr/lib/modules", "/lib/modules")) {
            for (var name : reader.names(directory)) {
                if (!name.isEmpty() && Character.isDigit(name.charAt(0))) {
                    versions.add(Shown.text(name));
                }
            }
        }
        return List.copyOf(versions);
    }

    private String init() {
        for (var path : List.of("/sbin/init", "/usr/sbin/init", "/bin/init")) {
            var link = reader.link(path);
            if (link != null) {
                var name = base(link);
                return name.startsWith("busybox") ? openrcOr("busybox") : Shown.text(name);
            }
            if (reader.kind(path) == GuestFiles.Kind.FILE) {
                return openrcOr("sysvinit");
            }
        }
        return reader.kind("/usr/lib/systemd/systemd") == GuestFiles.Kind.FILE
                        || reader.kind("/lib/systemd/systemd") == GuestFiles.Kind.FILE
                ? "systemd"
                : "";
    }

    private String openrcOr(String other) {
        return reader.kind("/sbin/openrc") == GuestFiles.Kind.FILE ? "openrc" : other;
    }

    /** The processor that a small program of every system is for (ELF, e_machine). */
    private String machine() {
        for (var path : List.of("/bin/true", "/bin/cat", "/bin/busybox", "/bin/sh")) {
            if (reader.size(path) > 0 && reader.size(path) < ConfigReader.MAX_CONFIG_BYTES) {
                var bytes = reader.bytes(path);
                if (bytes != null && bytes.length > 20 && bytes[0] == 0x7f && bytes[1] == 'E') {
                    int machine =
                            bytes[5] == 2
                                    ? (bytes[18] & 0xff) << 8 | bytes[19] & 0xff
                                    : (bytes[19] & 0xff) << 8 | bytes[18] & 0xff;
                    return switch (machine) {
                        case 3 -> "i386";
                        case 21 -> "ppc64";
                        case 22 -> "s390x";
                        case 40 -> "arm";
                        case 62 -> "x86_64";
                        case 183 -> "aarch64";
                        case 243 -> "riscv";
                        default -> "";
                    };
                }
            }
        }
        return "";
    }

    private static String base(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
