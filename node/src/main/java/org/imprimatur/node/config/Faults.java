package org.imprimatur.node.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects what is wrong with the parts of a configuration, so that one reading tells all of it:
 * each part is read for itself, and only when all were read does it fail.
 *
 * <pre>{@code
 * var faults = new Faults();
 * var url = faults.read(() -> member.required("url", hint).as(URI::create, hint));
 * var poll = faults.read(() -> member.required("poll", hint).as(Durations::parse, hint));
 * faults.complete();
 * return new Source(url.get(), poll.get());
 * }</pre>
 */
public final class Faults {

    private final Set<ConfigFault> found = new LinkedHashSet<>();

    /** Reads a part; what is given back has it, or throws what was wrong with it. */
    public <T extends @Nullable Object> Supplier<T> read(Supplier<T> part) {
        try {
            T value = part.get();
            return () -> value;
        } catch (BadConfiguration e) {
            found.addAll(e.faults());
            return () -> {
                throw e;
            };
        }
    }

    /** Reads each item of a list; those that cannot be read are missing in what is given back. */
    public <T> List<T> each(List<YamlMember> items, Function<YamlMember, T> part) {
        var values = new ArrayList<T>();
        for (var item : items) {
            check(() -> values.add(part.apply(item)));
        }
        return values;
    }

    /** Looks at a part that gives nothing. */
    public void check(Runnable part) {
        try {
            part.run();
        } catch (BadConfiguration e) {
            found.addAll(e.faults());
        }
    }

    /**
     * Ends the reading: what was found is told in the order of the lines.
     *
     * @throws BadConfiguration with everything that was found
     */
    public void complete() {
        if (!found.isEmpty()) {
            throw new BadConfiguration(
                    found.stream().sorted(Comparator.comparingInt(ConfigFault::line)).toList());
        }
    }
}
