package org.imprimatur.inspect.rules;

import java.util.ArrayList;
import java.util.List;
import org.imprimatur.inspect.advisories.Patches.PendingUpdate;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.GenerationTool.NotAsked;
import org.imprimatur.inspect.facts.GenerationTool.NotTold;
import org.imprimatur.inspect.facts.GenerationTool.Told;
import org.imprimatur.inspect.facts.Shown;

/** What the rules about the program object to that an image was made with. */
final class GenerationRules {

    private GenerationRules() {}

    static List<Objection> outdated(Facts facts) {
        if (!(facts.generation() instanceof Told told)) {
            return List.of();
        }
        var objections =
                new ArrayList<>(PatchRules.flaws(told.patches(), flaw -> !flaw.fixed().isEmpty()));
        objections.addAll(PatchRules.pending(told.patches(), PendingUpdate::security));
        return named(told, objections);
    }

    static List<Objection> pending(Facts facts) {
        return facts.generation() instanceof Told told
                ? named(told, PatchRules.pending(told.patches(), update -> !update.security()))
                : List.of();
    }

    static List<Objection> unknown(Facts facts) {
        return switch (facts.generation()) {
            case NotAsked() -> List.of();
            case NotTold() -> List.of(new Objection("", "the program is not named (--tool)"));
            case Told told when told.packageUrl().isEmpty() ->
                    List.of(
                            new Objection(
                                    "",
                                    "%s has no package URL (--tool-package)"
                                            .formatted(name(told))));
            case Told told ->
                    told.patches().feeds().isEmpty()
                            ? List.of(
                                    new Objection(
                                            "",
                                            "no feed speaks of " + Shown.text(told.packageUrl())))
                            : List.of();
        };
    }

    /** It is in no place of the image. */
    private static List<Objection> named(Told told, List<Objection> objections) {
        return objections.stream()
                .map(each -> new Objection("", Shown.text(told.name()) + " " + each.evidence()))
                .toList();
    }

    private static String name(Told told) {
        return Shown.text(told.name() + " " + told.version());
    }
}
