package org.imprimatur.node.witness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Map;
import org.imprimatur.ledger.MalformedInput;
import org.imprimatur.ledger.WitnessRequest;
import org.imprimatur.ledger.WitnessRequest.Judgement;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;

/** {@code /add-checkpoint} and what this witness tells of itself. */
public final class WitnessRoutes {

    private static final String SIZE = "text/x.tlog.size";
    private static final String NOTE = "text/plain; charset=utf-8";

    private final Witness witness;

    /** Routes to this witness. */
    public WitnessRoutes(Witness witness) {
        this.witness = witness;
    }

    /** Cosigns a checkpoint, or says why not, with the statuses of C2SP tlog-witness. */
    public Answer add(Request request) throws IOException {
        request.checkQuery();
        byte[] body = request.body(WitnessRequest.MAX_BYTES);
        Witness.Outcome outcome;
        try {
            outcome = witness.add(body);
        } catch (MalformedInput e) {
            throw new ProblemException(Problem.malformed(e.explanation()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(Problem.unavailable("not-now", "the node is closing", 5));
        }
        return switch (outcome) {
            case Witness.Outcome.Cosigned(var signature) ->
                    Answer.text(NOTE, signature.line() + "\n").with("Cache-Control", "no-store");
            case Witness.Outcome.UnknownOrigin(var origin) ->
                    throw new ProblemException(
                            Problem.notFound("this witness does not cosign for " + shown(origin)));
            case Witness.Outcome.NotYet(var explanation) ->
                    throw new ProblemException(
                            Problem.unavailable("not-verified-yet", explanation, 5));
            case Witness.Outcome.TooMany _ ->
                    throw new ProblemException(
                            Problem.tooMany("more than a witness takes of one ledger", 1));
            case Witness.Outcome.Refused(var why) -> refused(why);
        };
    }

    private static Answer refused(Judgement why) {
        return switch (why) {
            case Judgement.OtherSize(long latest) ->
                    new Answer.Content(
                            409,
                            SIZE,
                            (latest + "\n").getBytes(UTF_8),
                            Map.of("Cache-Control", "no-store"));
            case Judgement.NotSigned(var explanation) ->
                    throw new ProblemException(Problem.notAccepted("not-signed", explanation));
            case Judgement.Malformed(var explanation) ->
                    throw new ProblemException(Problem.malformed(explanation));
            case Judgement.NotProven(var explanation) ->
                    throw new ProblemException(
                            Problem.notProven(
                                    "not-proven",
                                    "The tree is not proven to continue the one cosigned last",
                                    explanation));
            case Judgement.SplitView split ->
                    throw new ProblemException(
                            Problem.notProven(
                                    "split-view",
                                    "The ledger has signed two trees of one size",
                                    split.explanation()));
            case Judgement.Consistent _ ->
                    throw new IllegalStateException("what is consistent is not refused");
        };
    }

    /** The latest checkpoint that was cosigned of one ledger. */
    public Answer latest(Request request) {
        request.checkQuery();
        return witness.latest(request.parameter("origin"))
                .map(note -> Answer.text(NOTE, note.toString()).with("Cache-Control", "no-cache"))
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        Problem.notFound(
                                                "nothing was cosigned here of a ledger whose name has this SHA-256")));
    }

    /** The witness's key, and what it has cosigned. */
    public Answer show(Request request) {
        request.checkQuery();
        var json = Json.object().put("key", witness.verifier().toString());
        var list = json.putArray("ledgers");
        for (var cosigned : witness.ledgers()) {
            var item =
                    list.addObject()
                            .put("origin", cosigned.ledger().name())
                            .put("key", cosigned.ledger().toString());
            cosigned.latest()
                    .ifPresent(
                            latest ->
                                    item.put("size", latest.checkpoint().size())
                                            .put("root", latest.checkpoint().root().base64())
                                            .put("cosignedAt", latest.at().toString()));
        }
        return Answer.json(200, json);
    }

    private static String shown(String origin) {
        return origin.length() > 80 ? origin.substring(0, 80) + "…" : origin;
    }
}
