package org.imprimatur.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.imprimatur.bench.Figures.Row;

/**
 * What a node serves to everybody, beside nginx with the same bytes in files: requests for each
 * second of CPU time of the server, since the clients are on the same processors.
 */
final class ServeFigures {

    private static final String AIM = "≥ 0.6 × nginx per CPU second";
    private static final int STATEMENTS = 600;
    private static final int IMAGES = 100;
    private static final int CLIENTS = 8;
    private static final Duration ROUND = Duration.ofSeconds(3);
    private static final int WARM_UPS = 3;
    private static final List<String> PATHS =
            List.of(
                    "tile/0/000",
                    "tile/entries/000",
                    "store/vo/biomed/image.list",
                    "api/v1/charter",
                    "checkpoint");

    private final BenchNode bench;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private ServeFigures(BenchNode bench) {
        this.bench = bench;
    }

    /** Measures, in a new directory below this one. */
    static Figures measure(Path target) throws IOException, InterruptedException {
        System.err.println("measuring what a node serves, beside nginx");
        if (!Nginx.isInstalled()) {
            return new Figures(
                    List.of(
                            Row.skipped(
                                    "tiles and lists beside nginx", AIM, "nginx is not installed")),
                    List.of());
        }
        try (var bench = BenchNode.in(target)) {
            var figures = new ServeFigures(bench);
            try (var node = bench.start()) {
                return figures.measure(node);
            }
        }
    }

    private Figures measure(BenchNode.Running node) throws IOException, InterruptedException {
        node.submit(bench.sign(STATEMENTS), 1);
        node.submit(bench.endorse(IMAGES), 1);
        var files = bench.directory().resolve("files");
        for (var path : PATHS) {
            var file = files.resolve(path);
            Files.createDirectories(file.getParent());
            Files.write(file, bytes(node, path));
        }
        try (var nginx =
                Nginx.start(
                        bench.directory().resolve("nginx"),
                        files,
                        """
                        access_log off;
                        open_file_cache max=100;
                        keepalive_requests 100000000;
                        """)) {
            var rows = new ArrayList<Row>();
            for (var path : PATHS) {
                var load = Machine.load();
                var request = WireClient.get("/" + path);
                // The first rounds compile and fill caches.
                for (int i = 0; i < WARM_UPS; i++) {
                    perCpuSecond(node.port(), request, node::cpu);
                }
                double ours = perCpuSecond(node.port(), request, node::cpu);
                double theirs = perCpuSecond(nginx.port(), request, nginx::cpu);
                rows.add(
                        new Row(
                                "/%s, %d bytes, beside nginx"
                                        .formatted(path, Files.size(files.resolve(path))),
                                String.format(Locale.ROOT, "%.0f per CPU second", ours),
                                String.format(Locale.ROOT, "%.0f per CPU second", theirs),
                                String.format(Locale.ROOT, "%.2f ×", ours / theirs),
                                AIM,
                                ours >= 0.6 * theirs ? "yes" : "**no**",
                                load + " → " + Machine.load()));
            }
            return new Figures(rows, List.of());
        }
    }

    private byte[] bytes(BenchNode.Running node, String path)
            throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(
                                        URI.create("http://127.0.0.1:" + node.port() + "/" + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray())
                .body();
    }

    private static double perCpuSecond(int port, byte[] request, DoubleSupplier cpu)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + ROUND.toNanos();
        double before = cpu.getAsDouble();
        Callable<Long> client =
                () -> {
                    long count = 0;
                    try (var connection = new WireClient(port)) {
                        while (System.nanoTime() < end) {
                            var reply = connection.exchange(request);
                            if (reply.status() != 200) {
                                throw new IOException("answered " + reply);
                            }
                            count++;
                        }
                    }
                    return count;
                };
        long requests = 0;
        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            for (var done :
                    clients.invokeAll(IntStream.range(0, CLIENTS).mapToObj(_ -> client).toList())) {
                requests += done.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
        return requests / (cpu.getAsDouble() - before);
    }
}
