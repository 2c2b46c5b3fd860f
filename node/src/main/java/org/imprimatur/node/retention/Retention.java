package org.imprimatur.node.retention;

import java.time.Duration;
import java.util.Optional;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.YamlMember;

/**
 * The member {@code retention} of a site's configuration: how long records are kept.
 *
 * @param decisions since they were given; empty for ever. One on which an instance on record rests
 *     stays as long as that
 * @param instances since they ended; empty for ever. What runs stays
 */
public record Retention(Optional<Duration> decisions, Optional<Duration> instances) {

    /** Whoever looks into an incident comes late. */
    static final Duration SHORTEST = Duration.ofDays(90);

    /** What to tell whoever wrote something else than a length. */
    public static final String HINT = "a number of days, 90d at least, for example 400d";

    /**
     * Reads the member; what it does not name is kept for ever.
     *
     * @throws org.imprimatur.node.config.BadConfiguration with every fault in it
     */
    public static Retention read(Optional<YamlMember> member) {
        var faults = new Faults();
        member.ifPresent(m -> faults.check(() -> m.allowing("decisions", "instances")));
        var decisions = faults.read(() -> length(member, "decisions"));
        var instances = faults.read(() -> length(member, "instances"));
        faults.complete();
        return new Retention(decisions.get(), instances.get());
    }

    private static Optional<Duration> length(Optional<YamlMember> member, String name) {
        return member.flatMap(m -> m.optional(name)).map(m -> m.as(Retention::length, HINT));
    }

    /**
     * Reads how long something is kept.
     *
     * @throws IllegalArgumentException when it is no length of time, or a short one
     */
    public static Duration length(String text) {
        var length = Durations.parse(text);
        if (length.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("is \"" + text + "\", which is too short");
        }
        return length;
    }
}
