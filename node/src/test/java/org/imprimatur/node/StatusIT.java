package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.node.SubmissionIT.json;
import static org.imprimatur.node.SubmissionIT.problem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.imprimatur.exchange.StatusMap;
import org.imprimatur.exchange.StatusProof;
import org.imprimatur.exchange.StatusVerifier;
import org.imprimatur.exchange.StatusVerifier.Outcome;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.node.store.DataDirectory;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Clause;
import org.imprimatur.register.EndorsementState;
import org.imprimatur.register.Role;
import org.imprimatur.register.Statement.Dismissal;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatusKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node answers how images stand, in a way that needs no trust in the node. */
class StatusIT {

    private static Trial trial;
    private static Node node;
    private Endorsement endorsement;
    private StatementId id;
    private long size;
    private String path;

    @BeforeAll
    static void start(@TempDir Path directory) {
        trial = new Trial(directory, "catalogue.example/status");
        node = trial.start();
        trial.prepare(node);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** Each test has an image of its own. */
    @BeforeEach
    void endorse() throws IOException {
        endorsement = trial.endorsement(trial.endorser, "image " + UUID.randomUUID());
        var answer = json(201, trial.post(node, trial.sign(endorsement, trial.endorser)));
        id = StatementId.parse(answer.get("id").asText());
        size = answer.get("index").asLong() + 1;
        path = "/api/v1/status?guid=" + endorsement.guid();
    }

    private Outcome.Proven proven(String path) {
        var answer = Trial.expect(200, trial.get(node, path));
        var outcome =
                new StatusVerifier(node.charter(), List.of())
                        .verify(StatusProof.read(answer.body().getBytes(UTF_8)));
        assertThat(outcome).as("%s", outcome.links()).isInstanceOf(Outcome.Proven.class);
        return (Outcome.Proven) outcome;
    }

    private EndorsementState state(String path, StatusKey key) {
        return proven(path).records().status(key, Instant.now()).getFirst().state();
    }

    private EndorsementState state() {
        return state(path, StatusKey.of(endorsement.guid()));
    }

    private void revoke() {
        Trial.expect(
                201,
                trial.post(
                        node,
                        trial.sign(
                                trial.revocation(trial.endorser, endorsement, id),
                                trial.endorser)));
    }

    @Test
    @Clause({"END-4.6", "EGI-5.7", "TVM-3.5"})
    void aRevocationIsInTheProofAsSoonAsItIsInTheLedger() throws IOException {
        assertThat(state()).isEqualTo(EndorsementState.ENDORSED);

        revoke();

        var proven = proven(path);
        assertThat(state()).isEqualTo(EndorsementState.REVOKED);
        assertThat(proven.checkpoint().size()).isEqualTo(size + 1);
        assertThat(proven.checkpoint().note().toString())
                .isEqualTo(Trial.expect(200, trial.get(node, "/checkpoint")).body());
    }

    @Test
    void aFileOrSeveralImagesCanBeAskedFor() {
        var file = "image=" + endorsement.image();
        var unknown = "guid=" + UUID.randomUUID();

        assertThat(state("/api/v1/status?" + file, StatusKey.of(endorsement.image())))
                .isEqualTo(EndorsementState.ENDORSED);
        assertThat(proven(path + "&" + unknown + "&" + file).records().records()).hasSize(3);
        assertThat(proven("/api/v1/status?" + unknown).records().records()).isEmpty();
    }

    @Test
    void earlierSizesAreThereUntilTheNodeIsStartedAgain() throws IOException {
        revoke();
        assertThat(state(path + "&size=" + size, StatusKey.of(endorsement.guid())))
                .isEqualTo(EndorsementState.ENDORSED);
        assertThat(proven(path + "&size=0").records().records()).isEmpty();

        node.close();
        node = trial.start();

        assertThat(state()).isEqualTo(EndorsementState.REVOKED);
        assertThat(
                        problem(404, "size-not-kept", trial.get(node, path + "&size=" + size))
                                .get("detail")
                                .asText())
                .contains(
                        "no checkpoint of %d entries".formatted(size),
                        "those of 0, %d".formatted(size + 1));
    }

    @Test
    void whatCannotBeAskedIsRefused() throws IOException {
        var many = new StringBuilder("/api/v1/status?");
        for (int i = 0; i < 65; i++) {
            many.append("guid=").append(new UUID(0, i)).append('&');
        }
        for (var bad :
                List.of(
                        "/api/v1/status",
                        "/api/v1/status?guid=1",
                        "/api/v1/status?image=abc",
                        "/api/v1/status?tag=debian",
                        path + "&size=x",
                        path + "&size=-1",
                        many.toString())) {
            problem(400, "malformed", trial.get(node, bad));
        }
        problem(404, "size-not-kept", trial.get(node, path + "&size=9999"));
    }

    /** The database of a ledger from before there were status roots. */
    @Test
    void anOlderLedgerGetsItsStatusRootWhenTheNodeStarts() throws IOException {
        node.close();
        var data = trial.directory.resolve("data");
        var key = NoteSigner.parse(Files.readString(data.resolve("ledger.key")).strip());
        resign(checkpoint -> new Checkpoint(checkpoint.origin(), checkpoint.head()).sign(key));
        Files.delete(data.resolve("ledger-head"));

        node = trial.start();

        assertThat(state()).isEqualTo(EndorsementState.ENDORSED);
        revoke();
        assertThat(state()).isEqualTo(EndorsementState.REVOKED);
    }

    @Test
    void aNodeThatHasSignedAnotherStatusThanItsEntriesGiveDoesNotStart() throws IOException {
        node.close();
        var data = trial.directory.resolve("data");
        var key = NoteSigner.parse(Files.readString(data.resolve("ledger.key")).strip());
        resign(
                checkpoint ->
                        new Checkpoint(
                                        checkpoint.origin(),
                                        checkpoint.head(),
                                        List.of(StatusMap.EMPTY.root().line()))
                                .sign(key));

        assertThatThrownBy(() -> trial.start()).hasMessageContaining("must sign no more");

        resign(checkpoint -> new Checkpoint(checkpoint.origin(), checkpoint.head()).sign(key));
        node = trial.start();
        assertThat(state()).isEqualTo(EndorsementState.ENDORSED);
    }

    private void resign(Function<Checkpoint, SignedNote> sign) {
        try (var data = DataDirectory.open(trial.directory.resolve("data"));
                var database =
                        Database.open(Optional.empty(), data, Trial.PROGRAMS, new SecureRandom())) {
            database.change(
                    db -> {
                        byte[] note =
                                db.createQuery("select checkpoint from head")
                                        .mapTo(byte[].class)
                                        .one();
                        var checkpoint = Checkpoint.parse(SignedNote.parse(note).text());
                        db.createUpdate("update head set checkpoint = :note")
                                .bind("note", sign.apply(checkpoint).bytes())
                                .execute();
                    });
        }
    }

    @Test
    void whoIsDismissedTakesTheStandingOfAllEndorsementsAlong() {
        Trial.expect(
                201,
                trial.post(
                        node,
                        trial.sign(
                                new Dismissal(
                                        trial.header(trial.appointer),
                                        Trial.BIOMED,
                                        Role.ENDORSER,
                                        trial.endorser.person(),
                                        "left"),
                                trial.appointer)));

        assertThat(state()).isEqualTo(EndorsementState.LAPSED);
        Trial.expect(
                201,
                trial.post(
                        node,
                        trial.sign(
                                trial.appointment(
                                        trial.appointer, Role.ENDORSER, trial.endorser.person()),
                                trial.appointer)));
        assertThat(state()).isEqualTo(EndorsementState.ENDORSED);
    }
}
