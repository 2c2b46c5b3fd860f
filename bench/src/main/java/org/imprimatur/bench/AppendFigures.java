package org.imprimatur.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.imprimatur.bench.Figures.Row;
import org.imprimatur.register.Header;
import org.imprimatur.register.Nonce;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.Role;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.StatementSigner;
import org.imprimatur.trust.TrialAuthority;
import org.imprimatur.trust.TrialAuthority.KeyKind;

/**
 * Statements through HTTP into the ledger of a real node with its embedded PostgreSQL, from 64
 * clients at once. Each client submits the next statement when the last one is acknowledged, and an
 * acknowledged statement is durable. Statements are signed before the clock runs.
 */
final class AppendFigures {

    private static final String WHAT = "ledger append through HTTP, durable, 64 clients";
    private static final String AIM = "≥ 2000 statements/s";
    private static final int CLIENTS = 64;
    private static final int ROUNDS = 3;
    private static final Duration ROUND = Duration.ofSeconds(10);
    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final int WARM_UP_STATEMENTS = 50_000;

    private static final Origin ORIGIN = new Origin("catalogue.example/bench");
    private static final Owner BIOMED = Owner.parse("vo:biomed");

    private final SecureRandom random = new SecureRandom();
    private final Path directory;
    private final Path programs;
    private final SigningKey appointer;
    private int people;

    private AppendFigures(Path directory, Path programs) throws IOException {
        this.directory = directory;
        this.programs = programs;
        var authority =
                TrialAuthority.create("Bench CA", KeyKind.EC_P256, InstantSource.system(), random);
        this.appointer = authority.issue("Anna Appointer", KeyKind.EC_P256);
        authority.writeAnchors(directory.resolve("anchors"));
        Files.writeString(directory.resolve("policy.txt"), "Endorse with care.\n");
        Files.writeString(directory.resolve("node.yaml"), configuration());
    }

    /** Measures, in a new directory below this one, on whose disk the database is. */
    static Figures measure(Path target) throws IOException, InterruptedException {
        System.err.println("measuring " + WHAT);
        var directory = Files.createTempDirectory(Files.createDirectories(target), "append-");
        try {
            return new AppendFigures(directory, target.resolve("programs")).measure();
        } catch (SQLException e) {
            throw new IOException("cannot ask PostgreSQL", e);
        } finally {
            delete(directory);
        }
    }

    private String configuration() {
        return """
        name: %s
        listen: 127.0.0.1:0
        data: data
        programs: %s
        anchors: anchors
        policy: {name: bench-policy, version: 1, file: policy.txt}
        owners:
          "%s":
            appointers:
              - {subject: "%s", issuer: "%s"}
        """
                .formatted(
                        ORIGIN,
                        programs.toAbsolutePath(),
                        BIOMED,
                        appointer.person().subject(),
                        appointer.person().issuer());
    }

