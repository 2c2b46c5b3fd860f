package org.imprimatur.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.imprimatur.bench.Figures.Row;
import org.imprimatur.register.Person;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.Urgency;

/**
 * Decisions over HTTP: a site that follows a catalogue of 100,000 endorsed images, has approved all
 * of them, has suspended 10,000 people and has a policy of 1,000 rules, asked by {@code wrk} on the
 * same two processors. Every answer is written down. Beside it what HTTP alone costs: the same
 * server's answer to {@code GET /health/live}.
 */
final class DecideHttpFigures {

    private static final String AIM = "≥ 15,000/s, p99 < 5 ms";
    private static final String RATE_AIM = "≥ 15,000/s";
    private static final Path WRK = Path.of("/usr/bin/wrk");
    private static final int IMAGES = Integer.getInteger("bench.images", 100_000);
    private static final int SUSPENDED = IMAGES / 10;
    private static final int CLIENTS = 64;

    /** In each of two classes. */
    private static final int OWNERS = 200;

    /** In each of three classes, in CEL. */
    private static final int CONDITIONS = 200;

    private static final int CONNECTIONS = 16;
    private static final int FEW_CONNECTIONS = 8;

    /** So that hardly any question waits for one of them. */
    private static final int PACED_CONNECTIONS = 64;

