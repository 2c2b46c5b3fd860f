package org.imprimatur.node.catalogue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.trust.Envelope;

/** {@code /api/v1/statements}. */
public final class StatementRoutes {

    private final Ledger ledger;
    private final Cosignatures cosignatures;

    /**
     * Routes to this ledger.
     *
     * @param cosignatures what witnesses have said of its checkpoints
     */
    public StatementRoutes(Ledger ledger, Cosignatures cosignatures) {
        this.ledger = ledger;
        this.cosignatures = cosignatures;
    }

    /** Takes an envelope. */
    public Answer submit(Request request) throws IOException {
        request.checkQuery();
        request.checkType("application/json", "application/vnd.dsse.envelope.v1+json");
        byte[] envelope = request.body(Envelope.MAX_BYTES);
        return switch (ledger.submit(envelope)) {
            case Submission.Accepted(var entry, var fresh) ->
                    Answer.json(fresh ? 201 : 200, receipt(entry))
                            .with("Location", "/api/v1/statements/" + entry.id().hex());
            case Submission.Malformed(var code, var explanation) ->
                    throw new ProblemException(
                            new Problem(
                                    400,
                                    code,
                                    "The envelope or its statement is not of the documented form",
                                    explanation,
                                    List.of(),
                                    null,
                                    null,
                                    null,
                                    0));
            case Submission.NotAccepted(var code, var explanation) ->
                    throw new ProblemException(Problem.notAccepted(code, explanation));
            case Submission.Refused(var refusal) -> throw new ProblemException(Problem.of(refusal));
            case Submission.NotNow(var explanation) ->
                    throw new ProblemException(
                            Problem.unavailable("not-now", explanation, 1)
                                    .advising(
                                            "Submit the same envelope again: that is safe, and"
                                                    + " answers with the index if it is there"
                                                    + " already."));
        };
    }

    private ObjectNode receipt(Recorded<?> entry) {
        return Json.object()
                .put("id", entry.id().hex())
                .put("index", entry.index())
                .put("admittedAt", entry.admittedAt().toString())
                .put("ledger", ledger.charter().origin().text())
                .put("proof", ledger.proof(entry.index()).toString());
    }

    /** One statement with its proof. */
    public Answer show(Request request) {
        request.checkQuery();
        var entry = find(request);
        var leaf = LedgerEntry.parse(ledger.entry(entry.index()));
        return Answer.json(
                200,
                Json.object()
                        .put("id", entry.id().hex())
                        .put("index", entry.index())
                        .put("admittedAt", entry.admittedAt().toString())
                        .put("kind", entry.statement().kind().wire())
                        .put("envelope", Base64.getEncoder().encodeToString(leaf.envelope()))
                        .put("proof", ledger.proof(entry.index()).toString()));
    }

    /** The bundle of an endorsement, with the cosignatures of its checkpoint. */
    public Answer bundle(Request request) {
        request.checkQuery("cosignatures");
        var entry = find(request);
        if (!(entry.statement() instanceof Statement.Endorsement)) {
            throw new ProblemException(
                    Problem.notFound(
                            "a bundle is of an endorsement, and this statement is of kind "
                                    + entry.statement().kind().wire()));
        }
        var support = ledger.state().ask(register -> register.support(entry.id()));
        // Every proof carries the same checkpoint, and the endorsement's what witnesses say of it.
        var cosigned = checkpoint(request, entry);
        var bare = new SignedNote(cosigned.text(), List.of(cosigned.signatures().getFirst()));
        var bundle =
                new Bundle(
                        proven(entry.index(), cosigned),
                        support.stream().map(index -> proven(index, bare)).toList());
        return Answer.bytes(Bundle.MEDIA_TYPE, bundle.write()).with("Cache-Control", "no-cache");
    }

    /** The newest checkpoint, or the newest with so many cosignatures that has the entry. */
    private SignedNote checkpoint(Request request, Recorded<?> entry) {
        return request.query("cosignatures", LedgerRoutes::count)
                .map(
                        least ->
                                cosignatures
                                        .newest(least)
                                        .filter(
                                                note ->
                                                        Checkpoint.parse(note.text()).size()
                                                                > entry.index())
                                        .orElseThrow(
                                                () ->
                                                        new ProblemException(
                                                                Problem.notFound(
                                                                        "no checkpoint that has"
                                                                                + " this entry has so"
                                                                                + " many cosignatures"
                                                                                + " yet"))))
                .orElseGet(() -> cosignatures.shown(ledger.state().head().checkpoint()));
    }

    private Bundle.Proven proven(long index, SignedNote checkpoint) {
        return new Bundle.Proven(
                LedgerEntry.parse(ledger.entry(index)), ledger.proof(index, checkpoint));
    }

    private Recorded<? extends Statement> find(Request request) {
        var id = request.parameter("id", StatementId::parse);
        return ledger.state()
                .ask(register -> register.statement(id))
                .orElseThrow(
                        () -> new ProblemException(Problem.notFound("no statement " + id.hex())));
    }
}
