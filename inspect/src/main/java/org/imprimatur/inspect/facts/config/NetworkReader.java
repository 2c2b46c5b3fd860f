package org.imprimatur.inspect.facts.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Glob;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.Shown;

/** What ties a system to one network, and what keeps it from reaching others. */
final class NetworkReader {

    private static final Pattern MAC =
            Pattern.compile("(?<![0-9a-f:])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![0-9a-f:])");
    private static final List<String> NEUTRAL_HOSTS =
            List.of(
                    "",
                    "localhost",
                    "localhost.localdomain",
                    "debian",
                    "ubuntu",
                    "fedora",
                    "archlinux",
                    "alpine");

    private static final List<String> NEUTRAL_DOMAINS = List.of(".", "localdomain", "local");

    private final ConfigReader reader;

    NetworkReader(ConfigReader reader) {
        this.reader = reader;
    }

    /** Names and addresses that belong to one machine. */
    List<Place> identity() {
        var places = new ArrayList<Place>();
        var hostname = first("/etc/hostname");
        if (!NEUTRAL_HOSTS.contains(hostname) && !hostname.startsWith("#")) {
            places.add(new Place("/etc/hostname", "the name " + Shown.text(hostname)));
        }
        if (reader.size("/etc/machine-info") > 0) {
            places.add(new Place("/etc/machine-info", reader.size("/etc/machine-info") + " bytes"));
        }
        if (reader.link("/etc/resolv.conf") == null) {
            reader.lines("/etc/resolv.conf").forEach(line -> resolver(line, places));
        }
        for (var pattern :
                List.of(
                        "/etc/udev/rules.d/70-persistent-*.rules",
                        "/etc/netplan/*.yaml",
                        "/etc/sysconfig/network-scripts/ifcfg-*",
                        "/etc/NetworkManager/system-connections/*",
                        "/etc/network/interfaces",
                        "/etc/network/interfaces.d/*",
                        "/etc/systemd/network/*")) {
            for (var path : Glob.expand(reader, pattern)) {
                hardware(path, places);
            }
        }
        return places;
    }

    /** resolv.conf(5): the last domains count, but each line tells where the image was made. */
    private static void resolver(String line, List<Place> places) {
        var words = List.of(line.strip().split("\\s+"));
        var values = words.subList(1, words.size());
        switch (words.getFirst()) {
            case "nameserver" -> {
                if (!values.isEmpty() && !isOwnMachine(values.getFirst())) {
                    places.add(resolver("the name server ", values.getFirst()));
                }
            }
            case "domain", "search" -> {
                var domains =
                        values.stream().filter(each -> !NEUTRAL_DOMAINS.contains(each)).toList();
                if (!domains.isEmpty()) {
                    places.add(
                            resolver(
                                    domains.size() == 1 ? "the domain " : "the domains ",
                                    String.join(" ", domains)));
                }
            }
            default -> {
                // options and sorting belong to no network
            }
        }
    }

    private static boolean isOwnMachine(String nameServer) {
        return nameServer.startsWith("127.") || nameServer.equals("::1");
    }

    private static Place resolver(String what, String value) {
        return new Place("/etc/resolv.conf", what + Shown.text(value));
    }

    private void hardware(String path, List<Place> places) {
        if (reader.kind(path) != GuestFiles.Kind.FILE || path.endsWith("ifcfg-lo")) {
            return;
        }
        int number = 0;
        for (var line : reader.lines(path)) {
            number++;
            var text = line.strip().toLowerCase(Locale.ROOT);
            if (text.startsWith("#")) {
                continue;
            }
            var mac = MAC.matcher(text);
            if (mac.find()) {
                places.add(
                        new Place(
                                Shown.path(path),
                                "line %d: the hardware address %s".formatted(number, mac.group())));
            } else if (text.startsWith("uuid=") && path.contains("ifcfg-")) {
                places.add(
                        new Place(
                                Shown.path(path),
                                "line %d: a connection's UUID".formatted(number)));
            }
        }
    }

    /** What makes the network smaller than a worker node's. */
    List<Place> constraints() {
        var places = new ArrayList<Place>();
        lines("/etc/hosts.deny", "(?i)\\s*ALL\\s*:\\s*ALL.*", "turns away everybody", places);
        for (var pattern :
                List.of(
                        "/etc/network/interfaces",
                        "/etc/network/interfaces.d/*",
                        "/etc/sysconfig/network-scripts/route*",
                        "/etc/systemd/network/*.network",
                        "/etc/netplan/*.yaml",
                        "/etc/rc.local")) {
            for (var path : Glob.expand(reader, pattern)) {
                lines(
                        path,
                        "(?i)\\s*(?!#).*\\b(blackhole|unreachable|prohibit)\\b.*",
                        "a route that leads nowhere",
                        places);
            }
        }
        for (var pattern : List.of("/etc/sysctl.conf", "/etc/sysctl.d/*.conf")) {
            for (var path : Glob.expand(reader, pattern)) {
                lines(
                        path,
                        "\\s*-?net[./]ipv6[./]conf[./](all|default)[./]disable_ipv6\\s*=\\s*1\\s*",
                        "IPv6 is switched off",
                        places);
            }
        }
        lines(
                "/etc/environment",
                "(?i)\\s*(export\\s+)?(https?|ftp|all)_proxy\\s*=\\s*\\S+.*",
                "a proxy for everything",
                places);
        for (var path : Glob.expand(reader, "/etc/profile.d/*.sh")) {
            lines(
                    path,
                    "(?i)\\s*(export\\s+)?(https?|ftp|all)_proxy\\s*=\\s*[\"']?\\w+.*",
                    "a proxy for everything",
                    places);
        }
        for (var path : Glob.expand(reader, "/etc/apt/apt.conf.d/*")) {
            lines(
                    path,
                    "(?i)\\s*Acquire::(https?|ftp)::Proxy\\s.*",
                    "a proxy for packages",
                    places);
        }
        for (var path : List.of("/etc/yum.conf", "/etc/dnf/dnf.conf")) {
            lines(path, "\\s*proxy\\s*=\\s*\\S+.*", "a proxy for packages", places);
        }
        return places;
    }

    private void lines(String path, String pattern, String what, List<Place> places) {
        if (reader.kind(path) != GuestFiles.Kind.FILE) {
            return;
        }
        var matching = Pattern.compile(pattern);
        int number = 0;
        for (var line : reader.lines(path)) {
            number++;
            if (line.length() < 1000 && matching.matcher(line).matches()) {
                places.add(new Place(Shown.path(path), "line %d: %s".formatted(number, what)));
            }
        }
    }

    private String first(String path) {
        for (var line : reader.lines(path)) {
            if (!line.isBlank()) {
                return line.strip();
            }
        }
        return "";
    }
}
