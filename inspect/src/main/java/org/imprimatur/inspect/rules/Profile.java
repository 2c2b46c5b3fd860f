package org.imprimatur.inspect.rules;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.imprimatur.register.Sha256;

/**
 * A versioned choice of rules, how much each weighs, what they compare with, and what may be
 * waived. A change of any of it is a new version: reports name their profile.
 *
 * @param name {@code egi}
 * @param version {@code 1}
 * @param title what it is for, in one line
 * @param severities by rule id; a rule that is not here does not run. {@code inspection.incomplete}
 *     always blocks
 * @param parameters what rules compare with
 * @param waivers what an endorser may take on
 */
public record Profile(
        String name,
        String version,
        String title,
        Map<String, Severity> severities,
        Parameters parameters,
        WaiverRules waivers) {

    /** The endorsement policy of EGI and the HEPiX drafts before it. */
    public static final Profile EGI_1 = Profiles.read("egi");

    /** Copies the map, and refuses rules that the catalogue does not have. */
    public Profile {
        var all = new TreeMap<>(severities);
        if (all.put(RuleCatalogue.INCOMPLETE, Severity.BLOCK) instanceof Severity said
                && said != Severity.BLOCK) {
            throw new IllegalArgumentException("what was not read always blocks");
        }
        for (var id : all.keySet()) {
            if (RuleCatalogue.rule(id).isEmpty()) {
                throw new IllegalArgumentException("no rule '%s'".formatted(id));
            }
        }
        severities = Map.copyOf(all);
    }

    /** Name and version, as reports give them: {@code egi/1}. */
    public String id() {
        return name + "/" + version;
    }

    /**
     * The shipped profile of this name, with or without its version: {@code egi}, {@code egi/1}.
     */
    public static Optional<Profile> named(String name) {
        return Profiles.shipped(name);
    }

    /**
     * SHA-256, in lower-case hex, of all that the profile decides (docs/format.md, "Profiles"),
     * with what it takes over from others. Comments and title are not part of it.
     */
    public String digest() {
        return Sha256.of(content().getBytes(StandardCharsets.UTF_8)).hex();
    }

    /** Without format strings, which take long to start. */
    private String content() {
        var text = new StringBuilder("profile ").append(id()).append('\n');
        new TreeMap<>(severities)
                .forEach((id, severity) -> line(text, "rule ", id + " " + severity.label()));
        var values = new TreeMap<String, Long>();
        for (var each : Parameter.values()) {
            values.put(each.label(), parameters.of(each));
        }
        values.forEach((name, value) -> line(text, "parameter ", name + " " + value));
        parameters
                .licences()
                .verdicts()
                .forEach(
                        (pattern, verdict) ->
                                line(text, "licence ", verdict.label() + " " + pattern));
        new TreeSet<>(waivers.never()).forEach(id -> line(text, "never ", id));
        line(text, "longest ", String.valueOf(waivers.longest().toDays()));
        line(text, "shortest-reason ", String.valueOf(waivers.shortestReason()));
        return text.toString();
    }

    private static void line(StringBuilder text, String kind, String rest) {
        text.append(kind).append(rest).append('\n');
    }
}