    private Figures measure() throws IOException, InterruptedException, SQLException {
        double syncs = syncsPerSecond();
        var node =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                NodeProcess.class.getName(),
                                directory.resolve("node.yaml").toString())
                        .redirectError(directory.resolve("node.log").toFile())
                        .start();
        try {
            var line = node.inputReader(UTF_8).readLine();
            if (line == null) {
                throw new IOException(
                        "the node did not start: "
                                + Files.readString(directory.resolve("node.log")));
            }
            return measure(node, Integer.parseInt(line), syncs);
        } finally {
            // Its standard input ends, and so it stops its database and itself.
            node.getOutputStream().close();
            if (!node.waitFor(60, TimeUnit.SECONDS)) {
                node.destroyForcibly();
            }
        }
    }

    private Figures measure(Process node, int port, double syncs)
            throws IOException, InterruptedException, SQLException {
        var settings = settings();
        var load = Machine.load();
        double expected = round(node, port, sign(WARM_UP_STATEMENTS), WARM_UP).rate();
        var rounds = new ArrayList<Round>();
        for (int i = 0; i < ROUNDS; i++) {
            int enough = (int) (2 * expected * ROUND.toSeconds()) + 1000;
            var round = round(node, port, sign(enough), ROUND);
            System.err.printf(Locale.ROOT, "  %.0f statements/s%n", round.rate());
            expected = round.rate();
            rounds.add(round);
        }
        double rate = median(rounds, Round::rate);
        var row =
                new Row(
                        WHAT + " (median of " + ROUNDS + " × " + ROUND.toSeconds() + " s)",
                        String.format(
                                Locale.ROOT,
                                "%.0f/s (each after %.1f ms, p99 %.1f ms)",
                                rate,
                                median(rounds, Round::median),
                                median(rounds, Round::slow)),
                        String.format(Locale.ROOT, "%.0f fsyncs/s of 8 KiB, one by one", syncs),
                        String.format(Locale.ROOT, "%.2f per fsync", rate / syncs),
                        AIM,
                        rate >= 2000 ? "yes" : "**no**",
                        load + " → " + Machine.load());
        var shares =
                String.format(
                        Locale.ROOT,
                        "While appending, of %d cores: node %.2f, PostgreSQL %.2f, clients %.2f,"
                                + " everything else on the machine %.2f.",
                        Machine.cores(),
                        median(rounds, Round::node),
                        median(rounds, Round::database),
                        median(rounds, Round::clients),
                        median(rounds, Round::others));
        return new Figures(List.of(row), List.of(settings, shares));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> part) {
        return Statistics.median(rounds.stream().mapToDouble(part).toArray());
    }

    // ---- Statements ---------------------------------------------------------------------------

    private List<byte[]> sign(int count) {
        int first = people;
        people += count;
        return IntStream.range(first, first + count).parallel().mapToObj(this::signed).toList();
    }

    private byte[] signed(int number) {
        return StatementSigner.sign(
                new Appointment(
                        new Header(ORIGIN, appointer.person(), Instant.now(), Nonce.random(random)),
                        BIOMED,
                        Role.VM_OPERATOR,
                        new Person("CN=Person " + number + ",O=Bench", "CN=Bench CA,O=Bench"),
                        "Person " + number,
                        "security@example.org",
                        "what this person starts"),
                appointer);
    }

    // ---- A round ------------------------------------------------------------------------------

    /**
     * What the clients saw. Latencies are in milliseconds, shares in cores.
     *
     * @param rate acknowledged statements each second
     * @param slow the 99th percentile
     */
    private record Round(
            double rate,
            double median,
            double slow,
            double node,
            double database,
            double clients,
            double others) {}

    private Round round(Process node, int port, List<byte[]> envelopes, Duration length)
            throws IOException, InterruptedException {
        var next = new AtomicInteger();
        var us = ProcessHandle.current();
        var postgres = ProcessHandle.of(postmaster().pid()).orElseThrow();
        double[] before = {cpu(node.toHandle()), family(postgres), cpu(us), Machine.cpuOfAll()};
        long start = System.nanoTime();
        long end = start + length.toNanos();
        var latencies = new ArrayList<Double>();
        Callable<List<Double>> client =
                () -> {
                    var mine = new ArrayList<Double>();
                    try (var connection = new WireClient(port)) {
                        while (System.nanoTime() < end) {
                            int index = next.getAndIncrement();
                            if (index >= envelopes.size()) {
                                break;
                            }
                            var request =
                                    WireClient.post(
                                            "/api/v1/statements",
                                            "application/json",
                                            envelopes.get(index));
                            long sent = System.nanoTime();
                            var reply = connection.exchange(request);
                            if (reply.status() != 201) {
                                throw new IOException("a statement was answered " + reply);
                            }
                            mine.add((System.nanoTime() - sent) / 1e6);
                        }
                    }
                    return mine;
                };
        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            for (var done :
                    clients.invokeAll(IntStream.range(0, CLIENTS).mapToObj(_ -> client).toList())) {
                latencies.addAll(done.get());
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double ofNode = (cpu(node.toHandle()) - before[0]) / seconds;
        double ofDatabase = (family(postgres) - before[1]) / seconds;
        double ofClients = (cpu(us) - before[2]) / seconds;
        double ofAll = (Machine.cpuOfAll() - before[3]) / seconds;
        double[] times = latencies.stream().mapToDouble(Double::doubleValue).toArray();
        return new Round(
                times.length / seconds,
                Statistics.median(times),
                Statistics.quantile(0.99, times),
                ofNode,
                ofDatabase,
                ofClients,
                Math.max(0, ofAll - ofNode - ofDatabase - ofClients));
    }

    /** CPU seconds of a process that runs. */
    private static double cpu(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    private static double family(ProcessHandle process) {
        return cpu(process) + process.descendants().mapToDouble(AppendFigures::cpu).sum();
    }

    // ---- The database and its disk ------------------------------------------------------------

    private record Postmaster(long pid, int port) {}

    private Postmaster postmaster() throws IOException {
        var lines = Files.readAllLines(directory.resolve("data/postgresql/postmaster.pid"));
        return new Postmaster(
                Long.parseLong(lines.get(0).strip()), Integer.parseInt(lines.get(3).strip()));
    }

    /** Asks the running server whether it is durable, and goes no further if it is not. */
    private String settings() throws IOException, SQLException {
        var password = Files.readString(directory.resolve("data/postgresql.password")).strip();
        var told = new ArrayList<String>();
        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:" + postmaster().port() + "/postgres",
                                "imprimatur",
                                password);
                var statement = connection.createStatement()) {
            for (var name : List.of("fsync", "synchronous_commit", "full_page_writes")) {
                try (var answer = statement.executeQuery("show " + name)) {
                    answer.next();
                    if (!answer.getString(1).equals("on")) {
                        throw new IOException(
                                "PostgreSQL has " + name + " not on: nothing to measure");
                    }
                    told.add(name + "=on");
                }
            }
        }
        return "PostgreSQL was asked before the run, and says " + String.join(", ", told) + ".";
    }

    /** How often a second this disk takes 8 KiB to itself, one after the other. */
    private double syncsPerSecond() throws IOException {
        var file = directory.resolve("syncs");
        var block = ByteBuffer.allocate(8192);
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long start = System.nanoTime();
            int count = 0;
            while (System.nanoTime() - start < 2_000_000_000L) {
                channel.write(block.clear(), (count % 1024) * 8192L);
                channel.force(false);
                count++;
            }
            return count / ((System.nanoTime() - start) / 1e9);
        } finally {
            Files.delete(file);
        }
    }

    private static void delete(Path tree) throws IOException {
        try (var files = Files.walk(tree)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
