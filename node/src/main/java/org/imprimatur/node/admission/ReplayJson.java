package org.imprimatur.node.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.imprimatur.node.follow.Seen;
import org.imprimatur.node.http.Json;
import org.imprimatur.register.Decision;
import org.imprimatur.register.KnownFlaws;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Reason;
import org.jspecify.annotations.Nullable;

/** The answer of a replay in JSON ({@code docs/format.md}, "Replay"). */
final class ReplayJson {

    private ReplayJson() {}

    static ObjectNode answer(Decided decided, Replays.Replayed replayed) {
        var then = replayed.then();
        var now = replayed.now();
        var json = Json.object();
        json.set("question", DecisionJson.question(decided.asked()));
        json.set("recorded", DecisionJson.answer(decided));
        json.set("replayed", DecisionJson.answer(null, decided.at(), then));
        json.put("same", same(decided, then));
        json.set("today", DecisionJson.answer(null, replayed.at(), now));
        boolean differs = differ(then, now);
        json.put("differs", differs);
        if (differs) {
            json.set("new", DecisionJson.reasons(beyond(now.decision(), then.decision())));
            json.set("gone", DecisionJson.reasons(beyond(then.decision(), now.decision())));
            var why = json.putArray("why");
            why(decided, replayed).forEach(why::add);
        }
        return json;
    }

    private static boolean same(Decided decided, Judged then) {
        return decided.permitted() == then.decision().permitted()
                && Objects.equals(decided.meant(), then.meant())
                && decided.policy().equals(then.decision().policyDigest())
                && decided.said().equals(DecisionTable.said(then.decision()));
    }

    private static boolean differ(Judged then, Judged now) {
        var before = then.decision();
        var after = now.decision();
        return before.permitted() != after.permitted()
                || !Objects.equals(then.meant(), now.meant())
                || !before.reasons().equals(after.reasons())
                || !before.audited().equals(after.audited())
                || !before.obligations().equals(after.obligations());
    }

    private static List<Reason> beyond(Decision one, Decision other) {
        return one.reasons().stream().filter(reason -> !other.reasons().contains(reason)).toList();
    }

    /** What has changed of what a decision rests on. */
    private static List<String> why(Decided decided, Replays.Replayed replayed) {
        var why = new ArrayList<String>();
        var policy = replayed.now().decision().policyDigest();
        if (!policy.equals(decided.policy())) {
            why.add("the site policy was %s and is %s".formatted(decided.policy(), policy));
        }
        if (!Objects.equals(decided.meant(), replayed.now().meant())) {
            why.add(
                    "%s was %s and is %s"
                            .formatted(
                                    decided.asked().image(),
                                    Objects.requireNonNullElse(decided.meant(), "no one image"),
                                    Objects.requireNonNullElse(
                                            replayed.now().meant(), "no one image")));
        }
        var before = byOrigin(replayed.seen());
        var after = byOrigin(replayed.seenNow());
        after.forEach(
                (origin, now) -> {
                    var then = before.get(origin);
                    if (then == null) {
                        why.add("the ledger '%s' was not in view".formatted(origin));
                    } else {
                        changes(then, now)
                                .forEach(
                                        change ->
                                                why.add(
                                                        "the ledger '%s' %s"
                                                                .formatted(origin, change)));
                    }
                });
        before.keySet().stream()
                .filter(origin -> !after.containsKey(origin))
                .forEach(
                        origin -> why.add("the ledger '%s' is not followed now".formatted(origin)));
        lists(replayed).forEach(why::add);
        var flaws = replayed.seen().flaws();
        var flawsNow = replayed.seenNow().flaws();
        if (!Objects.equals(flaws, flawsNow)) {
            why.add(
                    "what is known of flaws was %s and is %s"
                            .formatted(known(flaws), known(flawsNow)));
        }
        why.add("it was decided at %s, and it is %s".formatted(decided.at(), replayed.at()));
        return why;
    }

    private static String known(KnownFlaws.@Nullable AsOf flaws) {
        return flaws == null
                ? "not watched"
                : "in state %d, with feeds of at most %d days"
                        .formatted(flaws.revision(), flaws.feedAge().toDays());
    }

    private static List<String> lists(Replays.Replayed replayed) {
        var why = new ArrayList<String>();
        for (var now : replayed.seenNow().lists()) {
            var then = list(replayed.seen(), now.name());
            if (then == null) {
                why.add("the list '%s' was not in view".formatted(now.name()));
            } else if (!then.equals(now)) {
                why.add(
                        "the list '%s' was in state %d, verified at %s, with %s, and is in state %d, verified at %s, with %s"
                                .formatted(
                                        now.name(),
                                        then.state(),
                                        then.verifiedAt(),
                                        Objects.requireNonNullElse(then.fault(), "no fault"),
                                        now.state(),
                                        now.verifiedAt(),
                                        Objects.requireNonNullElse(now.fault(), "no fault")));
            }
        }
        for (var then : replayed.seen().lists()) {
            if (list(replayed.seenNow(), then.name()) == null) {
                why.add("the list '%s' is not followed now".formatted(then.name()));
            }
        }
        return why;
    }

    private static Seen.@Nullable Listed list(Seen seen, Origin name) {
        return seen.lists().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static List<String> changes(Seen.Ledger then, Seen.Ledger now) {
        var changes = new ArrayList<String>();
        if (!then.charter().equals(now.charter())) {
            changes.add("has another charter");
        }
        if (then.size() != now.size()) {
            changes.add("had %d entries and has %d".formatted(then.size(), now.size()));
        }
        if (!Objects.equals(then.fault(), now.fault())) {
            changes.add(
                    "had %s and has %s"
                            .formatted(
                                    Objects.requireNonNullElse(then.fault(), "no fault"),
                                    Objects.requireNonNullElse(now.fault(), "no fault")));
        }
        if (!Objects.equals(then.verifiedAt(), now.verifiedAt())) {
            changes.add(
                    "was verified at %s, and last at %s"
                            .formatted(
                                    Objects.requireNonNullElse(then.verifiedAt(), "no time"),
                                    Objects.requireNonNullElse(now.verifiedAt(), "no time")));
        }
        return changes;
    }

    private static Map<String, Seen.Ledger> byOrigin(Seen seen) {
        return seen.ledgers().stream()
                .collect(
                        Collectors.toMap(
                                ledger -> ledger.charter().origin().text(),
                                Function.identity(),
                                (a, _) -> a,
                                TreeMap::new));
    }
}
