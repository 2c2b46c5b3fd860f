package org.imprimatur.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.imprimatur.bench.Figures.Row;
import org.imprimatur.register.Person;
import org.imprimatur.register.Statement.Reinstatement;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Urgency;

/**
 * Re-evaluation of all that runs at a site, as its node measures it: when an entry changes nothing,
 * when the endorser of every image is suspended, so that all is condemned, and when that is taken
 * back. The instances run 1,000 images for 500 operators by chance, so that hardly two of them are
 * alike.
 */
final class ContinueFigures {

    private static final String AIM = "< 1 s";
    private static final int INSTANCES = Integer.getInteger("bench.instances", 100_000);
    private static final int IMAGES = 1000;
    private static final int OPERATORS = 500;
    private static final int CLIENTS = 16;
    private static final int WARM_UPS = 2;
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String TIMES = "imprimatur_reevaluation_seconds";

    private final BenchNode bench;

    private ContinueFigures(BenchNode bench) {
        this.bench = bench;
    }

    /** Measures, in a new directory below this one, on whose disk the databases are. */
    static Figures measure(Path target) throws IOException, InterruptedException {
        System.err.println("measuring the re-evaluation of what runs");
        try (var bench = BenchNode.in(target)) {
            return new ContinueFigures(bench).measure();
        }
    }

    private Figures measure() throws IOException, InterruptedException {
        var endorsements = bench.endorse(IMAGES);
        try (var catalogue = bench.start()) {
            catalogue.submit(endorsements.subList(0, 2), 1);
            catalogue.submit(endorsements.subList(2, endorsements.size()), CLIENTS);
            var site =
                    BenchSite.following(
                            bench,
                            catalogue,
                            """
                            classes:
                              infrastructure: {trust: ["vo:biomed"], approval: required}
                            """);
            try (var node = site.start()) {
                node.submit(site.appoint(), 1);
                BenchSite.await(node, endorsements.size());
                node.submit(site.approve(endorsements), CLIENTS);
                run(node);
                System.err.printf(Locale.ROOT, "  %d instances run%n", INSTANCES);
                return measure(node, site);
            }
        }
    }

    /** So many machines, as if each had been started on a permit. */
    private static void run(BenchNode.Running node) throws IOException {
        try (var connection = node.database();
                var insert =
                        connection.prepareStatement(
                                """
                                insert into instance (id, decision, image, class, operator, consumers,
                                                      host, machine, registered_at, started_at)
                                select gen_random_uuid(), gen_random_uuid(), image[1 + n %% %d],
                                       'infrastructure',
                                       'CN=Operator ' || floor(random() * %d) || ',O=Bench', '{}',
                                       'wn' || n %% 2000, 'vm-' || n, now(), now()
                                  from generate_series(1, ?) n,
                                       (select ?::bytea[] as image) images
                                """
                                        .formatted(IMAGES, OPERATORS))) {
            var images = new byte[IMAGES][];
            for (int i = 0; i < IMAGES; i++) {
                images[i] = BenchNode.image(i).bytes();
            }
            insert.setInt(1, INSTANCES);
            insert.setArray(2, connection.createArrayOf("bytea", images));
            insert.executeUpdate();
            try (var statement = connection.createStatement()) {
                statement.execute("analyze instance");
            }
        } catch (SQLException e) {
            throw new IOException("cannot write to PostgreSQL", e);
        }
    }

    // ---- Measuring ----------------------------------------------------------------------------

    private Figures measure(BenchNode.Running node, BenchSite site)
            throws IOException, InterruptedException {
        var load = Machine.load();
        var unchanged = new ArrayList<Double>();
        var condemning = new ArrayList<Double>();
        var pardoning = new ArrayList<Double>();
        for (int i = 0; i < WARM_UPS + ROUNDS; i++) {
            var nobody = new Person("CN=Nobody " + i, "CN=Bench CA");
            unchanged.add(after(node, suspension(site, nobody), 0));
            var suspension = suspension(site, bench.endorser().person());
            condemning.add(after(node, suspension, INSTANCES));
            pardoning.add(after(node, reinstatement(site, BenchSite.id(suspension)), 0));
            System.err.printf(
                    Locale.ROOT,
                    "  %.3f s, condemning %.3f s, pardoning %.3f s%n",
                    unchanged.getLast(),
                    condemning.getLast(),
                    pardoning.getLast());
        }
        var between = load + " → " + Machine.load();
        return new Figures(
                List.of(
                        row("all pass", unchanged, between),
                        row("all are condemned", condemning, between),
                        row("all pass again", pardoning, between)),
                List.of());
    }

    private static Row row(String what, List<Double> times, String load) {
        var counted = times.subList(WARM_UPS, times.size()).stream().mapToDouble(d -> d).toArray();
        double median = Statistics.median(counted);
        return new Row(
                String.format(
                        Locale.ROOT,
                        "%,d running instances re-evaluated: %s (median of %d)",
                        INSTANCES,
                        what,
                        ROUNDS),
                String.format(
                        Locale.ROOT,
                        "%.2f s (slowest %.2f s)",
                        median,
                        Statistics.quantile(1, counted)),
                "",
                "",
                AIM,
                median < 1 ? "yes" : "**no**",
                load);
    }

    private byte[] suspension(BenchSite site, Person person) {
        return site.sign(
                new Suspension(
                        bench.header(BenchSite.ORIGIN, site.officer()),
                        BenchSite.SITE,
                        person,
                        List.of(),
                        Suspension.Reason.SECURITY,
                        Urgency.HIGH,
                        "a key was lost"),
                site.officer());
    }

    private byte[] reinstatement(BenchSite site, StatementId suspension) {
        return site.sign(
                new Reinstatement(
                        bench.header(BenchSite.ORIGIN, site.officer()),
                        BenchSite.SITE,
                        bench.endorser().person(),
                        suspension,
                        "the key is found"),
                site.officer());
    }

    /** Seconds that the node took to look at all that runs, after an entry in its ledger. */
    private static double after(BenchNode.Running node, byte[] envelope, int condemned)
            throws IOException, InterruptedException {
        var before = metrics(node);
        node.submit(List.of(envelope), 1);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            var now = metrics(node);
            double count = now.count() - before.count();
            if (count > 0 && now.running() == INSTANCES && now.condemned() == condemned) {
                return (now.seconds() - before.seconds()) / count;
            }
            Thread.sleep(50);
        }
        throw new IOException(
                "what runs is not as it should be: %s, for example %s"
                        .formatted(
                                metrics(node),
                                node.get("/api/v1/site/instances?state=condemned&limit=1")));
    }

    private record Looked(double count, double seconds, double running, double condemned) {}

    private static Looked metrics(BenchNode.Running node) throws IOException {
        var text = node.get("/metrics");
        return new Looked(
                number(text, TIMES + "_count"),
                number(text, TIMES + "_sum"),
                number(text, "imprimatur_instances_running"),
                number(text, "imprimatur_instances_condemned"));
    }

    private static double number(String metrics, String name) {
        var line = Pattern.compile("^" + name + " (.*)$", Pattern.MULTILINE).matcher(metrics);
        if (!line.find()) {
            throw new IllegalStateException("the node does not count " + name);
        }
        return Double.parseDouble(line.group(1));
    }
}
