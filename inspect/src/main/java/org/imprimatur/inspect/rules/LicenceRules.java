package org.imprimatur.inspect.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.PackageKind;
import org.imprimatur.inspect.rules.LicencePolicy.Verdict;

/**
 * What the rules about licences object to. What a package of the distribution brings along of other
 * packages is under the licences that this package says.
 */
final class LicenceRules {

    private static final int MAX_NAMES = 8;
    private static final int MAX_TEXT = 200;

    private LicenceRules() {}

    static List<Objection> denied(Facts facts, Parameters parameters) {
        return judged(facts, parameters.licences(), Verdict.DENY);
    }

    static List<Objection> undeclared(Facts facts, Parameters parameters) {
        return judged(facts, parameters.licences(), Verdict.DECLARE);
    }

    private static List<Objection> judged(Facts facts, LicencePolicy policy, Verdict verdict) {
        // many packages say the same
        var known = new HashMap<String, Verdict>();
        var objections = new ArrayList<Objection>();
        for (var each : facts.allPackages()) {
            if (!each.owner().isEmpty()) {
                continue;
            }
            var area = policy.ofArea(each.area());
            var heaviest = area;
            var said = new ArrayList<String>();
            if (area == verdict) {
                said.add("is of the archive area " + each.area());
            }
            for (var licence : each.licences()) {
                var its = known.computeIfAbsent(licence, policy::ofText);
                heaviest = heaviest.heavier(its);
                if (its == verdict) {
                    said.add("says '%s'".formatted(Shown.text(licence, MAX_TEXT)));
                }
            }
            if (heaviest == verdict) {
                objections.add(
                        new Objection(
                                each.place() + "#" + each.name(),
                                "%s %s"
                                        .formatted(each.version(), String.join(", ", said))
                                        .strip()));
            }
        }
        return objections;
    }

    /** One for the whole image: how many packages say nothing, and some of their names. */
    static List<Objection> unknown(Facts facts) {
        var silent =
                facts.allPackages().stream()
                        .filter(each -> saysNothing(each, facts))
                        .map(InstalledPackage::name)
                        .distinct()
                        .toList();
        if (silent.isEmpty()) {
            return List.of();
        }
        var names = silent.stream().limit(MAX_NAMES).collect(Collectors.joining(", "));
        int more = silent.size() - MAX_NAMES;
        return List.of(
                new Objection(
                        "",
                        silent.size() == 1
                                ? "1 package: " + names
                                : "%d packages: %s%s"
                                        .formatted(
                                                silent.size(),
                                                names,
                                                more > 0 ? " and %d more".formatted(more) : "")));
    }

    /** Debian says it in files, which an inspection without content does not read. */
    private static boolean saysNothing(InstalledPackage each, Facts facts) {
        boolean asked = each.kind() != PackageKind.DEBIAN || facts.files().examined();
        return asked
                && each.owner().isEmpty()
                && each.area().isEmpty()
                && each.licences().isEmpty();
    }
}
