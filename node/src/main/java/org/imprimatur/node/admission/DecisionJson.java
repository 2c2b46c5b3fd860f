package org.imprimatur.node.admission;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Consumer;
import org.imprimatur.node.http.Json;
import org.imprimatur.register.Decision;
import org.imprimatur.register.DecisionRequest;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Reason;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.StrictJson;
import org.imprimatur.register.UseClass;

/** Questions and answers in the JSON of AuthZEN 1.0 ({@code docs/format.md}, "Evaluation"). */
public final class DecisionJson {

    static final int MAX_BYTES = 64 * 1024;

    private DecisionJson() {}

    /**
     * Reads a question. Members that AuthZEN leaves open, {@code properties} and those of the
     * context, may be there and are not read; every other unknown member is refused.
     *
     * @throws MalformedInput when it is not of the documented form
     */
    static DecisionRequest request(byte[] json) {
        var body = StrictJson.read(json, MAX_BYTES);
        var subject = entity(body, "subject");
        subject.text("type");
        var operator = subject.text("id");
        subject.end();
        var action = body.object("action");
        skipProperties(action);
        var name = action.value("name", Action::parse);
        action.end();
        var resource = entity(body, "resource");
        resource.value("type", DecisionJson::image);
        var image = resource.value("id", Sha512::parse);
        resource.end();
        var context = body.object("context");
        var useClass = context.value("class", UseClass::parse);
        var host = context.optionalText("host");
        var consumer = context.optionalText("consumer");
        var contextualisation =
                context.has("contextualisation")
                        ? context.value("contextualisation", Sha256::parse)
                        : null;
        body.end();
        return new DecisionRequest(
                image, useClass, name, operator, consumer, host, contextualisation);
    }

    private static StrictJson.Members entity(StrictJson.Members body, String name) {
        var entity = body.object(name);
        skipProperties(entity);
        return entity;
    }

    private static void skipProperties(StrictJson.Members object) {
        if (object.has("properties")) {
            object.object("properties");
        }
    }

    private static String image(String type) {
        if (!type.equals("image")) {
            throw new MalformedInput("", "image", MalformedInput.quoted(type));
        }
        return type;
    }

    static ObjectNode answer(Given given) {
        var decision = given.decision();
        var json = Json.object().put("decision", decision.permitted());
        var context = json.putObject("context").put("id", given.id().toString());
        context.put("at", given.at().toString());
        context.set("reasons", reasons(decision.reasons()));
        if (!decision.audited().isEmpty()) {
            context.set("audited", reasons(decision.audited()));
        }
        context.set("obligations", obligations(decision));
        context.set("position", positions(decision));
        context.put("sitePolicy", "sha256:" + decision.policyDigest().hex());
        return json;
    }

    /** Reasons as answers have them. */
    public static ArrayNode reasons(List<Reason> reasons) {
        return list(
                list ->
                        reasons.forEach(
                                reason -> {
                                    var item = list.addObject().put("code", reason.code().wire());
                                    var clauses = item.putArray("clauses");
                                    reason.clauses().forEach(clauses::add);
                                    item.put("text", reason.text());
                                }));
    }

    static ArrayNode obligations(Decision decision) {
        return list(list -> decision.obligations().forEach(o -> list.add(o.text())));
    }

    static ObjectNode positions(Decision decision) {
        var json = Json.object();
        decision.positions().entrySet().stream()
                .sorted(java.util.Comparator.comparing(entry -> entry.getKey().text()))
                .forEach(entry -> json.put(entry.getKey().text(), entry.getValue()));
        return json;
    }

    private static ArrayNode list(Consumer<ArrayNode> fill) {
        var list = Json.array();
        fill.accept(list);
        return list;
    }
}
