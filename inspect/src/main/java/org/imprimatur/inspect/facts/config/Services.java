package org.imprimatur.inspect.facts.config;

import java.util.Collection;
import java.util.List;

/**
 * What runs on the system without anybody asking for it.
 *
 * @param units that run or are masked, in order of name
 * @param jobs of cron, anacron and at
 */
public record Services(List<Unit> units, List<CronJob> jobs) {

    /** Copies the lists. */
    public Services {
        units = List.copyOf(units);
        jobs = List.copyOf(jobs);
    }

    /** True if a unit with one of these names, given without their ending, runs. */
    public boolean runsAny(Collection<String> stems) {
        return units.stream().anyMatch(unit -> unit.runs() && stems.contains(unit.stem()));
    }

    /** True if one of the named units, given with their ending, is kept from running. */
    public boolean masks(String name) {
        return units.stream()
                .anyMatch(unit -> unit.name().equals(name) && unit.state() == Unit.State.MASKED);
    }

    /** The units that run. */
    public List<Unit> running() {
        return units.stream().filter(Unit::runs).toList();
    }
}
