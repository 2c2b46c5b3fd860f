package org.imprimatur.node.transfer;

import static java.util.stream.Collectors.toSet;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.imprimatur.node.driver.DirectoryStore;
import org.imprimatur.node.driver.FileStamp;
import org.imprimatur.node.driver.ImageFileName;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.Retry;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a store as the registers say: what is approved and stands comes in, what no longer stands
 * goes out.
 *
 * <p>One thread compares, after each change and from time to time; each download has a thread of
 * its own. A file goes out only for a reason that is known: that a source cannot be read, or is
 * being read afresh, is none.
 */
public final class Transfers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Transfers.class);
    private static final int MOST_AT_ONCE = 4;
    private static final Duration LOOK_AT_LEAST = Duration.ofSeconds(30);
    private static final Duration LONGEST_REST = Duration.ofSeconds(1);
    private static final Retry RETRY = new Retry(Duration.ofSeconds(10), Duration.ofHours(1));

    /** What the registers say now: what is to be offered, and what must be left as it is. */
    private record Wanted(List<Approved> approved, List<TransferKey> undetermined) {}

    /** A download that runs. */
    private static final class Running {
        final Approved approved;
        final ImageFileName name;

        // Guarded by the Transfers for writing.
        volatile boolean wanted = true;
        @Nullable Thread thread;

        Running(Approved approved, ImageFileName name) {
            this.approved = approved;
            this.name = name;
        }
    }

    private final SiteView view;
    private final DirectoryStore store;
    private final Means means;
    private final Supplier<TransferSettings> settings;
    private final Database database;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Bell changed;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closing;

    // All guarded by this.
    private final Map<TransferKey, Transfer> transfers = new HashMap<>();
    private final Map<Sha512, Running> running = new HashMap<>();
    private final Queue<Running> waiting = new ArrayDeque<>();
    private @Nullable Reverification reverification;
    private boolean compared;

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /**
     * Begins to keep the store.
     *
     * @param settings the ones in force, asked whenever they matter
     * @param changed rings whenever a register has changed
     */
    public Transfers(
            SiteView view,
            DirectoryStore store,
            Fetch fetch,
            Supplier<TransferSettings> settings,
            Database database,
            InstantSource clock,
            RandomGenerator random,
            Metrics metrics,
            Bell changed) {
        this.view = view;
        this.store = store;
        this.means = Means.of(store, fetch, settings, clock);
        this.settings = settings;
        this.database = database;
        this.clock = clock;
        this.random = random;
        this.changed = changed;
        database.write(db -> new TransferTable(db, store.id()).adopted())
                .forEach(transfer -> transfers.put(transfer.key(), transfer));
        GaugeWithCallback.builder()
                .name("imprimatur_transfers")
                .help("Approved images by where they stand on their way into the store.")
                .labelNames("state")
                .callback(
                        gauge -> {
                            for (var state : Transfer.State.values()) {
                                gauge.call(count(state), state.wire());
                            }
                        })
                .register(metrics.registry());
        thread = Thread.ofPlatform().daemon().name("transfers").start(this::run);
    }

    private synchronized long count(Transfer.State state) {
        return transfers.values().stream().filter(t -> t.state() == state).count();
    }

    /** Where an endorsement's file stands, if it was ever wanted. */
    public synchronized Optional<Transfer> find(TransferKey key) {
        return Optional.ofNullable(transfers.get(key));
    }

    /** Where all files stand that were ever wanted. */
    public synchronized List<Transfer> all() {
        return List.copyOf(transfers.values());
    }

    /** Tells a listener, who is quick, of each change from now on. */
    public void whenChanged(Runnable listener) {
        listeners.add(listener);
    }

    /** The image whose file is offered under a name, if it still looks as it was verified. */
    public Optional<Sha512> verified(ImageFileName name) throws IOException {
        var offered = store.offered(name).orElse(null);
        if (offered == null) {
            return Optional.empty();
        }
        synchronized (this) {
            return transfers.values().stream()
                    .filter(t -> t.state() == Transfer.State.AVAILABLE && t.name().equals(name))
                    .filter(t -> t.seen() != null && t.seen().stamp().alike(offered.stamp()))
                    .map(Transfer::image)
                    .findFirst();
        }
    }

    private void run() {
        try {
            while (!closing) {
                long start = System.nanoTime();
                reviewSafely();
                // A large register that changes all the time takes a fifth of a core, not more.
                var busy = Duration.ofNanos(System.nanoTime() - start).multipliedBy(4);
                var rest = busy.compareTo(LONGEST_REST) < 0 ? busy : LONGEST_REST;
                closed.await(rest.toMillis(), TimeUnit.MILLISECONDS);
                changed.await(LOOK_AT_LEAST);
            }
        } catch (InterruptedException _) {
            LOG.debug("transfers end");
        }
    }

    private void reviewSafely() {
        try {
            review();
        } catch (IOException | RuntimeException e) {
            if (!closing) {
                LOG.error("the store {} cannot be kept as it should be", store, e);
            }
        }
    }

    private void review() throws IOException {
        Instant now = clock.instant();
        var wanted = view.ask((standing, policy) -> wanted(standing, policy, now));
        var byName = new LinkedHashMap<ImageFileName, List<Approved>>();
        for (var one : wanted.approved()) {
            var name = ImageFileName.of(one.candidate());
            byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(one);
        }
        var approved = wanted.approved().stream().map(TransferKey::of).collect(toSet());
        stopUnwanted(approved);
        var found = new HashMap<ImageFileName, DirectoryStore.Offered>();
        store.offered().forEach(offered -> found.put(offered.name(), offered));
        withdrawUnwanted(
                found.keySet(), byName.keySet(), approved, Set.copyOf(wanted.undetermined()));
        store.keepIncoming(
                Stream.concat(
                                wanted.approved().stream().map(a -> a.candidate().image()),
                                undetermined(wanted).stream().map(Transfer::image))
                        .toList());
        synchronized (this) {
            waiting.clear();
        }
        for (var entry : byName.entrySet()) {
            try {
                offer(entry.getKey(), entry.getValue(), found.get(entry.getKey()), now);
            } catch (IOException e) {
                LOG.error("{} cannot be offered", entry.getKey(), e);
            }
        }
        synchronized (this) {
            compared = true;
        }
    }

    /** Whether all that the registers say was compared with the store since the start. */
    public synchronized boolean compared() {
        return compared;
    }

    /** One that cannot be withdrawn does not keep the others. */
    private void withdraw(ImageFileName name) {
        try {
            store.withdraw(name);
            LOG.info("{} is withdrawn from the store", name);
        } catch (IOException e) {
            LOG.error("{} cannot be withdrawn", name, e);
        }
    }

    /** Taken together, so that no register moves between the two questions. */
    private Wanted wanted(Standing standing, SitePolicy policy, Instant now) {
        var approved = Approved.all(standing, policy, now);
        List<TransferKey> known;
        synchronized (this) {
            known = List.copyOf(transfers.keySet());
        }
        var undetermined =
                known.stream().filter(key -> Approved.undetermined(standing, key)).toList();
        return new Wanted(approved, undetermined);
    }

    private synchronized List<Transfer> undetermined(Wanted wanted) {
        return wanted.undetermined().stream().map(transfers::get).toList();
    }

    private synchronized void stopUnwanted(Set<TransferKey> approved) {
        for (var one : running.values()) {
            if (!approved.contains(TransferKey.of(one.approved))) {
                one.wanted = false;
                if (one.thread != null) {
                    one.thread.interrupt();
                }
            }
        }
    }

    private synchronized void withdrawUnwanted(
            Set<ImageFileName> found,
            Set<ImageFileName> wanted,
            Set<TransferKey> approved,
            Set<TransferKey> undetermined) {
        var left =
                undetermined.stream()
                        .flatMap(key -> Optional.ofNullable(transfers.get(key)).stream())
                        .map(Transfer::name)
                        .collect(toSet());
        left.addAll(wanted);
        for (var name : found) {
            if (!left.contains(name)) {
                withdraw(name);
            }
        }
        for (var transfer : List.copyOf(transfers.values())) {
            boolean out =
                    switch (transfer.state()) {
                        case AVAILABLE, TRANSFERRING, FAILED -> true;
                        case WITHDRAWN -> false;
                    };
            boolean still =
                    approved.contains(transfer.key()) || undetermined.contains(transfer.key());
            if (out && !still) {
                put(
                        transfer.with(
                                Transfer.State.WITHDRAWN,
                                "its approval or its endorsement no longer stands",
                                null));
            }
        }
    }

    /**
     * Sees to it that a file is offered under its name, for all endorsements that agree on it.
     *
     * @param found in the store when the review began
     */
    private synchronized void offer(
            ImageFileName name,
            List<Approved> approved,
            DirectoryStore.@Nullable Offered found,
            Instant now)
            throws IOException {
        var first = approved.getFirst();
        var image = first.candidate().image();
        for (var other : approved) {
            if (!other.candidate().image().equals(image)) {
                fail(
                        other,
                        name,
                        "the name %s is taken by another image, approved from %s"
                                .formatted(name, first.catalogue()),
                        now);
            }
        }
        var same = approved.stream().filter(a -> a.candidate().image().equals(image)).toList();
        boolean recorded = recorded(same).anyMatch(t -> t.state() == Transfer.State.AVAILABLE);
        // What is not as it is on record may have changed since.
        var offered = (found != null) == recorded ? found : store.offered(name).orElse(null);
        var seen = offered == null ? null : seen(offered, image, same);
        if (seen != null && offered != null) {
            same.forEach(a -> available(a, name, seen));
            boolean old = now.isAfter(seen.verifiedAt().plus(settings.get().verifyEvery()));
            if (old || !seen.stamp().equals(offered.stamp())) {
                reverify(offered, image);
            }
            return;
        }
        if (running.containsKey(image)) {
            return;
        }
        if (offered != null) {
            LOG.warn("{} is not as it was verified, and is verified again", name);
            store.takeBack(name, image);
        } else if (!due(first, now)) {
            return;
        } else if (running.size() >= MOST_AT_ONCE) {
            waits(first, name);
            waiting.add(new Running(first, name));
            return;
        }
        start(new Running(first, name));
    }

    /** The file as it was verified, if it still looks alike; in doubt, it does not. */
    private @Nullable Seen seen(
            DirectoryStore.Offered offered, Sha512 image, List<Approved> approved) {
        return newest(recorded(approved), offered, image)
                .or(() -> newest(transfers.values().stream(), offered, image))
                .orElse(null);
    }

    private static Optional<Seen> newest(
            Stream<Transfer> transfers, DirectoryStore.Offered offered, Sha512 image) {
        return transfers
                .filter(t -> t.state() == Transfer.State.AVAILABLE)
                .filter(t -> t.name().equals(offered.name()) && t.image().equals(image))
                .flatMap(t -> Optional.ofNullable(t.seen()).stream())
                .filter(seen -> seen.stamp().alike(offered.stamp()))
                .max(Comparator.comparing(Seen::verifiedAt));
    }

    private Stream<Transfer> recorded(List<Approved> approved) {
        return approved.stream()
                .flatMap(one -> Optional.ofNullable(transfers.get(TransferKey.of(one))).stream());
    }

    /** Whether a file may be used: it is there, and exactly as it was verified. */
    public boolean intact(Transfer transfer) {
        var seen = transfer.seen();
        if (transfer.state() != Transfer.State.AVAILABLE || seen == null) {
            return false;
        }
        try {
            return store.offered(transfer.name())
                    .filter(offered -> offered.stamp().equals(seen.stamp()))
                    .isPresent();
        } catch (IOException e) {
            LOG.warn("{} cannot be looked at: {}", transfer.name(), e.toString());
            return false;
        }
    }

    /** One file at a time is read again; the others wait for the next review. */
    private void reverify(DirectoryStore.Offered offered, Sha512 image) {
        if (reverification == null && !closing) {
            reverification =
                    Reverification.start(
                            store.path(offered.name()),
                            image,
                            good -> reverified(offered, image, good));
        }
    }

    private void reverified(DirectoryStore.Offered offered, Sha512 image, boolean good) {
        synchronized (this) {
            reverification = null;
            if (closing) {
                return;
            }
            try {
                reverified(offered.name(), image, good ? offered.stamp() : null);
            } catch (IOException | RuntimeException e) {
                LOG.error("{} cannot be verified again", offered.name(), e);
            }
        }
        changed.ring();
    }

    /** Notes what came of it; what was not found to be good leaves sight at once. */
    private void reverified(ImageFileName name, Sha512 image, @Nullable FileStamp stamp)
            throws IOException {
        var files =
                transfers.values().stream()
                        .filter(t -> t.state() == Transfer.State.AVAILABLE)
                        .filter(t -> t.name().equals(name) && t.image().equals(image))
                        .toList();
        if (stamp != null) {
            var seen = new Seen(stamp, clock.instant());
            files.forEach(t -> put(t.with(Transfer.State.AVAILABLE, "", seen)));
            return;
        }
        LOG.error("{} in the store is damaged; it is withdrawn and fetched again", name);
        store.withdraw(name);
        files.forEach(
                t ->
                        put(
                                t.with(
                                        Transfer.State.FAILED,
                                        "its file in the store was damaged; it is fetched again",
                                        null)));
    }

    /**
     * Has what failed tried again at the next review, as if it had not: what it failed by may be
     * otherwise now. What runs may have begun before that, and is tried again soon if it fails.
     */
    public synchronized void tryAgain() {
        if (closing) {
            return;
        }
        database.change(
                db -> {
                    new TransferTable(db, store.id()).tryAgain();
                });
        transfers.replaceAll(
                (_, transfer) ->
                        switch (transfer.state()) {
                            case FAILED, TRANSFERRING ->
                                    transfer.with(transfer.state(), transfer.why(), null);
                            case AVAILABLE, WITHDRAWN -> transfer;
                        });
    }

    private boolean due(Approved approved, Instant now) {
        var transfer = transfers.get(TransferKey.of(approved));
        if (transfer == null || transfer.state() != Transfer.State.FAILED) {
            return true;
        }
        var retryAt = transfer.retryAt();
        return retryAt == null || RETRY.over(retryAt, now);
    }

    private void start(Running one) {
        var image = one.approved.candidate().image();
        running.put(image, one);
        set(one.approved, one.name, Transfer.State.TRANSFERRING, "", attempts(one), null, null);
        one.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("transfer " + one.name)
                        .start(() -> transfer(one));
    }

    /** What waits for its turn is wanted all the same. */
    private void waits(Approved approved, ImageFileName name) {
        var transfer = transfers.get(TransferKey.of(approved));
        if (transfer == null || transfer.state() == Transfer.State.WITHDRAWN) {
            set(approved, name, Transfer.State.TRANSFERRING, "it waits", 0, null, null);
        }
    }

    private int attempts(Running one) {
        var transfer = transfers.get(TransferKey.of(one.approved));
        return transfer == null ? 0 : transfer.attempts();
    }

    private void transfer(Running one) {
        var candidate = one.approved.candidate();
        Download.Outcome outcome;
        try {
            outcome =
                    new Download(means, ImageFile.of(candidate), () -> otherVersion(one.name))
                            .run();
        } catch (RuntimeException e) {
            LOG.error("the transfer of {} failed", one.name, e);
            outcome = new Download.Outcome.Failed("the site failed; its log says why");
        }
        boolean toReview = true;
        try {
            toReview = finish(one, outcome);
        } catch (RuntimeException e) {
            if (!closing) {
                LOG.error("what came of the transfer of {} cannot be noted", one.name, e);
            }
        } finally {
            if (toReview) {
                changed.ring();
            }
        }
    }

    /** The newest verified file of the same image that the store has. */
    private Optional<Path> otherVersion(ImageFileName name) {
        List<Transfer> others;
        synchronized (this) {
            others =
                    transfers.values().stream()
                            .filter(t -> t.state() == Transfer.State.AVAILABLE)
                            .filter(t -> t.name().guid().equals(name.guid()))
                            .filter(t -> !t.name().equals(name))
                            .toList();
        }
        return others.stream()
                .max(
                        Comparator.comparing(
                                t ->
                                        t.seen() == null
                                                ? Instant.EPOCH
                                                : t.seen().stamp().modifiedAt()))
                .map(t -> store.path(t.name()));
    }

    /** Notes what came of it, and says whether a review, or else the next run, has more to do. */
    private synchronized boolean finish(Running one, Download.Outcome outcome) {
        running.remove(one.approved.candidate().image(), one);
        if (!one.wanted || closing) {
            return true;
        }
        note(one, outcome);
        startNext();
        // Others may speak for a file that is there now.
        return outcome instanceof Download.Outcome.Whole;
    }

    /** Goes on with what the last review left for want of room. */
    private void startNext() {
        while (running.size() < MOST_AT_ONCE && !waiting.isEmpty()) {
            var next = waiting.remove();
            if (!running.containsKey(next.approved.candidate().image())) {
                start(next);
            }
        }
    }

    private void note(Running one, Download.Outcome outcome) {
        switch (outcome) {
            case Download.Outcome.Whole(var file) -> {
                try {
                    var offered = store.publish(file, one.name);
                    available(one.approved, one.name, new Seen(offered.stamp(), clock.instant()));
                    LOG.info("{} is verified and offered in the store", one.name);
                } catch (IOException e) {
                    fail(
                            one.approved,
                            one.name,
                            "it cannot be put into the store: " + e,
                            clock.instant());
                }
            }
            case Download.Outcome.Failed(var why) -> {
                LOG.warn("{} cannot be had: {}", one.name, why);
                fail(one.approved, one.name, why, clock.instant());
            }
            case Download.Outcome.Stopped _ -> LOG.info("the transfer of {} is stopped", one.name);
        }
    }

    private void available(Approved approved, ImageFileName name, Seen seen) {
        set(approved, name, Transfer.State.AVAILABLE, "", 0, null, seen);
    }

    private void fail(Approved approved, ImageFileName name, String why, Instant now) {
        var before = transfers.get(TransferKey.of(approved));
        if (before != null
                && before.state() == Transfer.State.FAILED
                && before.why().equals(why)
                && before.retryAt() != null
                && !RETRY.over(before.retryAt(), now)) {
            return;
        }
        int attempts = before == null ? 1 : before.attempts() + 1;
        set(
                approved,
                name,
                Transfer.State.FAILED,
                why,
                attempts,
                now.plus(RETRY.after(attempts, random)).truncatedTo(ChronoUnit.MICROS),
                null);
    }

    private void set(
            Approved approved,
            ImageFileName name,
            Transfer.State state,
            String why,
            int attempts,
            @Nullable Instant retryAt,
            @Nullable Seen seen) {
        put(
                new Transfer(
                        TransferKey.of(approved),
                        state,
                        why,
                        name,
                        approved.candidate().image(),
                        attempts,
                        retryAt,
                        seen));
    }

    private void put(Transfer transfer) {
        if (closing || transfer.equals(transfers.get(transfer.key()))) {
            return;
        }
        database.change(
                db -> {
                    new TransferTable(db, store.id()).put(transfer);
                });
        transfers.put(transfer.key(), transfer);
        listeners.forEach(Runnable::run);
    }

    /** Stops; what is gathered is gone on with by the next run. */
    @Override
    public void close() {
        List<Thread> threads;
        synchronized (this) {
            // Here no transaction runs, which an interrupt would break off, and none begins after.
            closing = true;
            closed.countDown();
            if (reverification != null) {
                reverification.stop();
            }
            threads = new ArrayList<>(List.of(thread));
            running.values().stream()
                    .flatMap(one -> Optional.ofNullable(one.thread).stream())
                    .forEach(threads::add);
            threads.forEach(Thread::interrupt);
        }
        for (var one : threads) {
            try {
                one.join(Duration.ofSeconds(10));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
