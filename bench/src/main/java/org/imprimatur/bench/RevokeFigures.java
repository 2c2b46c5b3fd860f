package org.imprimatur.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.imprimatur.bench.Figures.Row;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.Follows;
import org.imprimatur.node.follow.Source;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.DataDirectory;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Charter;
import org.imprimatur.register.DecisionRequest;
import org.imprimatur.register.Decisions;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Register;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.UseClass;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.StatementSigner;
import org.imprimatur.trust.TrustAnchors;

/**
 * From the posting of a revocation at a catalogue until each of 200 followers denies the image. A
 * follower is the node's own: its event stream, its look at checkpoint, proofs and entries with
 * every signature, its register, its store; and then the decision. All of them share this process
 * and one database, and with the catalogue two processors.
 */
final class RevokeFigures implements AutoCloseable {

    private static final String AIM = "median < 2 s, worst < 10 s";
    private static final int FOLLOWERS = Integer.getInteger("bench.followers", 200);
    private static final int IMAGES = 500;
    private static final int WARM_UPS = 3;
    private static final int ROUNDS = 7;
    private static final Duration POLL = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final BenchNode bench;
    private final SecureRandom random = new SecureRandom();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private volatile Round round = new Round(BenchNode.image(0), 0);

    private RevokeFigures(BenchNode bench) {
        this.bench = bench;
    }

    /** Measures, in a new directory below this one, on whose disk the databases are. */
    static Figures measure(Path target) throws IOException, InterruptedException {
        System.err.println("measuring revocations, from the catalogue to its followers");
        try (var bench = BenchNode.in(target);
                var figures = new RevokeFigures(bench)) {
            return figures.measure();
        }
    }

    private Figures measure() throws IOException, InterruptedException {
        var endorsements = bench.endorse(IMAGES);
        var catalogue = opened(bench.start());
        catalogue.submit(endorsements.subList(0, 2), 1);
        catalogue.submit(endorsements.subList(2, endorsements.size()), 16);
        open(catalogue, endorsements.size());
        var load = Machine.load();
        var acknowledged = new ArrayList<Double>();
        var denied = new ArrayList<Double>();
        try (var client = new WireClient(catalogue.port())) {
            for (int i = 0; i < WARM_UPS + ROUNDS; i++) {
                var revoked = revoke(client, i, BenchSite.id(endorsements.get(i + 2)));
                System.err.printf(
                        Locale.ROOT,
                        "  acknowledged after %.3f s, denied after %.3f s, by all after %.3f s%n",
                        revoked.acknowledged(),
                        Statistics.median(array(revoked.denied())),
                        Collections.max(revoked.denied()));
                if (i >= WARM_UPS) {
                    acknowledged.add(revoked.acknowledged());
                    denied.addAll(revoked.denied());
                }
            }
        }
        return new Figures(
                List.of(row(acknowledged, denied, load + " → " + Machine.load())), List.of());
    }

    private static Row row(List<Double> acknowledged, List<Double> denied, String load) {
        double median = Statistics.median(array(denied));
        double worst = Collections.max(denied);
        double plain = Statistics.median(array(acknowledged));
        return new Row(
                String.format(
                        Locale.ROOT,
                        "revocation at a catalogue → deny at %d followers, beside the acknowledgement (%d revocations)",
                        FOLLOWERS,
                        ROUNDS),
                String.format(Locale.ROOT, "median %.2f s, worst %.2f s", median, worst),
                String.format(Locale.ROOT, "%.3f s", plain),
                String.format(Locale.ROOT, "%.0f ×", median / plain),
                AIM,
                median < 2 && worst < 10 ? "yes" : "**no**",
                load);
    }

    private static double[] array(List<Double> times) {
        return times.stream().mapToDouble(Double::doubleValue).toArray();
    }

    // ---- A revocation -------------------------------------------------------------------------

    /** An image that everybody asks for, and who has been denied it when. */
    private record Round(Sha512 image, ConcurrentLinkedQueue<Long> denied, CountDownLatch left) {

        Round(Sha512 image, int followers) {
            this(image, new ConcurrentLinkedQueue<>(), new CountDownLatch(followers));
        }
    }

    /** Seconds since the posting. */
    private record Revoked(double acknowledged, List<Double> denied) {}

