package org.imprimatur.node.admission;

import java.util.UUID;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;

/**
 * {@code GET /api/v1/site/decisions/…}: what was decided, and whether it comes out the same when it
 * is made again.
 */
public final class DecisionRoutes {

    private final Admission admission;
    private final Replays replays;

    /** Routes to the decisions of one site. */
    public DecisionRoutes(Admission admission, Replays replays) {
        this.admission = admission;
        this.replays = replays;
    }

    /** A decision that is on record: the question and the answer. */
    public Answer show(Request request) {
        request.checkQuery();
        var decided = decided(request);
        var json = DecisionJson.question(decided.asked());
        json.set("answer", DecisionJson.answer(decided));
        return Answer.json(200, json);
    }

    /** The decision, made again from what it rested on, and made anew from what holds now. */
    public Answer replay(Request request) {
        request.checkQuery();
        var decided = decided(request);
        return switch (replays.replay(decided)) {
            case Replays.Replayed replayed ->
                    Answer.json(200, ReplayJson.answer(decided, replayed));
            case Replays.Impossible(var why) ->
                    throw new ProblemException(
                            Problem.notProven(
                                    "not-replayable",
                                    "What the decision rests on is not kept",
                                    why));
            case Replays.Busy _ ->
                    throw new ProblemException(
                            Problem.unavailable(
                                    "replay-busy", "another decision is being made again", 5));
        };
    }

    private Decided decided(Request request) {
        var id = request.parameter("id", DecisionRoutes::id);
        return admission
                .decided(id)
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        Problem.notFound("no decision has the id " + id)));
    }

    private static UUID id(String text) {
        var id = UUID.fromString(text);
        if (!id.toString().equals(text)) {
            throw new IllegalArgumentException("expected a UUID in lower-case hex");
        }
        return id;
    }
}
