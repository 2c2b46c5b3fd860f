package org.imprimatur.inspect.facts.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Glob;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.Shown;

/** Finds log-ins that nobody is asked for, and those that outlive their withdrawal. */
final class AccessReader {

    /**
     * The option of agetty(8) and mingetty(8): shortened, behind options that take nothing, or with
     * the name joined to it.
     */
    private static final Pattern AUTO_LOGIN = Pattern.compile("\\s-(?:-|[8ciJLmnNRsUw]{0,20})a");

    private final ConfigReader reader;

    private AccessReader(ConfigReader reader) {
        this.reader = reader;
    }

    static Access read(ConfigReader reader, Services services) {
        var access = new AccessReader(reader);
        return new Access(
                PamReader.read(reader),
                access.automatic(services),
                access.cached(),
                access.remoteFiles(),
                DoasReader.read(reader),
                PolkitReader.read(reader),
                access.trusted());
    }

    private List<Place> automatic(Services services) {
        var places = new ArrayList<Place>();
        for (var unit : services.running()) {
            for (var command : unit.commands()) {
                boolean root = command.contains("sulogin") && command.contains("--force");
                if (logsIn(command)) {
                    places.add(new Place(unit.path(), unit.name() + " logs somebody in by itself"));
                } else if (root || command.matches("-?/(usr/)?bin/(ba|da|z)?sh")) {
                    places.add(new Place(unit.path(), unit.name() + " gives a shell to everybody"));
                }
            }
        }
        for (var line : reader.lines("/etc/inittab")) {
            boolean shell = line.matches("[^#:]*:[^:]*:(respawn|askfirst):.*/(ba)?sh\\s*");
            if (!line.startsWith("#") && (logsIn(line) || shell)) {
                places.add(new Place("/etc/inittab", Shown.text(line)));
            }
        }
        key("/etc/gdm3/daemon.conf", "AutomaticLoginEnable", places);
        key("/etc/gdm3/custom.conf", "AutomaticLoginEnable", places);
        key("/etc/gdm/custom.conf", "AutomaticLoginEnable", places);
        for (var pattern :
                List.of("/etc/lightdm/lightdm.conf", "/etc/lightdm/lightdm.conf.d/*.conf")) {
            Glob.expand(reader, pattern).forEach(path -> key(path, "autologin-user", places));
        }
        for (var pattern : List.of("/etc/sddm.conf", "/etc/sddm.conf.d/*.conf")) {
            Glob.expand(reader, pattern).forEach(path -> key(path, "User", places));
        }
        return places;
    }

    private static boolean logsIn(String command) {
        int getty = command.indexOf("getty");
        return getty >= 0 && AUTO_LOGIN.matcher(command).find(getty);
    }

    private List<Place> cached() {
        var places = new ArrayList<Place>();
        key("/etc/sssd/sssd.conf", "cache_credentials", places);
        Glob.expand(reader, "/etc/sssd/conf.d/*.conf")
                .forEach(path -> key(path, "cache_credentials", places));
        return places;
    }

    private List<Place> remoteFiles() {
        var places = new ArrayList<Place>();
        int number = 0;
        for (var line : reader.lines("/etc/fstab")) {
            number++;
            var field = line.strip().split("[ \t]+", 5);
            if (field.length > 3
                    && !field[0].startsWith("#")
                    && (field[3].contains("password=") || field[3].contains("credentials="))) {
                places.add(
                        new Place(
                                "/etc/fstab",
                                "line %d: %s is mounted with a password"
                                        .formatted(number, Shown.text(field[1]))));
            }
        }
        return places;
    }

    /** hosts.equiv(5), and the file .k5login of Kerberos. */
    private List<Place> trusted() {
        var places = new ArrayList<Place>();
        for (var pattern :
                List.of(
                        "/etc/hosts.equiv",
                        "/etc/ssh/shosts.equiv",
                        "/root/.rhosts",
                        "/root/.shosts",
                        "/root/.k5login",
                        "/home/*/.rhosts",
                        "/home/*/.shosts",
                        "/home/*/.k5login")) {
            for (var path : Glob.expand(reader, pattern)) {
                long names =
                        reader.lines(path).stream()
                                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                                .count();
                if (names > 0) {
                    places.add(
                            new Place(Shown.path(path), names == 1 ? "1 name" : names + " names"));
                }
            }
        }
        return places;
    }

    /** A line {@code key = value} whose value is there and does not mean no. */
    private void key(String path, String key, List<Place> places) {
        if (reader.kind(path) != GuestFiles.Kind.FILE) {
            return;
        }
        var value = FirewallReader.assignments(reader, path).getOrDefault(key, "");
        if (!value.isEmpty() && !Yaml.isFalse(value.toLowerCase(Locale.ROOT))) {
            places.add(new Place(Shown.path(path), "%s is %s".formatted(key, Shown.text(value))));
        }
    }
}
