package org.imprimatur.node.subscription;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.follow.Alarms;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.PastViews;
import org.imprimatur.node.follow.Seen;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.FollowedList;
import org.imprimatur.register.Origin;
import org.imprimatur.trust.TrustAnchors;
import org.jspecify.annotations.Nullable;

/** All signed lists that a site follows, each for itself (WLCG-12). */
public final class Subscriptions implements PastViews.PastLists, AutoCloseable {

    private final Fetch fetch;
    private final TrustAnchors anchors;
    private final Database database;
    private final Alarms alarms;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Bell changed;
    private final Claims claims = new Claims();

    // Exchanged whole, by one thread at a time.
    private volatile List<Subscriber> subscribers = List.of();

    private Subscriptions(
            Fetch fetch,
            TrustAnchors anchors,
            Database database,
            Alarms alarms,
            InstantSource clock,
            RandomGenerator random,
            Bell changed) {
        this.fetch = fetch;
        this.anchors = anchors;
        this.database = database;
        this.alarms = alarms;
        this.clock = clock;
        this.random = random;
        this.changed = changed;
    }

    /**
     * Takes up every list where it was left, and begins to follow.
     *
     * @param changed rings whenever a list or a fault has changed
     */
    public static Subscriptions open(
            List<Subscription> wanted,
            Database database,
            TrustAnchors anchors,
            Alarms alarms,
            Fetch fetch,
            InstantSource clock,
            RandomGenerator random,
            Metrics metrics,
            Bell changed) {
        var subscriptions =
                new Subscriptions(fetch, anchors, database, alarms, clock, random, changed);
        try (var first = subscriptions.next(wanted)) {
            first.put();
        }
        subscriptions.measure(metrics);
        return subscriptions;
    }

    /**
     * Makes ready to follow these lists instead: those that stay as they were are not disturbed,
     * and what is known of one is gone on with, also when it was not followed for a while. Nothing
     * of it is seen yet.
     */
    public Next next(List<Subscription> wanted) {
        var before = subscribers;
        // Of one list two must not run, though what the first knows is seen until the second is.
        before.stream()
                .filter(one -> !wanted.contains(one.subscription()))
                .filter(one -> wanted.stream().anyMatch(w -> w.name().equals(one.name())))
                .forEach(Subscriber::close);
        var ready = new ArrayList<Subscriber>();
        try {
            for (var subscription : wanted) {
                ready.add(
                        before.stream()
                                .filter(one -> one.subscription().equals(subscription))
                                .filter(one -> !one.closed())
                                .findFirst()
                                .orElseGet(() -> subscriber(subscription)));
            }
        } catch (RuntimeException e) {
            closeAllBut(before, ready);
            throw e;
        }
        // What is to go claims nothing any more: its list may come back under another name.
        claims.follow(ready);
        ready.stream().filter(one -> !before.contains(one)).forEach(Subscriber::begin);
        return new Next(ready);
    }

    private static void closeAllBut(List<Subscriber> stay, List<Subscriber> others) {
        others.stream().filter(one -> !stay.contains(one)).forEach(Subscriber::close);
    }

    /**
     * The lists that are to come, until they are put in place; then those that were. Closing ends
     * those of them that are not in place.
     */
    public final class Next implements AutoCloseable {

        private List<Subscriber> others;

        private Next(List<Subscriber> ready) {
            this.others = List.copyOf(ready);
        }

        /** Puts them in place. */
        public void put() {
            var before = subscribers;
            subscribers = others;
            others = before;
            changed.ring();
        }

        @Override
        public void close() {
            claims.follow(subscribers);
            closeAllBut(subscribers, others);
        }
    }

    private Subscriber subscriber(Subscription subscription) {
        return new Subscriber(
                subscription, fetch, anchors, database, alarms, claims, clock, random, changed);
    }

    /** Every list as it is now, in the order of the configuration. */
    public List<FollowedList> lists() {
        return subscribers.stream().map(one -> one.status().list()).toList();
    }

    /** A list as it is now. */
    public Optional<FollowedList> list(Origin name) {
        return lists().stream().filter(list -> list.name().equals(name)).findFirst();
    }

    /** Asks for every list now. */
    public void look() {
        subscribers.forEach(Subscriber::look);
    }

    /**
     * What is told of a list.
     *
     * @param url where it is fetched
     * @param version of the list that is held; empty for none
     * @param images how many it has now that can be used
     * @param problem why nothing newer could be had or taken; null for nothing
     * @param movedTo where it is now, if an administrator consents; null where it has not moved
     * @param since how long the fault or the problem lasts, as far as this node has seen since its
     *     start; null where there is none
     * @param unusable images of it that cannot be used, and why
     */
    public record Status(
            FollowedList list,
            URI url,
            String version,
            long images,
            @Nullable String problem,
            @Nullable URI movedTo,
            @Nullable Instant since,
            List<String> unusable) {}

    /** Every list, in the order of the configuration. */
    public List<Status> statuses() {
        return subscribers.stream()
                .map(
                        one -> {
                            var status = one.status();
                            return new Status(
                                    status.list(),
                                    one.subscription().url(),
                                    status.version(),
                                    status.list().images().all().stream()
                                            .filter(image -> image.gone() == null)
                                            .count(),
                                    status.problem(),
                                    status.movedTo(),
                                    status.since(),
                                    status.unusable());
                        })
                .toList();
    }

    @Override
    public FollowedList list(Seen.Listed seen) throws PastViews.NotKept {
        record Past(List<SubscriptionTable.State> states, FollowedList list) {}
        var past =
                database.read(
                        db -> {
                            var table = new SubscriptionTable(db);
                            var states = table.states(seen.name(), seen.state());
                            var last = states.isEmpty() ? null : states.getLast();
                            return new Past(
                                    states,
                                    new FollowedList(
                                            seen.name(),
                                            seen.owner(),
                                            seen.signer(),
                                            states.size(),
                                            last == null ? "" : last.contact(),
                                            last == null ? null : last.expires(),
                                            seen.verifiedAt(),
                                            seen.fault(),
                                            table.images(seen.name(), states)));
                        });
        if (past.states().size() != seen.state()) {
            throw new PastViews.NotKept(
                    "of the list '%s' %d states were taken, and %d are kept"
                            .formatted(seen.name(), seen.state(), past.states().size()));
        }
        return past.list();
    }

    private void measure(Metrics metrics) {
        GaugeWithCallback.builder()
                .name("imprimatur_list_age_seconds")
                .help("Time since each followed list was last verified; -1 for never.")
                .labelNames("list")
                .callback(
                        gauge -> lists().forEach(list -> gauge.call(age(list), list.name().text())))
                .register(metrics.registry());
        GaugeWithCallback.builder()
                .name("imprimatur_list_faulty")
                .help("1 for a followed list that is at fault.")
                .labelNames("list")
                .callback(
                        gauge ->
                                lists().forEach(
                                                list ->
                                                        gauge.call(
                                                                list.fault() == null ? 0 : 1,
                                                                list.name().text())))
                .register(metrics.registry());
    }

    private double age(FollowedList list) {
        var at = list.verifiedAt();
        return at == null ? -1 : Duration.between(at, clock.instant()).toMillis() / 1e3;
    }

    @Override
    public void close() {
        subscribers.forEach(Subscriber::close);
    }
}
