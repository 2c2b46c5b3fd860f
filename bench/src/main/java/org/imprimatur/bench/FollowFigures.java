package org.imprimatur.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.imprimatur.bench.Figures.Row;

/**
 * A ledger of many statements: how long its own node takes to rebuild its register from it, and how
 * long a site takes that has seen nothing of it yet and verifies all of it, every signature too.
 */
final class FollowFigures {

    private static final int STATEMENTS = 100_000;
    private static final int CLIENTS = 64;
    private static final Duration AIM = Duration.ofSeconds(60);

    private final BenchNode bench;

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
            node.submit(bench.sign(STATEMENTS), CLIENTS);
            System.err.println("  the ledger is filled");
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

    /** CPU seconds of the follower with its database, and of the node that it asked. */
    private record Followed(double seconds, double cpu, double served) {}

    private Followed follow(BenchNode.Running node) throws IOException, InterruptedException {
        var follower =
                BenchSite.following(
                        bench,
                        node,
                        """
                        classes:
                          infrastructure: {trust: ["vo:biomed"], approval: required}
                        """);
        double before = node.cpu() + node.databaseCpu();
        long start = System.nanoTime();
        try (var site = follower.start()) {
            BenchSite.await(site, STATEMENTS);
            double seconds = (System.nanoTime() - start) / 1e9;
            System.err.printf(Locale.ROOT, "  followed in %.1f s%n", seconds);
            return new Followed(
                    seconds,
                    site.cpu() + site.databaseCpu(),
                    node.cpu() + node.databaseCpu() - before);
        }
    }
}