    private static final int RATE = 15_000;
    private static final int PACE = Integer.getInteger("bench.pace", RATE);
    private static final int BATCH = 100;
    private static final int OPERATORS = 2000;
    private static final int QUESTIONS = 100_000;
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("bench.round", 10));
    private static final Duration WARM_UP =
            Duration.ofSeconds(Integer.getInteger("bench.warm", 40));

    /**
     * Sends each line of a file as a body, one after the other and from the beginning again. All
     * are equally long, so that the head is made once.
     */
    private static final String SCRIPT =
            """
            local bodies = {}
            for line in io.lines("%1$s") do bodies[#bodies + 1] = line end
            local head = "POST %2$s HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Type: application/json\\r\\nContent-Length: "
                .. #bodies[1] .. "\\r\\n\\r\\n"
            local i = 0
            function request()
                i = i %% #bodies + 1
                return head .. bodies[i]
            end
            """;

    private static final String DONE =
            """
            function done(summary, latency, requests)
                local e = summary.errors
                io.write(string.format("requests %d\\nmicros %d\\nerrors %d\\np50 %d\\np99 %d\\nmax %d\\n",
                    summary.requests, summary.duration,
                    e.connect + e.read + e.write + e.status + e.timeout,
                    latency:percentile(50), latency:percentile(99), latency.max))
            end
            """;

    private final BenchNode bench;
    private final SplittableRandom random = new SplittableRandom(20261121);

    private DecideHttpFigures(BenchNode bench) {
        this.bench = bench;
    }

    /** Measures, in a new directory below this one, on whose disk the databases are. */
    static Figures measure(Path target) throws IOException, InterruptedException {
        System.err.println("measuring decisions over HTTP");
        if (!Files.isExecutable(WRK)) {
            return new Figures(
                    List.of(Row.skipped("decisions over HTTP", AIM, "wrk is not installed")),
                    List.of());
        }
        try (var bench = BenchNode.in(target)) {
            return new DecideHttpFigures(bench).measure();
        }
    }

    private Figures measure() throws IOException, InterruptedException {
        var endorsements = bench.endorse(IMAGES);
        try (var catalogue = bench.start()) {
            catalogue.submit(endorsements.subList(0, 2), 1);
            catalogue.submit(endorsements.subList(2, endorsements.size()), CLIENTS);
            System.err.println("  the catalogue is filled");
            var site = BenchSite.following(bench, catalogue, rules());
            try (var node = site.start()) {
                node.submit(site.appoint(), 1);
                node.submit(suspensions(site), CLIENTS);
                BenchSite.await(node, endorsements.size());
                node.submit(site.approve(endorsements), CLIENTS);
                System.err.println("  the site has approved");
                return measure(node);
            }
        }
    }

    // ---- Set-up -------------------------------------------------------------------------------

    /** In each class the same: whom to trust where that is asked for, and conditions. */
    private static String rules() {
        var owners =
                IntStream.range(1, OWNERS)
                        .mapToObj(", \"vo:other%d\""::formatted)
                        .collect(Collectors.joining("", "[\"vo:biomed\"", "]"));
        var conditions =
                IntStream.range(0, CONDITIONS)
                        .mapToObj(
                                i ->
                                        "    c%1$d: 'image.packages < %2$d && image.owner != \"vo:other%1$d\"'\n"
                                                .formatted(i, 1000 + i))
                        .collect(Collectors.joining());
        var trust = "    trust: " + owners + "\n";
        var rest = "    approval: required\n    conditions:\n" + conditions.indent(2);
        return "classes:\n  infrastructure:\n"
                + trust
                + rest
                + "  trusted-payload:\n"
                + trust
                + rest
                + "  payload:\n"
                + rest;
    }

    private List<byte[]> suspensions(BenchSite site) {
        return IntStream.range(0, SUSPENDED)
                .parallel()
                .mapToObj(
                        i ->
                                site.sign(
                                        new Suspension(
                                                bench.header(BenchSite.ORIGIN, site.officer()),
                                                BenchSite.SITE,
                                                new Person(person("Suspended", i), "CN=Bench CA"),
                                                List.of(),
                                                Suspension.Reason.SECURITY,
                                                Urgency.HIGH,
                                                "a key was lost"),
                                        site.officer()))
                .toList();
    }

    /** Names of one length. */
    private static String person(String kind, int number) {
        return "CN=%9s %06d,O=Bench".formatted(kind, number).replace("  ", "__");
    }

    /** One in twenty asks for a suspended operator, and one in twenty for an unknown image. */
    private String question(String more) {
        int dice = random.nextInt(20);
        int image = random.nextInt(IMAGES);
        var useClass = List.of("infrastructure", "payload").get(random.nextInt(2));
        var text =
                """
                {%s"subject":{"type":"operator","id":"%s"},"action":{"name":"instantiate"},"resource":{"type":"image","id":"%s"},"context":{"class":"%s","host":"wn%03d"}}"""
                        .formatted(
                                more,
                                dice == 0
                                        ? person("Suspended", random.nextInt(SUSPENDED))
                                        : person("Operator", random.nextInt(OPERATORS)),
                                BenchNode.image(dice == 1 ? IMAGES + image : image),
                                useClass,
                                random.nextInt(1000));
        return text + " ".repeat(useClass.equals("payload") ? 7 : 0);
    }

    private Path script(String path, int questions, int batch) throws IOException {
        var bodies = bench.directory().resolve("bodies-" + batch);
        Files.write(
                bodies,
                IntStream.range(0, questions)
                        .mapToObj(
                                _ ->
                                        batch == 1
                                                ? question("")
                                                : IntStream.range(0, batch)
                                                        .mapToObj(_ -> question(""))
                                                        .collect(
                                                                Collectors.joining(
                                                                        ",",
                                                                        "{\"evaluations\":[",
                                                                        "]}")))
                        .toList());
        var script = bench.directory().resolve("ask-" + batch + ".lua");
        Files.writeString(script, SCRIPT.formatted(bodies.toAbsolutePath(), path) + DONE);
        return script;
    }

    // ---- Measuring ----------------------------------------------------------------------------

    /**
     * What a round saw.
     *
     * @param rate requests each second
     * @param slow the 99th percentile, in milliseconds
     * @param node CPU microseconds of the node for each request
     * @param database CPU microseconds of its PostgreSQL for each request
     */
    private record Round(
            long requests, double rate, double median, double slow, double node, double database) {}

    private Figures measure(BenchNode.Running node) throws IOException, InterruptedException {
        var one = script("/access/v1/evaluation", QUESTIONS, 1);
        var many = script("/access/v1/evaluations", QUESTIONS / BATCH, BATCH);
        var live = bench.directory().resolve("live.lua");
        Files.writeString(
                live, "request = function() return wrk.format('GET', '/health/live') end\n" + DONE);
        long answered = 0;
        answered += round(node, one, WARM_UP).requests();
        answered += BATCH * round(node, many, WARM_UP.dividedBy(4)).requests();
        round(node, live, WARM_UP.dividedBy(4));
        var load = Machine.load();
        var questions = questions();
        answered += timed(node, busy(node, questions)).requests();
        var singles = new ArrayList<Round>();
        var busy = new ArrayList<Round>();
        var paced = new ArrayList<Round>();
        var few = new ArrayList<Round>();
        var batches = new ArrayList<Round>();
        var plain = new ArrayList<Round>();
        for (int i = 0; i < ROUNDS; i++) {
            singles.add(round(node, one, ROUND));
            busy.add(timed(node, busy(node, questions)));
            paced.add(timed(node, paced(node, questions)));
            few.add(round(node, one, ROUND, FEW_CONNECTIONS));
            plain.add(round(node, live, ROUND));
            batches.add(round(node, many, ROUND));
            System.err.printf(
                    Locale.ROOT,
                    "  %s%n  %s%n  %s%n  %s%n  %s%n  %s%n",
                    singles.getLast(),
                    busy.getLast(),
                    paced.getLast(),
                    few.getLast(),
                    plain.getLast(),
                    batches.getLast());
        }
        answered += singles.stream().mapToLong(Round::requests).sum();
        answered += busy.stream().mapToLong(Round::requests).sum();
        answered += paced.stream().mapToLong(Round::requests).sum();
        answered += few.stream().mapToLong(Round::requests).sum();
        answered += BATCH * batches.stream().mapToLong(Round::requests).sum();
        load += " → " + Machine.load();
        return new Figures(
                List.of(
                        new Row(
                                String.format(
                                        Locale.ROOT,
                                        "decision over HTTP at %,d images, 1,000 rules, %,d suspensions, beside `GET /health/live` (%d connections, median of %d × %d s)",
                                        IMAGES,
                                        SUSPENDED,
                                        CONNECTIONS,
                                        ROUNDS,
                                        ROUND.toSeconds()),
                                told(singles, 1),
                                told(plain, 1),
                                String.format(
                                        Locale.ROOT,
                                        "%.2f ×",
                                        median(singles, Round::rate) / median(plain, Round::rate)),
                                RATE_AIM,
                                met(fast(singles)),
                                load),
                        new Row(
                                "the same, by %d connections".formatted(FEW_CONNECTIONS),
                                told(few, 1),
                                "",
                                "",
                                RATE_AIM,
                                met(fast(few)),
                                load),
                        new Row(
                                "the same, the time of each answer (%d connections)"
                                        .formatted(CONNECTIONS),
                                told(busy, 1),
                                "",
                                "",
                                AIM,
                                met(fast(busy) && prompt(busy)),
                                load),
                        new Row(
                                String.format(
                                        Locale.ROOT,
                                        "the same, %,d asked for evenly each second, each time from when it was due (%d connections)",
                                        PACE,
                                        PACED_CONNECTIONS),
                                told(paced, 1),
                                "",
                                "",
                                AIM,
                                met(kept(paced) && prompt(paced)),
                                load),
                        new Row(
                                "the same, in batches of " + BATCH,
                                told(batches, BATCH),
                                "",
                                "",
                                RATE_AIM,
                                met(BATCH * median(batches, Round::rate) >= RATE),
                                load)),
                List.of(recorded(node, answered)));
    }

    private static boolean fast(List<Round> rounds) {
        return median(rounds, Round::rate) >= RATE;
    }

    /** No more is asked; the last answers may come a hundredth of the time later. */
    private static boolean kept(List<Round> rounds) {
        return median(rounds, Round::rate) >= RATE * 0.99;
    }

    private static boolean prompt(List<Round> rounds) {
        return median(rounds, Round::slow) < 5;
    }

    private static String met(boolean aim) {
        return aim ? "yes" : "**no**";
    }

    private static String told(List<Round> rounds, int each) {
        return String.format(
                Locale.ROOT,
                "%.0f/s (median %.2f ms, p99 %.2f ms; CPU each: node %.1f µs, PostgreSQL %.1f µs)",
                each * median(rounds, Round::rate),
                median(rounds, Round::median),
                median(rounds, Round::slow),
                median(rounds, Round::node) / each,
                median(rounds, Round::database) / each);
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> part) {
        return Statistics.median(rounds.stream().mapToDouble(part).toArray());
    }

    private List<byte[]> questions() {
        return IntStream.range(0, QUESTIONS)
                .mapToObj(
                        _ ->
                                WireClient.post(
                                        "/access/v1/evaluation",
                                        "application/json",
                                        question("").getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    private interface Timing {
        TimingClient.Round ask() throws IOException;
    }

    private static Timing busy(BenchNode.Running node, List<byte[]> questions) {
        return () -> TimingClient.busy(node.port(), questions, CONNECTIONS, ROUND);
    }

    private static Timing paced(BenchNode.Running node, List<byte[]> questions) {
        return () -> TimingClient.paced(node.port(), questions, PACED_CONNECTIONS, PACE, ROUND);
    }

    private static Round timed(BenchNode.Running node, Timing timing) throws IOException {
        double ofNode = node.cpu();
        double ofDatabase = node.databaseCpu();
        var told = timing.ask();
        return new Round(
                told.requests(),
                told.rate(),
                told.median(),
                told.slow(),
                (node.cpu() - ofNode) / told.requests() * 1e6,
                (node.databaseCpu() - ofDatabase) / told.requests() * 1e6);
    }

    private Round round(BenchNode.Running node, Path script, Duration length)
            throws IOException, InterruptedException {
        return round(node, script, length, CONNECTIONS);
    }

    private Round round(BenchNode.Running node, Path script, Duration length, int connections)
            throws IOException, InterruptedException {
        double ofNode = node.cpu();
        double ofDatabase = node.databaseCpu();
        var run =
                Command.of(
                                WRK.toString(),
                                "--threads=1",
                                "--timeout=10s",
                                "--connections=" + connections,
                                "--duration=" + length.toSeconds() + "s",
                                "--script=" + script,
                                "http://127.0.0.1:" + node.port())
                        .run();
        var told = run.output();
        if (number(told, "errors") > 0) {
            throw new IOException("not every request was answered well: " + told);
        }
        double requests = number(told, "requests");
        return new Round(
                (long) requests,
                requests / (number(told, "micros") / 1e6),
                number(told, "p50") / 1e3,
                number(told, "p99") / 1e3,
                (node.cpu() - ofNode) / requests * 1e6,
                (node.databaseCpu() - ofDatabase) / requests * 1e6);
    }

    private static double number(String output, String name) {
        return output.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("wrk told no " + name));
    }

    /** Nothing is fast that forgets. */
    private static String recorded(BenchNode.Running node, long answered)
            throws IOException, InterruptedException {
        Thread.sleep(2000);
        try (var connection = node.database();
                var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "select count(*), count(*) filter (where permitted) from decision")) {
            rows.next();
            if (rows.getLong(1) < answered) {
                throw new IOException(
                        "%d decisions were answered and %d are on record"
                                .formatted(answered, rows.getLong(1)));
            }
            return String.format(
                    Locale.ROOT,
                    "Every one of the %,d decisions that were answered is on record with its reasons, %.0f %% of them permits.",
                    answered,
                    100.0 * rows.getLong(2) / rows.getLong(1));
        } catch (SQLException e) {
            throw new IOException("cannot ask PostgreSQL", e);
        }
    }
}
