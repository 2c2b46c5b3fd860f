package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.ProofFile;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Role;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.imprimatur.trust.StatementSigner;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to envelopes: each kind of bad one gets its own refusal. */
class SubmissionIT {

    private static Trial trial;
    private static Node node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        trial = new Trial(directory, "catalogue.example/trial");
        node = trial.start();
        trial.prepare(node);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    @Clause("TVM-3.4")
    void anAdmittedEndorsementCanBeAskedForWithItsTimesAndItsProof() throws IOException {
        var statement = trial.endorsement(trial.endorser, "one");
        byte[] envelope = trial.sign(statement, trial.endorser);

        var receipt = json(201, trial.post(node, envelope));

        var shown = json(200, trial.get(node, "/api/v1/statements/" + receipt.get("id").asText()));
        assertThat(shown.get("envelope").binaryValue()).isEqualTo(envelope);
        var entry =
                LedgerEntry.of(java.time.Instant.parse(shown.get("admittedAt").asText()), envelope);
        assertThat(
                        ProofFile.parse(receipt.get("proof").asText())
                                .check(
                                        Hash.ofLeaf(entry.bytes()),
                                        NoteVerifier.parse(node.charter().key())))
                .isInstanceOf(ProofFile.Check.Proven.class);
        var image =
                json(200, trial.get(node, "/api/v1/images/" + statement.guid()))
                        .get("versions")
                        .get(0);
        assertThat(image.get("generatedAt").asText()).isEqualTo(statement.generatedAt().toString());
    }

    @Test
    void aReplayIsAnsweredWithTheIndexItHasAndChangesNothing() throws IOException {
        byte[] envelope = trial.sign(trial.endorsement(trial.endorser, "twice"), trial.endorser);

        var first = json(201, trial.post(node, envelope));
        var second = json(200, trial.post(node, envelope));

        assertThat(second.get("index")).isEqualTo(first.get("index"));
        assertThat(second.get("admittedAt")).isEqualTo(first.get("admittedAt"));
    }

    @Test
    void anUnappointedSignerIsRefusedWithTheClauseAndAdvice() throws IOException {
        byte[] envelope = trial.sign(trial.endorsement(trial.stranger, "x"), trial.stranger);

        var problem = problem(422, "not-an-endorser", trial.post(node, envelope));

        assertThat(problem.get("clauses").get(0).asText()).isEqualTo("EGI-2.endorser");
        assertThat(problem.get("expected").asText()).contains("endorser for vo:biomed");
        assertThat(problem.get("found").asText()).isNotBlank();
        assertThat(problem.get("advice").asText()).isNotBlank();
    }

    @Test
    void aVersionThatWasEndorsedWithOtherBytesIsAConflict() throws IOException {
        var guid = UUID.randomUUID();
        var first = trial.endorsement(trial.endorser, guid, "1.0", null, "these bytes");
        var second = trial.endorsement(trial.endorser, guid, "1.0", null, "other bytes");
        Trial.expect(201, trial.post(node, trial.sign(first, trial.endorser)));

        problem(409, "version-used", trial.post(node, trial.sign(second, trial.endorser)));
    }

    @Test
    @Clause("EGI-5.5")
    void aRevocationIsAdmittedAndTheImageShownAsRevoked() throws IOException {
        var statement = trial.endorsement(trial.endorser, "soon revoked");
        byte[] envelope = trial.sign(statement, trial.endorser);
        var id = StatementId.parse(json(201, trial.post(node, envelope)).get("id").asText());

        var revocation = trial.revocation(trial.endorser, statement, id);
        Trial.expect(201, trial.post(node, trial.sign(revocation, trial.endorser)));

        var image = json(200, trial.get(node, "/api/v1/images/" + statement.guid()));
        assertThat(image.get("versions").get(0).get("state").asText()).isEqualTo("revoked");
    }

    @Test
    void aStatementThatWasAlteredAfterSigningIsNotAccepted() throws IOException {
        var mapper = new ObjectMapper();
        byte[] good = trial.sign(trial.endorsement(trial.endorser, "y"), trial.endorser);
        var tree = (com.fasterxml.jackson.databind.node.ObjectNode) mapper.readTree(good);
        byte[] other = StatementJson.write(trial.endorsement(trial.endorser, "somebody's own"));
        tree.put("payload", java.util.Base64.getEncoder().encodeToString(other));

        problem(403, "wrong-signature", trial.post(node, mapper.writeValueAsBytes(tree)));
    }

