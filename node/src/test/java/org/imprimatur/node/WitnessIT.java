package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Trial.expect;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.imprimatur.exchange.LedgerEvidence;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.ConsistencyProof;
import org.imprimatur.ledger.Frontier;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.NoteCheck;
import org.imprimatur.ledger.NoteSignature;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.WitnessRequest;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node as the witness of a ledger that it does not follow, asked over HTTP. */
class WitnessIT {

    private static final List<byte[]> ENTRIES = numbers(700);
    private static Trial trial;
    private static List<FakeLedger> ledgers;
    private static Node witness;
    private static int next;

    private FakeLedger ledger;

    @BeforeAll
    static void start(@TempDir Path directory) {
        trial = new Trial(directory, "catalogue.example/witness");
        ledgers =
                IntStream.range(0, 6).mapToObj(i -> new FakeLedger("ledger.example/" + i)).toList();
        witness = node();
    }

    /** Each test has a ledger of its own, of which nothing was cosigned. */
    @BeforeEach
    void choose() {
        ledger = ledgers.get(next++);
    }

    private static List<byte[]> numbers(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Integer.toString(i).getBytes(StandardCharsets.US_ASCII))
                .toList();
    }

    private static Node node() {
        var keys = ledgers.stream().map(l -> l.key.verifier().toString()).toList();
        var yaml =
                trial.yaml()
                        + "witness: {name: w1.example, ledgers: [%s]}\n"
                                .formatted(String.join(", ", keys));
        return Node.start(
                NodeConfig.of(
                        YamlMember.parse(trial.directory.resolve("node.yaml").toString(), yaml)),
                Instant::now);
    }

    @AfterAll
    static void stop() {
        witness.close();
        ledgers.forEach(FakeLedger::close);
    }

    // ---- Tools --------------------------------------------------------------------------------

    private SignedNote note(int size) {
        return ledger.note(ENTRIES.subList(0, size));
    }

    private static List<Hash> proof(int from, int to) {
        return proof(from, ENTRIES.subList(0, to));
    }

    private static List<Hash> proof(int from, List<byte[]> entries) {
        var growth = Frontier.EMPTY.grow(Hash.ofLeaves(entries));
        return ConsistencyProof.read(
                        from,
                        entries.size(),
                        tile ->
                                growth.additions()
                                        .filter(a -> a.level() == tile.level())
                                        .filter(a -> a.index() == tile.index())
                                        .findFirst()
                                        .orElseThrow()
                                        .bytes())
                .hashes();
    }

    private HttpResponse<String> ask(long old, List<Hash> proof, SignedNote note) {
        return ask(new WitnessRequest(old, proof, note).bytes());
    }

    private HttpResponse<String> ask(byte[] body) {
        return trial.send(
                trial.request(witness, "/add-checkpoint")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build());
    }

    private HttpResponse<String> ask(int from, int to) {
        return ask(from, proof(from, to), note(to));
    }

    private NoteVerifier key() {
        return NoteVerifier.parse(
                SiteTrial.json(expect(200, trial.get(witness, "/api/v1/witness")))
                        .get("key")
                        .asText());
    }

    private Instant cosignedAt(SignedNote note, HttpResponse<String> answer) {
        assertThat(answer.body()).endsWith("\n");
        return key().verify(note.text(), NoteSignature.parse(answer.body().stripTrailing()))
                .orElseThrow()
                .time()
                .orElseThrow();
    }

    // ---- Promises -----------------------------------------------------------------------------

    @Test
    @Clause("EGI-5.5")
    void aTreeThatGrowsIsCosignedStepByStepAndAnotherHistoryIsNot() {
        assertThat(cosignedAt(note(3), expect(200, ask(0, 3))))
                .isBetween(Instant.now().minusSeconds(30), Instant.now());
        expect(200, ask(3, 300));
        cosignedAt(note(700), expect(200, ask(300, 700)));

        var other = new ArrayList<>(ENTRIES.reversed());
        var fork = ledger.note(other);
        var split = expect(422, ask(700, List.of(), fork));
        assertThat(split.body()).contains("split-view");
        var alarm = SiteTrial.json(trial.get(witness, "/api/v1/alarms")).get("alarms").get(0);
        assertThat(alarm.get("kind").asText()).isEqualTo("split-view");
        assertThat(alarm.get("origin").asText()).isEqualTo(ledger.key.name());
        var file = expect(200, trial.get(witness, alarm.get("evidence").asText())).body();
        assertThat(LedgerEvidence.read(file.getBytes(StandardCharsets.UTF_8)).judge().verdict())
                .isEqualTo(LedgerEvidence.Verdict.PROVEN);
        assertThat(trial.get(witness, "/metrics").body())
                .contains("imprimatur_alarms{kind=\"split-view\",origin=\"" + ledger.key.name());
        expect(404, trial.get(witness, "/api/v1/alarms/none/evidence"));
        other.add(new byte[1]);
        assertThat(expect(422, ask(700, proof(300, 700), ledger.note(other))).body())
                .contains("not-proven");
        // Nothing of that has changed what it knows.
        expect(200, ask(700, 700));
    }

    @Test
    void theStatusesAreThoseOfTheSpecification() {
        expect(200, ask(0, 300));

        var conflict = expect(409, ask(0, 700));
        assertThat(conflict.headers().firstValue("Content-Type")).contains("text/x.tlog.size");
        assertThat(conflict.body()).isEqualTo("300\n");
        expect(409, ask(256, 300));
        expect(400, ask(400, List.of(), note(300)));
        expect(400, ask("old 0300\n\nnothing".getBytes(StandardCharsets.UTF_8)));
        expect(413, ask(new byte[WitnessRequest.MAX_BYTES + 1]));
        expect(422, ask(300, proof(256, 700), note(700)));
        var stranger = NoteSigner.generate(ledger.key.name(), new SecureRandom());
        expect(403, ask(300, proof(300, 700), Checkpoint.parse(note(700).text()).sign(stranger)));
        try (var unknown = new FakeLedger("unknown.example")) {
            assertThat(expect(404, ask(0, List.of(), unknown.note(ENTRIES))).body())
                    .contains("unknown.example");
        }
        assertThat(expect(404, trial.get(witness, "/witness/" + "0".repeat(64) + "/checkpoint")))
                .isNotNull();
    }

    @Test
    void extensionLinesAreCosignedAsTheyAre() {
        var extended =
                new Checkpoint(
                        ledger.key.name(),
                        FakeLedger.head(ENTRIES).head(),
                        List.of("status-map 7 " + Hash.EMPTY_TREE.base64()));
        var note = extended.sign(ledger.key);

        cosignedAt(note, expect(200, ask(0, List.of(), note)));

        assertThat(latest().text()).isEqualTo(extended.text());
    }

    private SignedNote latest() {
        var digest = Sha256.of(ledger.key.name().getBytes(StandardCharsets.UTF_8)).hex();
        return SignedNote.parse(
                expect(200, trial.get(witness, "/witness/" + digest + "/checkpoint"))
                        .body()
                        .getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatWasCosignedOutlivesARestartAndCanBeRead() throws IOException {
        expect(200, ask(0, 300));
        var key = key();
        witness.close();
        witness = node();

        assertThat(key()).isEqualTo(key);
        assertThat(Files.readString(trial.directory.resolve("data/witness.key")))
                .startsWith("PRIVATE+KEY+w1.example+");
        assertThat(expect(409, ask(0, 700)).body()).isEqualTo("300\n");
        expect(422, ask(300, List.of(), ledger.note(ENTRIES.reversed().subList(0, 300))));
        assertThat(latest().check(List.of(ledger.key.verifier(), key)))
                .isInstanceOfSatisfying(
                        NoteCheck.Verified.class, both -> assertThat(both.signatures()).hasSize(2));
    }

    @Test
    void twoViewsAtTheSameMomentAreNeverBothCosigned() throws Exception {
        expect(200, ask(0, 300));
        var fork = new ArrayList<>(ENTRIES.subList(0, 300));
        fork.add(new byte[] {7});
        var forked = ledger.note(fork);
        var forkProof = proof(300, fork);
        var honest = proof(300, 301);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> tasks =
                    List.of(
                            () -> ask(300, honest, note(301)).statusCode(),
                            () -> ask(300, forkProof, forked).statusCode());
            var statuses =
                    threads.invokeAll(tasks).stream()
                            .map(
                                    future -> {
                                        try {
                                            return future.get();
                                        } catch (Exception e) {
                                            throw new AssertionError(e);
                                        }
                                    })
                            .toList();

            assertThat(statuses).containsExactlyInAnyOrder(200, 409);
        }
    }

    @Test
    void aFloodOfGoodRequestsIsSlowedDown() {
        expect(200, ask(0, 1));
        var again = new WitnessRequest(1, List.of(), note(1)).bytes();
        var statuses = new ArrayList<Integer>();
        for (int i = 0; i < 200 && !statuses.contains(429); i++) {
            statuses.add(ask(again).statusCode());
        }

        assertThat(statuses).contains(200, 429).containsOnly(200, 429);
    }
}
