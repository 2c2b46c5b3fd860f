package org.imprimatur.inspect.facts.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.OsRelease;
import org.imprimatur.inspect.facts.Shown;

/** Reads the configuration of an installed system. */
public final class ConfigurationReader {

    /** What belongs to the system, and is not for the firmware or the boot loader. */
    private static final Pattern SYSTEM =
            Pattern.compile("/(etc|home|opt|root|srv|tmp|usr|var)(/.*)?");

    private static final Set<String> ON_DISK =
            Set.of(
                    "auto",
                    "btrfs",
                    "erofs",
                    "ext2",
                    "ext3",
                    "ext4",
                    "f2fs",
                    "jfs",
                    "squashfs",
                    "xfs");

    private ConfigurationReader() {}

    /** All of it. What cannot be read is recorded by the reader. */
    public static Configuration read(ConfigReader reader, OsRelease os) {
        var boot = BootReader.read(reader);
        var services = new Services(units(reader, boot), CronReader.read(reader));
        var network = new NetworkReader(reader);
        return new Configuration(
                services,
                boot,
                Support.of(os),
                AccessReader.read(reader, services),
                CloudInitReader.read(reader, services, boot),
                LoggingReader.read(reader, services, boot),
                FirewallReader.read(reader, services),
                ListenerReader.read(reader, services),
                ConnectionReader.read(reader),
                network.identity(),
                network.constraints(),
                layout(reader));
    }

    private static List<Unit> units(ConfigReader reader, BootChain boot) {
        Map<String, Unit> units;
        if (boot.init().startsWith("systemd")) {
            var target = "";
            for (var line : boot.commandLines()) {
                for (var word : line.words()) {
                    if (word.startsWith("systemd.unit=") && target.isEmpty()) {
                        target = word.substring("systemd.unit=".length());
                    }
                }
            }
            units = new SystemdReader(reader).read(target, generated(reader, boot));
        } else {
            units = SysvReader.units(reader);
        }
        return new ArrayList<>(units.values());
    }

    /** cloud-init's generator adds its target to the boot unless it is switched off. */
    private static List<String> generated(ConfigReader reader, BootChain boot) {
        var generated = new ArrayList<String>();
        boolean off =
                reader.kind("/etc/cloud/cloud-init.disabled") != null
                        || boot.commandLines().stream()
                                .anyMatch(each -> each.words().contains("cloud-init=disabled"));
        if (!off
                && (reader.kind("/usr/lib/systemd/system-generators/cloud-init-generator")
                                == GuestFiles.Kind.FILE
                        || reader.kind("/lib/systemd/system-generators/cloud-init-generator")
                                == GuestFiles.Kind.FILE)) {
            generated.add("cloud-init.target");
        }
        return generated;
    }

    private static Configuration.Layout layout(ConfigReader reader) {
        var swap = new ArrayList<Place>();
        var logical = new ArrayList<Place>();
        var separate = new LinkedHashMap<Place, String>();
        var root = "";
        boolean separateBoot = false;
        int number = 0;
        for (var line : reader.lines("/etc/fstab")) {
            number++;
            var field = line.strip().split("[ \t]+", 5);
            if (field.length < 3 || field[0].startsWith("#")) {
                continue;
            }
            if (field[2].equals("swap")) {
                swap.add(
                        new Place(
                                "/etc/fstab",
                                "line %d: swap on %s".formatted(number, Shown.text(field[0]))));
            }
            separateBoot |= field[1].equals("/boot");
            root = field[1].equals("/") ? field[0] : root;
            if (SYSTEM.matcher(field[1]).matches() && ON_DISK.contains(field[2])) {
                separate.put(
                        new Place(
                                "/etc/fstab",
                                "line %d: %s is on %s"
                                        .formatted(
                                                number,
                                                Shown.text(field[1]),
                                                Shown.text(field[0]))),
                        field[0]);
            }
            if (field[0].startsWith("/dev/mapper/") || field[0].matches("/dev/[^/]+/[^/]+")) {
                if (!field[0].startsWith("/dev/disk/")) {
                    logical.add(
                            new Place(
                                    "/etc/fstab",
                                    "line %d: %s is on %s"
                                            .formatted(
                                                    number,
                                                    Shown.text(field[1]),
                                                    Shown.text(field[0]))));
                }
            }
        }
        separate.values().removeAll(List.of(root)); // subvolumes of the root's own file system
        return new Configuration.Layout(
                swap, separateBoot, logical, List.copyOf(separate.keySet()));
    }
}
