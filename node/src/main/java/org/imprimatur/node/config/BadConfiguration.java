package org.imprimatur.node.config;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used; each fault names file, line, member and remedy. */
public final class BadConfiguration extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient List<ConfigFault> faults;

    /** One line for the person who wrote the configuration. */
    public BadConfiguration(String message) {
        this(List.of(ConfigFault.of("", 0, message)));
    }

    BadConfiguration(ConfigFault fault) {
        this(List.of(fault));
    }

    BadConfiguration(Collection<ConfigFault> faults) {
        super(faults.stream().map(ConfigFault::toString).collect(Collectors.joining("\n")));
        this.faults = List.copyOf(faults);
    }

    /** What is wrong, in the order in which it was found; at least one. */
    public List<ConfigFault> faults() {
        return faults;
    }
}
