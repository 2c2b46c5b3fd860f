package org.imprimatur.inspect.facts.config;

import java.util.List;

/**
 * What the system writes down of itself.
 *
 * @param keeps programs that keep a log beyond a boot: {@code journald}, {@code rsyslog}, …
 * @param keepsLogins those of them that keep who logged in
 * @param hindrances what stops logs from being kept or sent, with its place
 * @param forwarders programs that are there and can send logs to the site's own server
 * @param time programs that set the clock and run
 * @param updates programs that install security updates by themselves
 */
public record Logging(
        List<String> keeps,
        List<String> keepsLogins,
        List<Place> hindrances,
        List<String> forwarders,
        List<String> time,
        List<String> updates) {

    /** Copies the lists. */
    public Logging {
        keeps = List.copyOf(keeps);
        keepsLogins = List.copyOf(keepsLogins);
        hindrances = List.copyOf(hindrances);
        forwarders = List.copyOf(forwarders);
        time = List.copyOf(time);
        updates = List.copyOf(updates);
    }
}
