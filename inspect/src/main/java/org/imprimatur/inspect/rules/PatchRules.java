package org.imprimatur.inspect.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.imprimatur.inspect.advisories.Patches;
import org.imprimatur.inspect.advisories.Patches.Flaw;
import org.imprimatur.inspect.advisories.Patches.PendingUpdate;
import org.imprimatur.inspect.advisories.Urgency;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.packages.InstalledPackage;

/** What the rules about patches object to: one objection for each package, with all its flaws. */
final class PatchRules {

    private static final int MAX_IDS = 12;

    private PatchRules() {}

    static List<Objection> grave(Facts facts) {
        return flaws(facts.patches(), flaw -> !flaw.fixed().isEmpty() && isGrave(flaw));
    }

    static List<Objection> security(Facts facts) {
        var objections =
                new ArrayList<>(
                        flaws(facts.patches(), flaw -> !flaw.fixed().isEmpty() && !isGrave(flaw)));
        objections.addAll(pending(facts.patches(), PendingUpdate::security));
        return objections;
    }

    static List<Objection> unfixed(Facts facts) {
        return flaws(facts.patches(), flaw -> flaw.fixed().isEmpty());
    }

    static List<Objection> pending(Facts facts) {
        return pending(facts.patches(), update -> !update.security());
    }

    static List<Objection> unknown(Facts facts) {
        var patches = facts.patches();
        return patches.asked() && !patches.system() && !facts.packages().isEmpty()
                ? List.of(new Objection("", "no feed speaks of " + facts.os().prettyName()))
                : List.of();
    }

    static List<Objection> stale(Facts facts, Parameters limits) {
        long most = limits.of(Parameter.MAX_FEED_AGE);
        long days = facts.patches().age().toDays();
        return facts.patches().system() && days > most
                ? List.of(
                        new Objection(
                                "",
                                "the oldest feed is %d days old, more than %d"
                                        .formatted(days, most)))
                : List.of();
    }

    private static boolean isGrave(Flaw flaw) {
        return flaw.urgency().atLeast(Urgency.HIGH);
    }

    static List<Objection> flaws(Patches patches, Predicate<Flaw> chosen) {
        var byPackage = new LinkedHashMap<String, List<Flaw>>();
        for (var flaw : patches.flaws()) {
            if (chosen.test(flaw)) {
                byPackage
                        .computeIfAbsent(
                                place(flaw.packages().getFirst(), flaw.name()),
                                _ -> new ArrayList<>())
                        .add(flaw);
            }
        }
        var objections = new ArrayList<Objection>();
        byPackage.forEach((place, flaws) -> objections.add(new Objection(place, evidence(flaws))));
        return objections;
    }

    private static String evidence(List<Flaw> flaws) {
        var first = flaws.getFirst();
        var ids =
                flaws.stream()
                        .limit(MAX_IDS)
                        .map(PatchRules::idAndUrgency)
                        .collect(Collectors.joining(", "));
        var more = flaws.size() > MAX_IDS ? " and %d more".formatted(flaws.size() - MAX_IDS) : "";
        var fixes =
                flaws.stream()
                        .map(Flaw::fixed)
                        .filter(version -> !version.isEmpty())
                        .distinct()
                        .collect(Collectors.joining(", "));
        return "%s: %s%s%s"
                .formatted(
                        first.version(), ids, more, fixes.isEmpty() ? "" : "; fixed in " + fixes);
    }

    private static String idAndUrgency(Flaw flaw) {
        return flaw.urgency() == Urgency.UNKNOWN
                ? flaw.id()
                : flaw.id() + " (" + flaw.urgency().label() + ")";
    }

    static List<Objection> pending(Patches patches, Predicate<PendingUpdate> chosen) {
        return patches.pending().stream()
                .filter(chosen)
                .map(
                        update ->
                                new Objection(
                                        place(update.installed(), update.installed().name()),
                                        "%s is installed, %s is there"
                                                .formatted(
                                                        update.installed().version(),
                                                        update.newest())))
                .toList();
    }

    private static String place(InstalledPackage each, String name) {
        return each.place() + "#" + name;
    }
}