    @Test
    void aSignerWhoNamesAnotherPersonIsNotAccepted() throws IOException {
        byte[] payload = StatementJson.write(trial.acceptance(trial.endorser));

        problem(
                403,
                "signer-mismatch",
                trial.post(node, StatementSigner.sign(payload, trial.stranger)));
    }

    @Test
    void anExpiredCertificateIsNotAccepted() throws IOException {
        var expired = trial.authority.application("Old Otto").expired().issue();

        problem(403, "expired", trial.post(node, trial.sign(trial.acceptance(expired), expired)));
    }

    @Test
    void anUnknownAuthorityIsNotAccepted(@TempDir Path elsewhere) throws IOException {
        var other = new Trial(elsewhere, "catalogue.example/trial");

        problem(
                403,
                null,
                trial.post(node, other.sign(other.acceptance(other.endorser), other.endorser)));
    }

    @Test
    void aStatementForAnotherLedgerIsRefused(@TempDir Path elsewhere) throws IOException {
        var appointment =
                new Trial(elsewhere, "other.example/ledger")
                        .appointment(trial.appointer, Role.ENDORSER, trial.stranger.person());

        problem(422, "wrong-ledger", trial.post(node, trial.sign(appointment, trial.appointer)));
    }

    @Test
    void jsonThatIsTooDeepOrNoJsonIsMalformed() throws IOException {
        byte[] deep = ("[".repeat(20_000)).getBytes(StandardCharsets.UTF_8);

        problem(400, "malformed-envelope", trial.post(node, deep));
        problem(400, "malformed-envelope", trial.post(node, new byte[0]));
        problem(400, "malformed-envelope", trial.post(node, new byte[] {(byte) 0xff, 0}));
    }

    @Test
    void anEnvelopeThatIsTooLargeIsRefusedWhetherItsLengthIsAnnouncedOrNot() throws IOException {
        problem(413, "too-large", trial.post(node, new byte[61_441]));

        var unannounced =
                trial.request(node, "/api/v1/statements", "Content-Type", "application/json")
                        .POST(
                                BodyPublishers.ofInputStream(
                                        () -> new java.io.ByteArrayInputStream(new byte[200_000])))
                        .build();
        problem(413, "too-large", trial.send(unannounced));
    }

    @Test
    void aClientThatIsStillSendingWhenItIsRefusedGetsTheAnswer() throws IOException {
        for (int i = 0; i < 10; i++) {
            problem(413, "too-large", trial.post(node, new byte[8 << 20]));
        }
    }

    @Test
    void aClientThatAsksWhetherToSendIsToldNo() throws IOException {
        try (var socket = new Socket("127.0.0.1", node.address().getPort())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream()
                    .write(
                            """
                            POST /api/v1/statements HTTP/1.1\r
                            Host: x\r
                            Content-Type: application/json\r
                            Content-Length: 61441\r
                            Expect: 100-continue\r
                            \r
                            """
                                    .getBytes(StandardCharsets.US_ASCII));
            // Ends only when the server closes; else the read times out.
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 413")
                    .doesNotContain("HTTP/1.1 100");
        }
    }

    @Test
    void anotherContentTypeIsRefused() throws IOException {
        var request =
                trial.request(node, "/api/v1/statements", "Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("{}"))
                        .build();

        problem(415, "media-type", trial.send(request));
    }

    @Test
    void refusedStatementsLeaveACounterAndNothingElse() throws IOException {
        long before = json(200, trial.get(node, "/api/v1/images")).get("images").size();
        byte[] envelope = trial.sign(trial.endorsement(trial.stranger, "no"), trial.stranger);
        trial.post(node, envelope);

        assertThat(trial.get(node, "/metrics").body())
                .contains(
                        "imprimatur_statements_total{kind=\"endorsement\",outcome=\"not-an-endorser\"}");
        assertThat(json(200, trial.get(node, "/api/v1/images")).get("images").size())
                .isEqualTo((int) before);
    }

    static JsonNode json(int status, HttpResponse<String> response) throws IOException {
        return new ObjectMapper().readTree(Trial.expect(status, response).body());
    }

    static JsonNode problem(int status, String code, HttpResponse<String> response)
            throws IOException {
        var json = json(status, response);
        assertThat(response.headers().firstValue("Content-Type"))
                .contains("application/problem+json");
        assertThat(json.get("status").asInt()).isEqualTo(status);
        assertThat(json.get("detail").asText()).isNotBlank();
        if (code != null) {
            assertThat(json.get("type").asText())
                    .isEqualTo("https://imprimatur.org/problem/" + code);
        }
        return json;
    }
}
