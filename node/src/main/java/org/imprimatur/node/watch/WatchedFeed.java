package org.imprimatur.node.watch;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.imprimatur.inspect.advisories.FeedState;
import org.imprimatur.register.Sha256;

/**
 * A feed as the watch last saw it.
 *
 * @param published how old its content is at least
 */
public record WatchedFeed(
        String name, String url, Sha256 sha256, Instant fetched, Instant published) {

    /** Times to the microsecond, as the database keeps them. */
    public WatchedFeed {
        fetched = fetched.truncatedTo(ChronoUnit.MICROS);
        published = published.truncatedTo(ChronoUnit.MICROS);
    }

    /** How old its content is at least. */
    Duration age(Instant at) {
        return Duration.between(published, at);
    }

    static WatchedFeed of(FeedState state) {
        return new WatchedFeed(
                state.name(),
                state.url(),
                new Sha256(state.sha256()),
                state.fetched(),
                state.published());
    }
}
