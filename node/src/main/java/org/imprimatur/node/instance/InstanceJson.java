package org.imprimatur.node.instance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.node.http.Json;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.StrictJson;

/** Instances in the JSON of {@code docs/format.md}, "Instances". */
final class InstanceJson {

    static final int MAX_BYTES = 64 * 1024;

    private InstanceJson() {}

    /**
     * Reads what is told of a machine that is to run.
     *
     * @throws MalformedInput when it is not of the documented form
     */
    static Instance.Report report(byte[] json) {
        var body = StrictJson.read(json, MAX_BYTES);
        var id = body.value("id", InstanceJson::uuid);
        var decision = body.value("decision", InstanceJson::uuid);
        var host = body.text("host");
        var machine = body.text("machine");
        var contextualisation =
                body.has("contextualisation")
                        ? body.value("contextualisation", Sha256::parse)
                        : null;
        var consumers =
                body.has("consumers")
                        ? body.texts("consumers", Instance.Report.MAX_CONSUMERS)
                        : List.<String>of();
        body.end();
        return new Instance.Report(id, decision, host, machine, contextualisation, consumers);
    }

    /**
     * Reads when something happened; empty for now.
     *
     * @throws MalformedInput when it is not of the documented form
     */
    static Optional<Instant> moment(byte[] json) {
        if (json.length == 0) {
            return Optional.empty();
        }
        var body = StrictJson.read(json, MAX_BYTES);
        var at = body.has("at") ? Optional.of(body.instant("at")) : Optional.<Instant>empty();
        body.end();
        return at;
    }

    /** A UUID in its usual form, whatever the case of its letters. */
    static UUID uuid(String text) {
        if (!text.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
            throw new MalformedInput("", "a UUID", MalformedInput.quoted(text));
        }
        return UUID.fromString(text);
    }

    static ObjectNode write(Instance instance) {
        var report = instance.report();
        var json =
                Json.object()
                        .put("id", report.id().toString())
                        .put("decision", report.decision().toString())
                        .put("image", instance.image().toString());
        if (instance.converted() != null) {
            json.put("converted", instance.converted().toString());
        }
        json.put("class", instance.useClass().wire()).put("operator", instance.operator());
        var consumers = json.putArray("consumers");
        report.consumers().forEach(consumers::add);
        json.put("host", report.host()).put("machine", report.machine());
        if (report.contextualisation() != null) {
            json.put("contextualisation", report.contextualisation().toString());
        }
        json.put("state", instance.running() ? "running" : "stopped")
                .put("registeredAt", instance.registeredAt().toString());
        if (instance.startedAt() != null) {
            json.put("startedAt", instance.startedAt().toString());
        }
        if (instance.stoppedAt() != null) {
            json.put("stoppedAt", instance.stoppedAt().toString());
        }
        if (instance.condemned() != null) {
            json.set("condemned", write(instance.condemned()));
        }
        return json;
    }

    private static ObjectNode write(Condemnation condemned) {
        var json = Json.object().put("since", condemned.since().toString());
        json.putRawValue("reasons", new RawValue(condemned.reasons()));
        json.put("attempts", condemned.attempts());
        if (condemned.failure() != null) {
            json.put("failure", condemned.failure());
        }
        if (condemned.terminatedAt() != null) {
            json.put("terminatedAt", condemned.terminatedAt().toString());
        }
        return json;
    }
}
