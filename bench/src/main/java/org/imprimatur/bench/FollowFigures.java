package org.imprimatur.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.imprimatur.bench.Figures.Row;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;

/**
 * A ledger of many statements: how long its own node takes to rebuild its register from it, and how
 * long a site takes that has seen nothing of it yet and verifies all of it, every signature too.
 */
final class FollowFigures {

    private static final int STATEMENTS = 100_000;
    private static final int CLIENTS = 64;
    private static final Duration AIM = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Pattern SIZE = Pattern.compile("\"size\":([0-9]+)");

    private final BenchNode bench;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private FollowFigures(BenchNode bench) {
        this.bench = bench;
    }

    /** Measures, in a new directory below this one, on whose disk the databases are. */
    static Figures measure(Path target) throws IOException, InterruptedException {
        System.err.printf(
                Locale.ROOT, "measuring a ledger of %d, rebuilt and followed%n", STATEMENTS);
        try (var bench = BenchNode.in(target)) {
            return new FollowFigures(bench).measure();
        }
    }

    private Figures measure() throws IOException, InterruptedException {
        try (var node = bench.start()) {
            fill(node);
        }
        var load = Machine.load();
        long start = System.nanoTime();
        try (var node = bench.start()) {
            double rebuilt = (System.nanoTime() - start) / 1e9;
            double cpu = node.cpu() + node.databaseCpu();
            System.err.printf(Locale.ROOT, "  rebuilt in %.1f s%n", rebuilt);
            var between = Machine.load();
            var follower = follow(node);
            return new Figures(
                    List.of(
                            row(
                                    "a follower catches up %d statements, every signature verified",
                                    follower.seconds(),
                                    follower.cpu(),
                                    between + " → " + Machine.load()),
                            row(
                                    "a node starts and rebuilds its register from %d statements",
                                    rebuilt, cpu, load + " → " + between)),
                    List.of(
                            "Both from the start of the process, with that of its PostgreSQL, until all is verified or served.",
                            String.format(
                                    Locale.ROOT,
                                    "While the follower caught up, the node that it follows took %.1f s of CPU time with its database.",
                                    follower.served())));
        }
    }

    private static Row row(String what, double seconds, double cpu, String load) {
        return new Row(
                String.format(Locale.ROOT, what, STATEMENTS),
                String.format(
                        Locale.ROOT,
                        "%.1f s, %.0f/s (CPU %.1f s)",
                        seconds,
                        STATEMENTS / seconds,
                        cpu),
                "",
                "",
                "< " + AIM.toSeconds() + " s",
                seconds < AIM.toSeconds() ? "yes" : "**no**",
                load);
    }

    private void fill(BenchNode.Running node) throws IOException, InterruptedException {
        var envelopes = bench.sign(STATEMENTS);
        var next = new AtomicInteger();
        Callable<Void> client =
                () -> {
                    try (var connection = new WireClient(node.port())) {
                        for (int i = next.getAndIncrement();
                                i < envelopes.size();
                                i = next.getAndIncrement()) {
                            var reply =
                                    connection.exchange(
                                            WireClient.post(
                                                    "/api/v1/statements",
                                                    "application/json",
                                                    envelopes.get(i)));
                            if (reply.status() != 201) {
                                throw new IOException("a statement was answered " + reply);
                            }
                        }
                        return null;
                    }
                };
        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            for (var done :
                    clients.invokeAll(IntStream.range(0, CLIENTS).mapToObj(_ -> client).toList())) {
                done.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
        System.err.println("  the ledger is filled");
    }

    /** CPU seconds of the follower with its database, and of the node that it asked. */
    private record Followed(double seconds, double cpu, double served) {}

    private Followed follow(BenchNode.Running node) throws IOException, InterruptedException {
        var url = "http://127.0.0.1:" + node.port();
        Files.writeString(bench.directory().resolve("charter.json"), get(url + "/api/v1/charter"));
        Files.writeString(
                bench.directory().resolve("site-node.yaml"),
                bench.configuration(
                                new Origin("site.example/bench"),
                                "site-data",
                                Owner.parse("site:bench"))
                        + "site: site.yaml\n");
        Files.writeString(
                bench.directory().resolve("site.yaml"),
                """
                owner: "site:bench"
                follow:
                  - {url: "%s", charter: charter.json, poll: 10s}
                max-staleness: 15m
                store: store
                classes:
                  infrastructure: {trust: ["vo:biomed"], approval: required}
                """
                        .formatted(url));
        double before = node.cpu() + node.databaseCpu();
        long start = System.nanoTime();
        try (var site = bench.start("site-node.yaml", "site-data")) {
            while (size(site) < STATEMENTS) {
                if (System.nanoTime() - start > PATIENCE.toNanos()) {
                    throw new IOException("the follower does not get there");
                }
                Thread.sleep(100);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            System.err.printf(Locale.ROOT, "  followed in %.1f s%n", seconds);
            return new Followed(
                    seconds,
                    site.cpu() + site.databaseCpu(),
                    node.cpu() + node.databaseCpu() - before);
        }
    }

    private long size(BenchNode.Running site) throws IOException, InterruptedException {
        var found = SIZE.matcher(get("http://127.0.0.1:" + site.port() + "/api/v1/site/sources"));
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    private String get(String url) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create(url))
                                .timeout(Duration.ofSeconds(30))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
