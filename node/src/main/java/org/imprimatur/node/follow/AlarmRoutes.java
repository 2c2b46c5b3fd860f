package org.imprimatur.node.follow;

import org.imprimatur.exchange.LedgerEvidence;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;

/** {@code /api/v1/alarms}: what this node found against other ledgers, for everybody to judge. */
public final class AlarmRoutes {

    private static final int MOST = 1000;

    private final Alarms alarms;

    /** Routes to these alarms. */
    public AlarmRoutes(Alarms alarms) {
        this.alarms = alarms;
    }

    /** Every case, the newest first. */
    public Answer list(Request request) {
        request.checkQuery();
        var json = Json.object();
        var list = json.putArray("alarms");
        alarms.all().stream()
                .limit(MOST)
                .forEach(
                        alarm ->
                                list.addObject()
                                        .put("id", alarm.id())
                                        .put("origin", alarm.origin().text())
                                        .put("kind", alarm.kind())
                                        .put("foundAt", alarm.foundAt().toString())
                                        .put("lastAt", alarm.lastAt().toString())
                                        .put("explanation", alarm.explanation())
                                        .put(
                                                "evidence",
                                                "/api/v1/alarms/" + alarm.id() + "/evidence"));
        return Answer.json(200, json);
    }

    /** What is found against a list is evidence of another form than what is against a ledger. */
    private String mediaType(String id) {
        return alarms.all().stream()
                        .anyMatch(
                                alarm ->
                                        alarm.id().equals(id)
                                                && alarm.origin().text().startsWith("list:"))
                ? "application/vnd.imprimatur.list-evidence.v1+json"
                : LedgerEvidence.MEDIA_TYPE;
    }

    /** The evidence of one case, as a file. */
    public Answer evidence(Request request) {
        request.checkQuery();
        var id = request.parameter("id");
        return alarms.evidence(id)
                .map(bytes -> Answer.bytes(mediaType(id), bytes))
                .orElseThrow(() -> new ProblemException(Problem.notFound("no alarm has this id")));
    }
}
