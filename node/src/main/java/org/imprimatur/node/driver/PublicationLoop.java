package org.imprimatur.node.driver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.imprimatur.node.driver.Driver.Held;
import org.imprimatur.node.driver.Publication.State;
import org.imprimatur.node.fetch.Retry;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.store.Database;
import org.imprimatur.node.store.Lease;
import org.imprimatur.register.Sha512;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one driver as the stock says: compares what is wanted there with the table, and the table
 * now and then with the place itself. Withdrawals come first and wait for no upload: each upload
 * has a thread of its own. Everything is in the table before it is done, so that whoever takes over
 * after a crash, at any moment, only compares and goes on.
 */
final class PublicationLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PublicationLoop.class);
    private static final int MOST_AT_ONCE = 2;
    private static final Duration COMPARE_AT_LEAST = Duration.ofSeconds(5);
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final Duration SHORTEST_REST = Duration.ofMillis(20);
    private static final Duration LOOK_EVERY = Duration.ofMinutes(10);
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);
    private static final Retry RETRY = new Retry(Duration.ofSeconds(10), Duration.ofHours(1));
    private static final Duration REMEMBER_REMOVED = Duration.ofDays(1);

    private final Driver driver;
    private final DriverSettings.Common settings;
    private final Stock stock;
    private final Conversions conversions;
    private final Database database;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Lease lease;
    private final Bell bell = new Bell();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closing;
    private volatile boolean leaving;
    private volatile @Nullable String problem;
    private volatile Map<State, Long> counts = Map.of();

    // Guarded by this. No thread is interrupted, and no transaction runs, without this lock: an
    // interrupt would break the transaction off.
    private final Map<Mark, Thread> uploads = new HashMap<>();

    // Owned by the thread.
    private Instant nextLook = Instant.MIN;

    PublicationLoop(
            Driver driver,
            DriverSettings.Common settings,
            Stock stock,
            Conversions conversions,
            Database database,
            InstantSource clock,
            RandomGenerator random) {
        this.driver = driver;
        this.settings = settings;
        this.stock = stock;
        this.conversions = conversions;
        this.database = database;
        this.clock = clock;
        this.random = random;
        this.lease = new Lease("driver " + driver.name(), Mark.random(random).uuid(), LEASE);
        thread = Thread.ofVirtual().name("driver " + driver.name()).start(this::run);
    }

    /** What is wanted may have changed. */
    void ring() {
        bell.ring();
    }

    Driver driver() {
        return driver;
    }

    /** From now on nothing is wanted there: what it offers is withdrawn, for good. */
    void leave() {
        leaving = true;
        bell.ring();
    }

    boolean leaving() {
        return leaving;
    }

    /** How many are in each state, but those that are removed. */
    Map<State, Long> counts() {
        return counts;
    }

    /** Why the driver could not be asked at the last look; empty when it could. */
    Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    private void run() {
        try {
            while (!closing) {
                compareSafely();
                closed.await(SHORTEST_REST.toMillis(), TimeUnit.MILLISECONDS);
                bell.await(COMPARE_AT_LEAST);
            }
        } catch (InterruptedException _) {
            LOG.debug("the driver {} is kept no longer", driver.name());
        }
    }

    private void compareSafely() {
        try {
            compare();
        } catch (RuntimeException e) {
            if (!closing) {
                LOG.error("the driver {} cannot be kept as it should be", driver.name(), e);
            }
        }
    }

    private void compare() {
        if (!speaks()) {
            return;
        }
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var wanted =
                leaving
                        ? List.<Stock.Item>of()
                        : stock.items().stream().filter(this::concerns).toList();
        for (var one : rows(now)) {
            judge(one, wanted, now);
        }
        for (var one : rows(now)) {
            takeOut(one, now);
        }
        if (!now.isBefore(nextLook) || nextLook.isAfter(now.plus(LOOK_EVERY))) {
            look(wanted, now);
        }
        bringIn(wanted, now);
        count(now);
    }

    /** False while another node on this database speaks to it. */
    private boolean speaks() {
        return write(lease::hold) != Lease.Held.BY_ANOTHER;
    }

    private void count(Instant now) {
        var found = new EnumMap<State, Long>(State.class);
        for (var state : State.values()) {
            if (state != State.REMOVED) {
                found.put(state, 0L);
            }
        }
        rows(now).forEach(one -> found.computeIfPresent(one.state(), (_, count) -> count + 1));
        counts = found;
    }

    private boolean concerns(Stock.Item item) {
        return settings.owners().isEmpty()
                || item.verified().isEmpty()
                || settings.owners().contains(item.verified().get().candidate().owner());
    }

    /** Whether a publication is of an item, in the format that the driver wants. */
    private boolean isOf(Publication one, Stock.Item item) {
        return one.isOf(named(item), item.digest());
    }

    private ImageFileName named(Stock.Item item) {
        return settings.format().map(item.name()::in).orElse(item.name());
    }

    private List<Publication> rows(Instant now) {
        synchronized (this) {
            checkOpen();
            return database.read(
                    db ->
                            new PublicationTable(db)
                                    .ofDriver(driver.name(), now.minus(REMEMBER_REMOVED)));
        }
    }

    /** Notes what is to be done with one, by whether it is wanted. */
    private void judge(Publication one, List<Stock.Item> wanted, Instant now) {
        var item = wanted.stream().filter(w -> isOf(one, w)).findFirst();
        var image = item.flatMap(Stock.Item::verified);
        switch (one.state()) {
            case PUBLISHING, PUBLISHED, FAILED -> {
                if (item.isEmpty()) {
                    if (!leaving && !stock.tells(one.catalogue(), one.endorsement())) {
                        return;
                    }
                    move(
                            one,
                            one.now(
                                    State.WITHDRAWING,
                                    leaving
                                            ? "its driver is no longer in the site's file"
                                            : "its approval or its endorsement no longer stands",
                                    now));
                    stop(one.mark());
                } else if (one.state() == State.PUBLISHED
                        && image.isPresent()
                        && !one.says(image.get())) {
                    move(one, one.again(image.get(), "it is labelled anew", now));
                }
            }
            case WITHDRAWING, WITHDRAWN ->
                    image.ifPresent(stored -> move(one, one.again(stored, "it stands again", now)));
            case REMOVED -> {
                // Nothing is there; if it is wanted again, it gets a new mark.
            }
        }
    }

    private void takeOut(Publication one, Instant now) {
        boolean old = !now.isBefore(one.changedAt().plus(settings.keepAside()));
        boolean withdraw = one.state() == State.WITHDRAWING;
        boolean remove = one.state() == State.WITHDRAWN && old;
        if (!(withdraw || remove) || !due(one, now) || uploading(one.mark()) || !speaks()) {
            return;
        }
        try {
            if (withdraw) {
                boolean gone = driver.withdraw(one);
                LOG.info("{} is withdrawn from {}", one.name(), driver.name());
                move(one, one.now(gone ? State.REMOVED : State.WITHDRAWN, one.why(), now));
                conversions.ring();
            } else if (driver.remove(one)) {
                LOG.info("{} is deleted at {}", one.name(), driver.name());
                move(one, one.now(State.REMOVED, one.why(), now));
            } else {
                move(one, one.failed(one.state(), "it is still in use", pause(one, now), now));
            }
        } catch (DriverException | RuntimeException e) {
            failed(one, one.state(), e, now);
        }
    }

    /** Compares the table with the place itself. */
    private void look(List<Stock.Item> wanted, Instant now) {
        var ours = rows(now);
        List<Held> held;
        try {
            held = driver.held(ours);
            problem = null;
            nextLook = now.plus(LOOK_EVERY);
        } catch (DriverException | RuntimeException e) {
            problem = said(e);
            nextLook = now.plus(LOOK_AGAIN);
            if (!closing) {
                LOG.warn("{} cannot be asked what it has: {}", driver.name(), said(e));
            }
            return;
        }
        if (!speaks()) {
            return; // it took long to answer
        }
        for (var one : ours) {
            var there = held.stream().filter(h -> h.mark().equals(one.mark())).findFirst();
            switch (one.state()) {
                case PUBLISHED -> {
                    if (there.isEmpty() || there.get().use() != Driver.Use.OFFERED) {
                        republish(one, there, wanted, now);
                    }
                }
                case WITHDRAWN -> {
                    if (there.isEmpty()) {
                        move(one, one.now(State.REMOVED, "somebody deleted it", now));
                    } else if (there.get().use() != Driver.Use.ASIDE) {
                        withdrawAgain(one, now);
                    }
                }
                case REMOVED -> {
                    // What was on its way when a node died may have arrived afterwards.
                    if (there.isPresent()) {
                        withdrawAgain(one, now);
                    }
                }
                case PUBLISHING, FAILED, WITHDRAWING -> {
                    // It is worked on in any case.
                }
            }
        }
        for (var one : rows(now)) {
            takeOut(one, now);
        }
    }

    private void republish(
            Publication one, Optional<Held> there, List<Stock.Item> wanted, Instant now) {
        var why = there.isEmpty() ? "it is no longer there" : "it is not as it was published";
        LOG.warn("{} at {}: {}", one.name(), driver.name(), why);
        wanted.stream()
                .filter(item -> isOf(one, item))
                .flatMap(item -> item.verified().stream())
                .findFirst()
                .ifPresent(image -> move(one, one.again(image, why, now)));
    }

    private void withdrawAgain(Publication one, Instant now) {
        LOG.warn("{} is offered by {} again, and is withdrawn again", one.name(), driver.name());
        move(one, one.now(State.WITHDRAWING, "it was offered there again", now));
    }

    private void bringIn(List<Stock.Item> wanted, Instant now) {
        var rows = rows(now);
        for (var item : wanted) {
            var image = item.verified().orElse(null);
            if (image == null) {
                continue;
            }
            var one =
                    rows.stream()
                            .filter(r -> r.state() != State.REMOVED)
                            .filter(r -> isOf(r, item))
                            .findFirst()
                            .orElse(null);
            if (one == null) {
                one =
                        Publication.begin(
                                Mark.random(random), driver.name(), named(item), image, now);
                var fresh = one;
                if (!write(db -> new PublicationTable(db).begin(fresh))) {
                    continue;
                }
            }
            switch (one.state()) {
                case PUBLISHING, FAILED -> start(one, image, now);
                case PUBLISHED, WITHDRAWING, WITHDRAWN, REMOVED -> {
                    // Nothing to bring in.
                }
            }
        }
    }

    private void start(Publication one, StoredImage image, Instant now) {
        synchronized (this) {
            if (closing
                    || uploads.containsKey(one.mark())
                    || uploads.size() >= MOST_AT_ONCE
                    || !due(one, now)) {
                return;
            }
            uploads.put(
                    one.mark(),
                    Thread.ofVirtual()
                            .name("publish %s at %s".formatted(one.name(), driver.name()))
                            .unstarted(() -> publish(one, image)));
            uploads.get(one.mark()).start();
        }
    }

    private void publish(Publication one, StoredImage image) {
        try {
            var id = driver.publish(one.mark(), wanted(one, image));
            finish(one, one.published(id, clock.instant().truncatedTo(ChronoUnit.MICROS)));
            LOG.info("{} is published at {} as {}", one.name(), driver.name(), id);
        } catch (DriverException | RuntimeException e) {
            var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            var why = said(e);
            LOG.warn("{} cannot be published at {}: {}", one.name(), driver.name(), why);
            finish(one, one.failed(State.FAILED, why, pause(one, now), now));
        }
    }

    /** The image as the driver wants it. */
    private StoredImage wanted(Publication one, StoredImage image) throws DriverException {
        var format = settings.format().orElse(image.format());
        if (format.equals(image.format())) {
            return image.selfContained();
        }
        var converted = conversions.in(image, format);
        if (!note(one, converted.digest())) {
            throw new DriverException("it is broken off");
        }
        return converted;
    }

    /** Before anybody gets the converted file, so that whoever meets it learns what it is. */
    private synchronized boolean note(Publication one, Sha512 converted) {
        return !Thread.currentThread().isInterrupted()
                && write(db -> new PublicationTable(db).made(one, converted));
    }

    /** An upload that is no longer wanted was moved on meanwhile; then its end changes nothing. */
    private synchronized void finish(Publication before, Publication after) {
        uploads.remove(before.mark());
        // Whoever broke the upload off did not mean the transaction that notes it.
        Thread.interrupted();
        try {
            move(before, after);
        } catch (RuntimeException e) {
            if (!closing) {
                LOG.error("what came of {} cannot be noted", before.name(), e);
            }
        } finally {
            bell.ring();
        }
    }

    private void failed(Publication one, State state, Exception e, Instant now) {
        if (closing) {
            return;
        }
        LOG.warn("{} at {}: {}", one.name(), driver.name(), said(e));
        move(one, one.failed(state, said(e), pause(one, now), now));
    }

    private static boolean due(Publication one, Instant now) {
        var retryAt = one.retryAt();
        return retryAt == null || RETRY.over(retryAt, now);
    }

    private Instant pause(Publication one, Instant now) {
        return now.plus(RETRY.after(one.attempts() + 1, random)).truncatedTo(ChronoUnit.MICROS);
    }

    /** Our own words are for people; those of the JDK and of libraries are for the log. */
    private String said(Exception e) {
        if (e instanceof DriverException) {
            var message = e.getMessage();
            return message == null ? "it failed" : message;
        }
        if (!closing) {
            LOG.error("the driver {} failed", driver.name(), e);
        }
        return "the driver failed; the node's log says why";
    }

    private synchronized boolean uploading(Mark mark) {
        return uploads.containsKey(mark);
    }

    private synchronized void stop(Mark mark) {
        var upload = uploads.get(mark);
        if (upload != null) {
            upload.interrupt();
        }
    }

    private void move(Publication from, Publication to) {
        write(db -> new PublicationTable(db).move(from.state(), to));
    }

    private synchronized <T> T write(Function<Handle, T> work) {
        checkOpen();
        return database.write(work);
    }

    private void checkOpen() {
        if (closing) {
            throw new IllegalStateException("the node is closing");
        }
    }

    /** Stops; what is under way is gone on with by the next run. */
    @Override
    public void close() {
        List<Thread> threads;
        synchronized (this) {
            closing = true;
            closed.countDown();
            threads = new ArrayList<>(uploads.values());
            threads.add(thread);
            threads.forEach(Thread::interrupt);
        }
        for (var one : threads) {
            try {
                one.join(Duration.ofSeconds(10));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        try {
            database.change(lease::release);
        } catch (RuntimeException e) {
            LOG.debug("the lease of {} ends by itself", driver.name(), e);
        }
        driver.close();
    }
}
