package org.imprimatur.node.instance;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha512;

/** {@code /api/v1/site/instances}: what hypervisors tell of machines, and who asks for them. */
public final class InstanceRoutes {

    private static final int MOST = 1000;
    private static final int USUAL = 100;

    private final Instances instances;

    /** Routes to one site's record. */
    public InstanceRoutes(Instances instances) {
        this.instances = instances;
    }

    /** Registers an instance: 201, or 200 where it is registered already. */
    public Answer register(Request request) throws IOException {
        request.checkQuery();
        request.checkType("application/json");
        Instance.Report report;
        try {
            report = InstanceJson.report(request.body(InstanceJson.MAX_BYTES));
        } catch (MalformedInput e) {
            throw new ProblemException(Problem.malformed(e.explanation()));
        }
        var registered = instances.register(report);
        return Answer.json(
                registered.isNew() ? 201 : 200, InstanceJson.write(registered.instance()));
    }

    /** Notes that an instance runs. */
    public Answer started(Request request) throws IOException {
        var id = id(request);
        return answer(id, instances.started(id, moment(request)));
    }

    /** Notes that an instance has ended; done twice, it is done. */
    public Answer stopped(Request request) throws IOException {
        var id = id(request);
        return answer(id, instances.stopped(id, moment(request)));
    }

    /** One instance. */
    public Answer show(Request request) {
        var id = id(request);
        return answer(id, instances.find(id));
    }

    private static UUID id(Request request) {
        request.checkQuery();
        return request.parameter("id", InstanceJson::uuid);
    }

    private static Optional<Instant> moment(Request request) throws IOException {
        try {
            return InstanceJson.moment(request.body(InstanceJson.MAX_BYTES));
        } catch (MalformedInput e) {
            throw new ProblemException(Problem.malformed(e.explanation()));
        }
    }

    private static Answer answer(UUID id, Optional<Instance> instance) {
        return Answer.json(
                200,
                InstanceJson.write(
                        instance.orElseThrow(
                                () ->
                                        new ProblemException(
                                                Problem.notFound(
                                                        "no instance has the id " + id)))));
    }

    /** Instances, newest first, narrowed and in pages. */
    public Answer list(Request request) {
        request.checkQuery("state", "image", "operator", "host", "machine", "after", "limit");
        var state = request.query("state", InstanceRoutes::state);
        var filter =
                new InstanceTable.Filter(
                        state.map(one -> one != State.STOPPED),
                        state.equals(Optional.of(State.CONDEMNED)),
                        request.query("image", Sha512::parse),
                        request.query("operator", text -> text),
                        request.query("host", text -> text),
                        request.query("machine", text -> text));
        long before = request.query("after", Long::parseUnsignedLong).orElse(Long.MAX_VALUE);
        int limit = request.query("limit", InstanceRoutes::limit).orElse(USUAL);
        var rows = instances.newest(filter, before, limit + 1);
        var json = Json.object();
        var list = json.putArray("instances");
        rows.stream().limit(limit).forEach(row -> list.add(InstanceJson.write(row.instance())));
        json.put("next", rows.size() > limit ? Long.toString(rows.get(limit - 1).number()) : null);
        return Answer.json(200, json);
    }

    /** What a list can be of. */
    private enum State {
        RUNNING,
        STOPPED,
        /** What runs and no longer passes. */
        CONDEMNED
    }

    private static State state(String text) {
        return switch (text) {
            case "running" -> State.RUNNING;
            case "stopped" -> State.STOPPED;
            case "condemned" -> State.CONDEMNED;
            default ->
                    throw new IllegalArgumentException("it is not running, stopped or condemned");
        };
    }

    private static int limit(String text) {
        int limit = Integer.parseInt(text);
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("it is not 1 to " + MOST);
        }
        return limit;
    }
}
