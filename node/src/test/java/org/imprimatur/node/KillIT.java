package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.LedgerView;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.ProofFile;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.Tile;
import org.imprimatur.register.StatementId;
import org.imprimatur.trust.Envelope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a node with SIGKILL while clients post, and starts it again, five times. */
class KillIT {

    private static final int ROUNDS = 5;
    private static final int CLIENTS = 8;

    private final Random random = new Random(4711);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** What was acknowledged: id, and the proof that came with it. */
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();

    @Test
    void aKilledNodeLosesNothingThatItAcknowledgedAndNeedsNoRepair(@TempDir Path directory)
            throws Exception {
        var trial = new Trial(directory, "catalogue.example/kill");
        try (var running = new RunningNode(directory, "node.yaml")) {
            var appointment =
                    trial.appointment(
                            trial.appointer,
                            org.imprimatur.register.Role.ENDORSER,
                            trial.endorser.person());
            assertThat(post(running.port(), trial.sign(appointment, trial.appointer))).isTrue();
            assertThat(
                            post(
                                    running.port(),
                                    trial.sign(trial.acceptance(trial.endorser), trial.endorser)))
                    .isTrue();
            running.kill();
        }
        LedgerView view = null;
        for (int round = 0; round < ROUNDS; round++) {
            try (var running = new RunningNode(directory, "node.yaml")) {
                var key =
                        NoteVerifier.parse(
                                org.imprimatur.exchange.CharterJson.read(
                                                get(running.port(), "/api/v1/charter"))
                                        .key());
                view = view == null ? LedgerView.unseen(key) : view;
                view = checkAcknowledged(running.port(), view);
                postUntilKilled(trial, running);
            }
        }
        try (var running = new RunningNode(directory, "node.yaml")) {
            checkAcknowledged(running.port(), view);
            assertThat(acknowledged).hasSizeGreaterThan(2 + ROUNDS);
        }
    }

    private void postUntilKilled(Trial trial, RunningNode running) throws Exception {
        var stop = new AtomicBoolean();
        var number = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < CLIENTS; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        while (!stop.get()) {
                                            var statement =
                                                    trial.endorsement(
                                                            trial.endorser,
                                                            "image " + number.incrementAndGet());
                                            try {
                                                post(
                                                        running.port(),
                                                        trial.sign(statement, trial.endorser));
                                            } catch (IOException e) {
                                                return; // killed: nothing was acknowledged
                                            }
                                        }
                                    }));
        }
        int before = acknowledged.size();
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (acknowledged.size() < before + 20 && System.nanoTime() < end) {
            Thread.sleep(10);
        }
        Thread.sleep(random.nextInt(600));
        running.kill();
        stop.set(true);
        for (var thread : threads) {
            thread.join();
        }
    }

    /** Every acknowledged statement is there, and the ledger continues what was seen of it. */
    private LedgerView checkAcknowledged(int port, LedgerView view) throws Exception {
        var note = SignedNote.parse(get(port, "/checkpoint"));
        LedgerView next =
                switch (view.lookWithTiles(note, tile -> tile(port, tile))) {
                    case LedgerView.Look.Same same -> same.view();
                    case LedgerView.Look.Grown grown -> grown.view();
                    case LedgerView.Look.Alarm alarm ->
                            throw new AssertionError(alarm.explanation());
                };
        for (var one : acknowledged.entrySet()) {
            var statement =
                    new String(
                            get(port, "/api/v1/statements/" + one.getKey()),
                            StandardCharsets.UTF_8);
            assertThat(statement).contains(one.getKey());
            var proof = ProofFile.parse(one.getValue());
            assertThat(Checkpoint.parse(proof.note().text()).size())
                    .isLessThanOrEqualTo(next.head().size());
            assertThat(LedgerView.unseen(view.ledger()).look(proof.note(), (_, _) -> null))
                    .isInstanceOf(LedgerView.Look.Grown.class);
        }
        // Each entry is what its leaf hash in the tiles says.
        long size = next.head().size();
        for (long first = 0; first < size; first += 256) {
            int width = (int) Math.min(256, size - first);
            var bundle = new org.imprimatur.ledger.EntryBundle(first / 256, width);
            var entries = bundle.decode(get(port, "/" + bundle.path()));
            var tile = new Tile(0, first / 256, width);
            assertThat(Hash.ofLeaves(entries)).isEqualTo(tile.hashes(tile(port, tile)));
            entries.forEach(
                    bytes ->
                            assertThat(
                                            StatementId.of(
                                                    Envelope.parse(
                                                                    LedgerEntry.parse(bytes)
                                                                            .envelope())
                                                            .payload()))
                                    .isNotNull());
        }
        return next;
    }

    private byte[] tile(int port, Tile tile) {
        try {
            return get(port, "/" + tile.path());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean post(int port, byte[] envelope) throws IOException {
        try {
            var response =
                    http.send(
                            HttpRequest.newBuilder(uri(port, "/api/v1/statements"))
                                    .timeout(Duration.ofSeconds(30))
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(envelope))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 201) {
                return false;
            }
            var json = new com.fasterxml.jackson.databind.ObjectMapper().readTree(response.body());
            acknowledged.put(json.get("id").asText(), json.get("proof").asText());
            return true;
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private byte[] get(int port, String path) throws IOException, InterruptedException {
        var response =
                http.send(
                        HttpRequest.newBuilder(uri(port, path)).build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        return response.body();
    }

    private static URI uri(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
