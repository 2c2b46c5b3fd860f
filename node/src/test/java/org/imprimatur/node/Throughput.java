package org.imprimatur.node;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Measures durable statements per second through HTTP: 16 clients, statements signed beforehand,
 * node and clients in one process. Arguments: statements to post (default 10000), clients (16).
 */
public final class Throughput {

    private Throughput() {}

    /** Runs it once and prints one line. */
    public static void main(String[] args) throws Exception {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        int clients = args.length > 1 ? Integer.parseInt(args[1]) : 16;
        Path directory = Files.createTempDirectory("throughput.");
        var trial = new Trial(directory, "catalogue.example/throughput");
        try (var node = trial.start()) {
            trial.prepare(node);
            int warm = Math.max(200, count / 5);
            var envelopes =
                    new ConcurrentLinkedQueue<byte[]>(
                            IntStream.range(0, count + warm)
                                    .parallel()
                                    .mapToObj(
                                            i ->
                                                    trial.sign(
                                                            trial.endorsement(
                                                                    trial.endorser, "image " + i),
                                                            trial.endorser))
                                    .toList());
            run(node, envelopes, clients, warm);
            double[] seconds = run(node, envelopes, clients, count);
            double total = seconds[seconds.length - 1];
            System.out.printf(
                    "%d statements, %d clients: %.0f statements/s, median %.1f ms, p99 %.1f ms%n",
                    count,
                    clients,
                    count / total,
                    seconds[count / 2] * 1000,
                    seconds[(int) (count * 0.99)] * 1000);
        }
    }

    /** The sorted latencies, and last the whole time. */
    private static double[] run(
            Node node, ConcurrentLinkedQueue<byte[]> envelopes, int clients, int count)
            throws InterruptedException {
        var left = new AtomicInteger(count);
        var taken = new double[count + 1];
        long start = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try (var http =
                                                HttpClient.newBuilder()
                                                        .version(HttpClient.Version.HTTP_1_1)
                                                        .build()) {
                                            int n = left.getAndDecrement();
                                            while (n > 0) {
                                                taken[n - 1] = post(http, node, envelopes.poll());
                                                n = left.getAndDecrement();
                                            }
                                        }
                                    }));
        }
        for (var thread : threads) {
            thread.join();
        }
        Arrays.sort(taken, 0, count);
        taken[count] = (System.nanoTime() - start) / 1e9;
        return taken;
    }

    private static double post(HttpClient http, Node node, byte[] envelope) {
        long start = System.nanoTime();
        try {
            Trial.expect(
                    201,
                    http.send(
                            HttpRequest.newBuilder(Trial.uri(node, "/api/v1/statements"))
                                    .timeout(Duration.ofSeconds(60))
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(envelope))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString()));
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return (System.nanoTime() - start) / 1e9;
    }
}
