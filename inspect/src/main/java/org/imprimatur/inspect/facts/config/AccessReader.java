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

    /** Options of agetty(8) and mingetty(8). */
    private static final Pattern GETTY =
            Pattern.compile(".*getty.*\\s(--autologin|-a)(=|\\s).*", Pattern.DOTALL);

    private static final Pattern DOAS =
            Pattern.compile(
                    "\\s*permit\\s+(?:(?:\\w+|(?:setenv\\s*)?\\{[^}]*\\})\\s+)*?nopass\\s+"
                            + "(?:(?:persist|keepenv|nolog|setenv\\s*\\{[^}]*\\})\\s+)*([^\\s#]+).*");

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
                access.doas(),
                access.trusted());
    }

    private List<Place> automatic(Services services) {
        var places = new ArrayList<Place>();
        for (var unit : services.running()) {
            for (var command : unit.commands()) {
                boolean root = command.contains("sulogin") && command.contains("--force");
                if (GETTY.matcher(command).matches()) {
                    places.add(new Place(unit.path(), unit.name() + " logs somebody in by itself"));
                } else if (root || command.matches("-?/(usr/)?bin/(ba|da|z)?sh")) {
                    places.add(new Place(unit.path(), unit.name() + " gives a shell to everybody"));
                }
            }
        }
        for (var line : reader.lines("/etc/inittab")) {
            boolean shell = line.matches("[^#:]*:[^:]*:(respawn|askfirst):.*/(ba)?sh\\s*");
            if (!line.startsWith("#") && (GETTY.matcher(line).matches() || shell)) {
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

    /** doas.conf(5): {@code permit [options] identity …}. */
    private List<Place> doas() {
        var places = new ArrayList<Place>();
        var paths = new ArrayList<>(List.of("/etc/doas.conf"));
        paths.addAll(Glob.expand(reader, "/etc/doas.d/*.conf"));
        for (var path : paths) {
            int number = 0;
            for (var line : reader.lines(path)) {
                number++;
                var rule = DOAS.matcher(line);
                if (rule.matches() && !rule.group(1).equals("root")) {
                    places.add(
                            new Place(
                                    Shown.path(path),
                                    "line %d: %s may act without a password"
                                            .formatted(number, Shown.text(rule.group(1)))));
                }
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
