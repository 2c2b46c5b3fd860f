package org.imprimatur.inspect.facts.config;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Shown;

/** What starts by the links of System V init, and by the runlevels of OpenRC. */
final class SysvReader {

    private SysvReader() {}

    /** Names of the scripts that have a start link in runlevel 2, 3, 4 or 5. */
    static Set<String> started(ConfigReader reader) {
        var names = new TreeSet<String>();
        for (var level : List.of("2", "3", "4", "5")) {
            for (var base : List.of("/etc/rc" + level + ".d", "/etc/rc.d/rc" + level + ".d")) {
                for (var link : reader.names(base)) {
                    if (link.matches("S[0-9][0-9].+")) {
                        names.add(link.substring(3));
                    }
                }
            }
        }
        return names;
    }

    /** As units, for a system without systemd. */
    static Map<String, Unit> units(ConfigReader reader) {
        var names = new TreeSet<>(started(reader));
        for (var level : List.of("sysinit", "boot", "default")) {
            names.addAll(reader.names("/etc/runlevels/" + level));
        }
        var units = new TreeMap<String, Unit>();
        for (var name : names) {
            units.put(
                    name + ".service",
                    new Unit(
                            Shown.text(name) + ".service",
                            "/etc/init.d/" + Shown.text(name),
                            Unit.State.ENABLED,
                            Unit.Start.BOOT,
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of()));
        }
        return units;
    }
}
