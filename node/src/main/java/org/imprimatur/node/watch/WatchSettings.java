package org.imprimatur.node.watch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Urgency;

/**
 * What a node is told of advisories: the member {@code advisories} of its configuration.
 *
 * @param directory where {@code imprimatur advisories update} keeps the feeds; only read here
 * @param every how often it is looked at
 * @param staleAfter how old the content of a feed may be before that is told as a warning
 * @param tell how grave a flaw is at least that endorsers are told of; empty for none
 */
public record WatchSettings(
        Path directory, Duration every, Duration staleAfter, Optional<Urgency> tell) {

    /** Reads the member. */
    public static WatchSettings read(YamlMember member) {
        member.allowing("directory", "every", "stale-after", "notify");
        var directory =
                member.required(
                        "directory", "where \"imprimatur advisories update\" keeps the feeds");
        if (!Files.isDirectory(directory.path())) {
            throw directory.wrong(
                    "is " + directory.path() + ", which is no directory",
                    "fetch the feeds: imprimatur advisories update --advisories "
                            + directory.path());
        }
        return new WatchSettings(
                directory.path(),
                duration(member, "every", Duration.ofSeconds(30)),
                duration(member, "stale-after", Duration.ofDays(7)),
                member.optional("notify")
                        .map(
                                m ->
                                        m.as(
                                                WatchSettings::urgency,
                                                "critical, high, moderate, low or never"))
                        .orElse(Optional.of(Urgency.HIGH)));
    }

    private static Optional<Urgency> urgency(String text) {
        return text.equals("never") ? Optional.empty() : Optional.of(Urgency.parse(text));
    }

    private static Duration duration(YamlMember member, String name, Duration usual) {
        return member.optional(name).map(m -> m.as(Durations::parse, Durations.HINT)).orElse(usual);
    }
}
