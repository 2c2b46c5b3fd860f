package org.imprimatur.register;

import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.Enforcement.Level;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether an image may run: a pure function of registers, site policy, question and moment
 * ({@code docs/format.md}, "Evaluation").
 *
 * <p>A suspension stops a person, and a block an image whoever endorsed it. Otherwise one
 * endorsement that meets every rule permits it, or else an exception of the site; where there is
 * neither, the reasons against each endorsement are given. What fails only checks that the site
 * audits is permitted, and the permit says what was let pass.
 */
public final class Decisions {

    private Decisions() {}

    /** Decides one question. */
    public static Decision decide(
            Standing standing, SitePolicy policy, DecisionRequest request, Instant at) {
        var strict = new Question(standing, policy, request, at, false).decide();
        if (strict.permitted() || !policy.audits()) {
            return strict;
        }
        var lenient = new Question(standing, policy, request, at, true).decide();
        if (!lenient.permitted()) {
            return lenient;
        }
        return new Decision(
                true,
                List.of(byAudit(policy, strict.reasons())),
                strict.reasons(),
                lenient.obligations(),
                strict.positions(),
                strict.policyDigest());
    }

    /**
     * The digest of the one file that ever was endorsed under a GUID, of any version where none is
     * named, in the registers in view; with several, or none, nothing is guessed.
     */
    public static Resolved resolve(Standing standing, ImageName.ByGuid name) {
        var version = name.version();
        var found = named(standing, name.guid(), version);
        var digests = found.stream().map(Candidate::image).distinct().toList();
        if (digests.size() == 1) {
            return new Resolved.To(digests.getFirst());
        }
        return new Resolved.Not(
                digests.isEmpty()
                        ? "no followed ledger has an endorsement of " + name
                        : "%d different images are endorsed as %s (versions %s): name the digest%s"
                                .formatted(
                                        digests.size(),
                                        name,
                                        found.stream()
                                                .map(e -> e.version().text())
                                                .distinct()
                                                .limit(16)
                                                .collect(Collectors.joining(", ")),
                                        version == null ? " or the version" : ""));
    }

    private static List<Candidate> named(Standing standing, Guid guid, @Nullable Version version) {
        return Stream.concat(
                        standing.registers()
                                .flatMap(
                                        register ->
                                                register.endorsements(guid).stream()
                                                        .<Candidate>map(
                                                                entry ->
                                                                        new Candidate.Endorsed(
                                                                                register.charter()
                                                                                        .origin(),
                                                                                entry))),
                        standing.lists().stream()
                                .flatMap(
                                        list ->
                                                list.images().of(guid).stream()
                                                        .map(list::candidate)))
                .filter(one -> version == null || one.version().equals(version))
                .toList();
    }

    /** What became of an image's name. */
    public sealed interface Resolved {

        /** It is the name of this file. */
        record To(Sha512 digest) implements Resolved {}

        /** It is no name of one file; why not. */
        record Not(String why) implements Resolved {}
    }

    /** The denial of what is no name of one image file. */
    public static Decision unresolved(Standing standing, SitePolicy policy, Resolved.Not not) {
        return new Decision(
                false,
                List.of(
                        new Reason(
                                Reason.Code.IMAGE_UNKNOWN,
                                List.of("END-2.operator", "END-2.guid"),
                                not.why())),
                List.of(),
                List.of(),
                standing.positions(),
                policy.digest());
    }

    private static Reason byAudit(SitePolicy policy, List<Reason> reasons) {
        var codes = new LinkedHashSet<Reason.Code>();
        var clauses = new LinkedHashSet<String>();
        for (var reason : reasons) {
            if (policy.check(reason.code()).level() == Level.AUDIT) {
                codes.add(reason.code());
                clauses.addAll(reason.clauses());
            }
        }
        return new Reason(
                Reason.Code.PERMITTED_BY_AUDIT,
                List.copyOf(clauses),
                codes.stream()
                        .map(code -> "%s (%s)".formatted(code, policy.check(code).reason()))
                        .collect(
                                Collectors.joining(
                                        ", ",
                                        policy.site() + " would deny this, but audits only ",
                                        "")));
    }

    /**
     * What the site makes of one candidate in each class that it serves, whoever may ask: for those
     * who approve, and for what is kept ready. How fresh the view of its catalogue is plays no
     * part, nor do checks that are only audited.
     *
     * @param candidate of a catalogue that is in view
     */
    public static Map<UseClass, Prospect> prospects(
            Standing standing, SitePolicy policy, Candidate candidate, Instant at) {
        var prospects = new EnumMap<UseClass, Prospect>(UseClass.class);
        policy.classes()
                .forEach(
                        (useClass, rules) ->
                                prospects.put(
                                        useClass,
                                        new Question(
                                                        standing,
                                                        policy,
                                                        candidate.image(),
                                                        useClass,
                                                        Action.CONTINUE,
                                                        null,
                                                        at,
                                                        true)
                                                .prospect(candidate, rules)));
        return prospects;
    }
}
