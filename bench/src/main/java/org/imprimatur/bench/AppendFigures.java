package org.imprimatur.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.imprimatur.bench.Figures.Row;

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

    private final BenchNode bench;

    private AppendFigures(BenchNode bench) {
        this.bench = bench;
    }

    /** Measures, in a new directory below this one, on whose disk the database is. */
    static Figures measure(Path target) throws IOException, InterruptedException {
        System.err.println("measuring " + WHAT);
        try (var bench = BenchNode.in(target)) {
            var figures = new AppendFigures(bench);
            double syncs = figures.syncsPerSecond();
            try (var node = bench.start()) {
                return figures.measure(node, syncs);
            }
        }
    }

    private Figures measure(BenchNode.Running node, double syncs)
            throws IOException, InterruptedException {
        var settings = node.settings();
        var load = Machine.load();
        double expected = round(node, bench.sign(WARM_UP_STATEMENTS), WARM_UP).rate();
        var rounds = new ArrayList<Round>();
        for (int i = 0; i < ROUNDS; i++) {
            int enough = (int) (2 * expected * ROUND.toSeconds()) + 1000;
            var round = round(node, bench.sign(enough), ROUND);
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

    private Round round(BenchNode.Running node, List<byte[]> envelopes, Duration length)
            throws IOException, InterruptedException {
        var next = new AtomicInteger();
        var us = ProcessHandle.current();
        double[] before = {node.cpu(), node.databaseCpu(), BenchNode.cpu(us), Machine.cpuOfAll()};
        long start = System.nanoTime();
        long end = start + length.toNanos();
        var latencies = new ArrayList<Double>();
        Callable<List<Double>> client =
                () -> {
                    var mine = new ArrayList<Double>();
                    try (var connection = new WireClient(node.port())) {
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
        double ofNode = (node.cpu() - before[0]) / seconds;
        double ofDatabase = (node.databaseCpu() - before[1]) / seconds;
        double ofClients = (BenchNode.cpu(us) - before[2]) / seconds;
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

    /** How often a second this disk takes 8 KiB to itself, one after the other. */
    private double syncsPerSecond() throws IOException {
        var file = bench.directory().resolve("syncs");
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
}
