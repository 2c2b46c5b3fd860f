package org.imprimatur.node.admission;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.imprimatur.node.driver.PublishedImages.Meant;
import org.imprimatur.node.http.Json;
import org.imprimatur.register.Decision;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.ImageName;
import org.imprimatur.register.Inquiry;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Reason;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.StrictJson;
import org.imprimatur.register.UseClass;
import org.jspecify.annotations.Nullable;

/** Questions and answers in the JSON of AuthZEN 1.0 ({@code docs/format.md}, "Evaluation"). */
public final class DecisionJson {

    static final int MAX_BYTES = 64 * 1024;
    static final int MAX_BATCH_BYTES = 1024 * 1024;
    static final int MAX_BATCH = 1000;
    private static final List<String> PARTS = List.of("subject", "action", "resource", "context");

    private DecisionJson() {}

    /** When a batch ends before its last question. */
    enum Semantic {
        EXECUTE_ALL("execute_all"),
        DENY_ON_FIRST_DENY("deny_on_first_deny"),
        PERMIT_ON_FIRST_PERMIT("permit_on_first_permit");

        private final String wire;

        Semantic(String wire) {
            this.wire = wire;
        }

        /** Reads the name in formats. */
        static Semantic parse(String text) {
            for (var semantic : values()) {
                if (semantic.wire.equals(text)) {
                    return semantic;
                }
            }
            throw new MalformedInput(
                    "",
                    "execute_all, deny_on_first_deny or permit_on_first_permit",
                    MalformedInput.quoted(text));
        }

        /** Whether the batch ends with this decision. */
        boolean endsWith(boolean permitted) {
            return switch (this) {
                case EXECUTE_ALL -> false;
                case DENY_ON_FIRST_DENY -> !permitted;
                case PERMIT_ON_FIRST_PERMIT -> permitted;
            };
        }
    }

    /**
     * Several questions in one.
     *
     * @param single whether it was but one, in the form of one
     */
    record Batch(List<Inquiry> questions, Semantic semantic, boolean single) {

        Batch {
            questions = List.copyOf(questions);
        }
    }

    /**
     * Reads a question. Members that AuthZEN leaves open, {@code properties} and those of the
     * context, may be there and are not read; every other unknown member is refused.
     *
     * @throws MalformedInput when it is not of the documented form
     */
    static Inquiry inquiry(byte[] json) {
        var body = StrictJson.read(json, MAX_BYTES);
        var inquiry = inquiry(body, body);
        body.end();
        return inquiry;
    }

    /**
     * Reads a batch: of each question the parts that it does not have itself are those beside the
     * list.
     *
     * @throws MalformedInput when it, or any question in it, is not of the documented form
     */
    static Batch batch(byte[] json) {
        var body = StrictJson.read(json, MAX_BATCH_BYTES);
        var semantic = Semantic.EXECUTE_ALL;
        if (body.has("options")) {
            var options = body.object("options");
            if (options.has("evaluations_semantic")) {
                semantic = options.value("evaluations_semantic", Semantic::parse);
            }
        }
        var items =
                body.has("evaluations")
                        ? body.objects("evaluations", MAX_BATCH)
                        : List.<StrictJson.Members>of();
        if (items.isEmpty()) {
            var one = inquiry(body, body);
            body.end();
            return new Batch(List.of(one), semantic, true);
        }
        var questions = new ArrayList<Inquiry>();
        for (var item : items) {
            questions.add(inquiry(item, body));
            item.end();
        }
        PARTS.stream().filter(body::has).forEach(body::object);
        body.end();
        return new Batch(questions, semantic, false);
    }

    private static Inquiry inquiry(StrictJson.Members item, StrictJson.Members defaults) {
        var subject = part("subject", item, defaults);
        skipProperties(subject);
        subject.text("type");
        var operator = subject.text("id");
        subject.end();
        var action = part("action", item, defaults);
        skipProperties(action);
        var name = action.value("name", Action::parse);
        action.end();
        var resource = part("resource", item, defaults);
        skipProperties(resource);
        resource.value("type", DecisionJson::image);
        var image = resource.value("id", ImageName::parse);
        resource.end();
        var context = part("context", item, defaults);
        var useClass = context.value("class", UseClass::parse);
        var host = context.optionalText("host");
        var consumer = context.optionalText("consumer");
        var contextualisation =
                context.has("contextualisation")
                        ? context.value("contextualisation", Sha256::parse)
                        : null;
        return item.build(
                () ->
                        new Inquiry(
                                image,
                                useClass,
                                name,
                                operator,
                                consumer,
                                host,
                                contextualisation));
    }

    private static StrictJson.Members part(
            String name, StrictJson.Members item, StrictJson.Members defaults) {
        return (item.has(name) || !defaults.has(name) ? item : defaults).object(name);
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

    /** A question in the form in which it may be put again. */
    static ObjectNode question(Inquiry asked) {
        var json = Json.object();
        json.putObject("subject").put("type", "operator").put("id", asked.operator());
        json.putObject("action").put("name", asked.action().wire());
        json.putObject("resource").put("type", "image").put("id", asked.image().toString());
        var context = json.putObject("context").put("class", asked.useClass().wire());
        if (asked.host() != null) {
            context.put("host", asked.host());
        }
        if (asked.consumer() != null) {
            context.put("consumer", asked.consumer());
        }
        if (asked.contextualisation() != null) {
            context.put("contextualisation", asked.contextualisation().toString());
        }
        return json;
    }

    static ObjectNode answer(Given given) {
        return answer(given.id(), given.at(), given.judged());
    }

    /** A decision that is on record, as it was given out. */
    static ObjectNode answer(Decided decided) {
        var said = decided.said();
        var json = Json.object().put("decision", decided.permitted());
        var context = context(json, decided.id(), decided.at(), decided.meant());
        context.putRawValue("reasons", new RawValue(said.reasons()));
        if (said.audited() != null) {
            context.putRawValue("audited", new RawValue(said.audited()));
        }
        context.putRawValue("obligations", new RawValue(said.obligations()));
        context.putRawValue("position", new RawValue(said.positions()));
        context.put("sitePolicy", decided.policy().toString());
        return json;
    }

    /**
     * A decision.
     *
     * @param id null for one that is not given and not recorded
     */
    static ObjectNode answer(@Nullable UUID id, Instant at, Judged judged) {
        var decision = judged.decision();
        var json = Json.object().put("decision", decision.permitted());
        var context = context(json, id, at, judged.meant());
        context.set("reasons", reasons(decision.reasons()));
        if (!decision.audited().isEmpty()) {
            context.set("audited", reasons(decision.audited()));
        }
        context.set("obligations", obligations(decision));
        context.set("position", positions(decision));
        context.put("sitePolicy", decision.policyDigest().toString());
        return json;
    }

    private static ObjectNode context(
            ObjectNode answer, @Nullable UUID id, Instant at, @Nullable Meant meant) {
        var context = answer.putObject("context");
        if (id != null) {
            context.put("id", id.toString());
        }
        context.put("at", at.toString());
        if (meant != null) {
            context.put("image", meant.image().toString());
            if (meant.converted() != null) {
                context.put("converted", meant.converted().toString());
            }
        }
        return context;
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
                .sorted(Comparator.comparing(entry -> entry.getKey().text()))
                .forEach(entry -> json.put(entry.getKey().text(), entry.getValue()));
        return json;
    }

    private static ArrayNode list(Consumer<ArrayNode> fill) {
        var list = Json.array();
        fill.accept(list);
        return list;
    }
}