    private Revoked revoke(WireClient client, int number, StatementId endorsement)
            throws IOException, InterruptedException {
        var now = new Round(BenchNode.image(number), FOLLOWERS);
        var request =
                WireClient.post(
                        "/api/v1/statements",
                        "application/json",
                        StatementSigner.sign(
                                new Revocation(
                                        bench.header(bench.endorser()),
                                        now.image(),
                                        endorsement,
                                        Revocation.Reason.VULNERABLE,
                                        "a hole was found",
                                        List.of("DSA-1-1")),
                                bench.endorser()));
        round = now;
        Thread.sleep(500);
        long start = System.nanoTime();
        var reply = client.exchange(request);
        double acknowledged = (System.nanoTime() - start) / 1e9;
        if (reply.status() != 201) {
            throw new IOException("the revocation was answered " + reply);
        }
        if (!now.left().await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException(
                    now.left().getCount() + " followers still permit what is revoked");
        }
        return new Revoked(
                acknowledged, now.denied().stream().map(at -> (at - start) / 1e9).toList());
    }

    // ---- Followers ----------------------------------------------------------------------------

    /** The first verifies all that is there; the others take it up from the store. */
    private void open(BenchNode.Running catalogue, long entries)
            throws IOException, InterruptedException {
        var data = opened(DataDirectory.open(bench.directory().resolve("followers")));
        var database = opened(Database.open(Optional.empty(), data, bench.programs(), random));
        var fetch = opened(new Fetch());
        var anchors = bench.directory().resolve("anchors");
        var source =
                new Source(
                        URI.create("http://127.0.0.1:" + catalogue.port()),
                        CharterJson.read(catalogue.get("/api/v1/charter").getBytes(UTF_8)),
                        Optional.of(anchors),
                        POLL);
        for (int i = 0; i < FOLLOWERS; i++) {
            var changed = new Bell();
            var follows =
                    opened(
                            Follows.open(
                                    List.of(source),
                                    database,
                                    TrustAnchors.directory(anchors, CrlMode.IF_PRESENT),
                                    CrlMode.IF_PRESENT,
                                    data.path(),
                                    fetch,
                                    InstantSource.system(),
                                    random,
                                    new Metrics(),
                                    changed));
            var site = new Site(follows, new Register(charter(i)), changed);
            site.await(entries);
            opened(site.start());
        }
        System.err.printf(Locale.ROOT, "  %d followers are there%n", FOLLOWERS);
    }

    private static Charter charter(int number) {
        var origin = new org.imprimatur.register.Origin("site-%d.example".formatted(number));
        return new Charter(
                origin,
                NoteSigner.ofSeed(origin.text(), new byte[32]).verifier().toString(),
                BenchNode.policy(),
                List.of());
    }

    /** What makes a follower a site: it asks itself whenever something has changed. */
    private final class Site {

        private static final Owner BENCH = Owner.parse("site:bench");

        private final Follows follows;
        private final Register own;
        private final Bell changed;
        private final SitePolicy policy =
                new SitePolicy(
                        BENCH,
                        Map.of(
                                UseClass.INFRASTRUCTURE,
                                new SitePolicy.ClassPolicy(
                                        Set.of(Owner.parse("vo:biomed")), false, List.of())),
                        Duration.ofMinutes(15),
                        Sha256.of(new byte[0]));

        Site(Follows follows, Register own, Bell changed) {
            this.follows = follows;
            this.own = own;
            this.changed = changed;
        }

        /** Until so many entries are verified. */
        void await(long entries) throws IOException, InterruptedException {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (follows.sources().getFirst().size() < entries
                    || follows.sources().getFirst().verifiedAt() == null) {
                if (System.nanoTime() > end) {
                    throw new IOException("a follower does not begin: " + follows.sources());
                }
                Thread.sleep(5);
            }
            if (!permits(BenchNode.image(0))) {
                throw new IOException("a follower does not permit what is endorsed");
            }
        }

        AutoCloseable start() {
            var thread = Thread.ofVirtual().start(this::run);
            return thread::interrupt;
        }

        private void run() {
            Round done = null;
            try {
                while (true) {
                    changed.await(PATIENCE);
                    var now = round;
                    if (!now.equals(done) && !permits(now.image())) {
                        now.denied().add(System.nanoTime());
                        now.left().countDown();
                        done = now;
                    }
                }
            } catch (InterruptedException _) {
                // The measurement is over.
            }
        }

        private boolean permits(Sha512 image) {
            return follows.ask(
                    followed ->
                            Decisions.decide(
                                            new Standing(own, followed),
                                            policy,
                                            new DecisionRequest(
                                                    image,
                                                    UseClass.INFRASTRUCTURE,
                                                    DecisionRequest.Action.INSTANTIATE,
                                                    "CN=Olga Operator,O=Example",
                                                    "wn1"),
                                            Instant.now())
                                    .permitted());
        }
    }

    // ---- Parts --------------------------------------------------------------------------------

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() throws IOException {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
