package org.imprimatur.register;

import java.time.Duration;
import java.util.Map;

/**
 * How old a site's view of what it follows may be when a start is decided.
 *
 * @param usual for every ledger and list that is not named
 * @param named for those with these names
 */
public record Staleness(Duration usual, Map<Origin, Duration> named) {

    public Staleness {
        positive(usual);
        named = Map.copyOf(named);
        named.values().forEach(Staleness::positive);
    }

    private static void positive(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new MalformedInput("maxStaleness", "a positive time", time.toString());
        }
    }

    /** The same for all. */
    public static Staleness of(Duration usual) {
        return new Staleness(usual, Map.of());
    }

    /** For the ledger or list of that name. */
    public Duration of(Origin name) {
        return named.getOrDefault(name, usual);
    }
}
