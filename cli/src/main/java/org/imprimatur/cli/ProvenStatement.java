package org.imprimatur.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.ProofFile;
import org.imprimatur.register.Charter;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.imprimatur.trust.Envelope;

/**
 * A statement that a node has shown together with the proof that it is in the ledger; the proof
 * held against the charter's key.
 *
 * @param treeSize size of the tree that the proof is for
 */
record ProvenStatement(
        long index,
        long treeSize,
        Instant admittedAt,
        StatementId id,
        Statement statement,
        byte[] envelope) {

    /** Reads {@code {"admittedAt", "envelope", "proof"}} as nodes answer it. */
    static ProvenStatement read(JsonNode answer, Charter charter) {
        try {
            return read(
                    answer.path("admittedAt").asText(),
                    Base64.getDecoder().decode(answer.path("envelope").asText()),
                    answer.path("proof").asText(),
                    charter);
        } catch (IllegalArgumentException e) {
            throw notProven("its answer is not of the documented form", e);
        }
    }

    /**
     * Asks for a statement by its id, which must be of this kind.
     *
     * @param id as it was typed
     */
    static <S extends Statement> S find(
            NodeOptions.Connection connection, String id, Statement.Kind kind, Class<S> type) {
        var statement =
                read(
                                connection.client().json("/api/v1/statements/" + id(id).hex()),
                                connection.charter())
                        .statement();
        if (type.isInstance(statement)) {
            return type.cast(statement);
        }
        throw new CommandFailure(
                ExitCode.USAGE,
                "%s is no %s but a statement of kind %s"
                        .formatted(id, kind.wire(), statement.kind().wire()));
    }

    /** An id as it was typed. */
    static StatementId id(String text) {
        try {
            return StatementId.parse(text);
        } catch (MalformedInput wrong) {
            throw new CommandFailure(ExitCode.USAGE, wrong.explanation(), wrong);
        }
    }

    /** Reads {@code {"bytes", "proof"}}, where a node answers with whole ledger entries. */
    static ProvenStatement ofEntry(JsonNode answer, Charter charter) {
        try {
            var entry =
                    LedgerEntry.parse(Base64.getDecoder().decode(answer.path("bytes").asText()));
            return read(
                    entry.admittedAt().toString(),
                    entry.envelope(),
                    answer.path("proof").asText(),
                    charter);
        } catch (IllegalArgumentException e) {
            throw notProven("its answer is not of the documented form", e);
        }
    }

    static ProvenStatement read(String admittedAt, byte[] envelope, String proof, Charter charter) {
        try {
            var entry = LedgerEntry.of(Instant.parse(admittedAt), envelope);
            return switch (ProofFile.parse(proof)
                    .check(Hash.ofLeaf(entry.bytes()), NoteVerifier.parse(charter.key()))) {
                case ProofFile.Check.Proven proven -> {
                    var payload = Envelope.parse(envelope).payload();
                    yield new ProvenStatement(
                            proven.index(),
                            proven.checkpoint().size(),
                            entry.admittedAt(),
                            StatementId.of(payload),
                            StatementJson.parse(payload),
                            envelope);
                }
                case ProofFile.Check.NotProven not -> throw notProven(not.explanation(), null);
            };
        } catch (DateTimeException e) {
            throw notProven("its answer has no admission time", e);
        } catch (MalformedInput e) {
            throw notProven(e.explanation(), e);
        } catch (org.imprimatur.ledger.MalformedInput e) {
            throw notProven(e.explanation(), e);
        }
    }

    private static CommandFailure notProven(
            String explanation, @org.jspecify.annotations.Nullable Throwable cause) {
        var text =
                "the node does not prove what it shows: %s. Do not rely on it; compare the charter with a source you trust."
                        .formatted(explanation);
        return cause == null
                ? new CommandFailure(ExitCode.NO, text)
                : new CommandFailure(ExitCode.NO, text, cause);
    }
}
