package org.imprimatur.inspect.rules;

import java.util.Map;

/**
 * What the rules of a profile compare with.
 *
 * @param values in the unit of each; one that is not here has its default
 * @param licences which software may be in an image
 */
public record Parameters(Map<Parameter, Long> values, LicencePolicy licences) {

    /** What holds where a profile says nothing else. */
    public static final Parameters DEFAULT = new Parameters(Map.of(), LicencePolicy.NONE);

    /** Copies the map, and refuses what is out of range. */
    public Parameters {
        values = Map.copyOf(values);
        values.forEach(
                (parameter, value) -> {
                    if (value < parameter.least() || value > parameter.most()) {
                        throw new IllegalArgumentException(
                                "%s of %d".formatted(parameter.label(), value));
                    }
                });
    }

    /** The value in the parameter's unit. */
    public long of(Parameter parameter) {
        return values.getOrDefault(parameter, parameter.initial());
    }
}
