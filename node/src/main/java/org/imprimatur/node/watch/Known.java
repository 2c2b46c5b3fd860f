package org.imprimatur.node.watch;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.imprimatur.inspect.advisories.Urgency;

/**
 * What is known of the flaws in one bill of materials.
 *
 * @param obstacle why it could not be looked at, so that what is known may not be all; empty for
 *     nothing
 * @param feeds names of the feeds that speak of its packages
 * @param open how many flaws there are, by urgency
 * @param patchable by urgency, the one whose patch is known longest
 */
public record Known(
        String obstacle,
        List<String> feeds,
        Map<Urgency, Integer> open,
        Map<Urgency, OpenFlaw> patchable) {

    /** Of what was not looked at yet. */
    static final Known NOTHING =
            new Known("its packages were not looked at yet", List.of(), Map.of(), Map.of());

    public Known {
        feeds = List.copyOf(feeds);
        open = Map.copyOf(open);
        patchable = Map.copyOf(patchable);
    }

    /** Of all flaws at least so urgent that have a patch, the one whose patch is known longest. */
    public Optional<OpenFlaw> oldestPatchable(Urgency atLeast) {
        return patchable.values().stream()
                .filter(flaw -> flaw.urgency().atLeast(atLeast))
                .min(
                        Comparator.comparing(
                                        (OpenFlaw flaw) ->
                                                Objects.requireNonNull(flaw.patchSince()))
                                .thenComparing(OpenFlaw::urgency)
                                .thenComparing(OpenFlaw::id));
    }

    /** How many flaws there are that are at least so urgent. */
    public int open(Urgency atLeast) {
        return open.entrySet().stream()
                .filter(one -> one.getKey().atLeast(atLeast))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }
}
