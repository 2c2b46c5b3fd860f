package org.imprimatur.register;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.InspectionSummary.Completeness;
import org.imprimatur.register.SitePolicy.AdvisoryLimit;
import org.imprimatur.register.SitePolicy.Limits;
import org.imprimatur.register.SitePolicy.Worst;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Revocation;
import org.jspecify.annotations.Nullable;

/** Holds what speaks for an image against a site's {@link Limits}. */
final class LimitCheck {

    private final Standing standing;
    private final Action action;
    private final Instant at;

    LimitCheck(Standing standing, Action action, Instant at) {
        this.standing = standing;
        this.action = action;
        this.at = at;
    }

    /** What is beyond a limit, each with its reason. */
    List<Reason> against(Limits limits, Candidate candidate) {
        return switch (candidate) {
            case Candidate.Endorsed endorsed -> against(limits, endorsed);
            case Candidate.Listed listed -> against(limits, listed);
        };
    }

    /** A list does not say what most limits ask for, and what is not known is beyond a limit. */
    private List<Reason> against(Limits limits, Candidate.Listed listed) {
        var beyond = new ArrayList<Reason>(0);
        if (limits.worst() != null) {
            beyond.add(
                    unknown(
                            Reason.Code.FINDING_TOO_GRAVE,
                            List.of("END-4.2.d", "EGI-1"),
                            listed,
                            "names no inspection, and one is asked for here"));
        }
        if (limits.age() != null) {
            beyond.add(
                    unknown(
                            Reason.Code.IMAGE_TOO_OLD,
                            List.of("TVM-3.4", "EGI-1"),
                            listed,
                            "does not say when the image was made, and it may be %s old here"
                                    .formatted(days(limits.age()))));
        }
        if (limits.patched() != null) {
            beyond.add(
                    unknown(
                            Reason.Code.PATCHES_TOO_OLD,
                            List.of("TVM-3.7.2", "END-4.2.b"),
                            listed,
                            "does not say until when patches are applied; they may be %s old here"
                                    .formatted(days(limits.patched()))));
        }
        var advisory = limits.advisory();
        if (advisory != null) {
            takenBack(advisory, List.of(listed.image())).ifPresent(beyond::add);
            if (standing.flaws().asOf() != null) {
                inDoubt(listed, "a list names no packages").ifPresent(beyond::add);
            }
        }
        return beyond;
    }

    private static Reason unknown(
            Reason.Code code, List<String> clauses, Candidate.Listed listed, String what) {
        return new Reason(code, clauses, listed.told() + " " + what);
    }

    private List<Reason> against(Limits limits, Candidate.Endorsed endorsed) {
        var entry = endorsed.entry();
        var beyond = new ArrayList<Reason>(0);
        finding(limits.worst(), entry).ifPresent(beyond::add);
        age(limits.age(), entry).ifPresent(beyond::add);
        patches(limits.patched(), entry).ifPresent(beyond::add);
        var advisory = limits.advisory();
        if (advisory != null) {
            var sbom = entry.statement().inspection().sbom();
            takenBack(advisory, files(entry)).ifPresent(beyond::add);
            flaw(advisory, endorsed, sbom).ifPresent(beyond::add);
            standing.flaws()
                    .doubt(sbom, at)
                    .flatMap(why -> inDoubt(endorsed, why))
                    .ifPresent(beyond::add);
        }
        return beyond;
    }

    private static Optional<Reason> finding(@Nullable Worst worst, Recorded<Endorsement> entry) {
        var inspection = entry.statement().inspection();
        boolean within =
                switch (worst) {
                    case null -> true;
                    case BLOCK -> inspection.completeness() == Completeness.COMPLETE;
                    case WARN -> inspection.blocking().isEmpty();
                };
        if (within) {
            return Optional.empty();
        }
        return Optional.of(
                new Reason(
                        Reason.Code.FINDING_TOO_GRAVE,
                        List.of("END-4.2.d", "EGI-1"),
                        "the inspection in the endorsement of %s has %d findings that block, such as %s, and no worse than %s is accepted here"
                                .formatted(
                                        entry.place(),
                                        inspection.blocking().size(),
                                        inspection.blocking().getFirst(),
                                        worst == Worst.WARN
                                                ? "a warning"
                                                : "one that was waived in a whole inspection")));
    }

    private Optional<Reason> age(@Nullable Duration limit, Recorded<Endorsement> entry) {
        var made = entry.statement().generatedAt();
        if (limit == null || Duration.between(made, at).compareTo(limit) <= 0) {
            return Optional.empty();
        }
        return Optional.of(
                new Reason(
                        Reason.Code.IMAGE_TOO_OLD,
                        List.of("TVM-3.4", "EGI-1"),
                        "the image endorsed in %s was made at %s, and may be %s old here"
                                .formatted(entry.place(), made, days(limit))));
    }

    private Optional<Reason> patches(@Nullable Duration limit, Recorded<Endorsement> entry) {
        var patched = entry.statement().details().patchedAt();
        if (limit == null
                || (patched != null && Duration.between(patched, at).compareTo(limit) <= 0)) {
            return Optional.empty();
        }
        return Optional.of(
                new Reason(
                        Reason.Code.PATCHES_TOO_OLD,
                        List.of("TVM-3.7.2", "END-4.2.b"),
                        "the endorsement of %s %s; patches may be %s old here"
                                .formatted(
                                        entry.place(),
                                        patched == null
                                                ? "does not say until when patches are applied"
                                                : "has patches until " + patched,
                                        days(limit))));
    }

    /** The image file and the parts of it. */
    private static List<Sha512> files(Recorded<Endorsement> entry) {
        var files = new ArrayList<Sha512>();
        files.add(entry.statement().image());
        entry.statement().lineage().parts().forEach(part -> files.add(part.image()));
        return files;
    }

    /** The first time that somebody took the same file back, or a part of it, for a hole in it. */
    private Optional<Reason> takenBack(AdvisoryLimit limit, List<Sha512> files) {
        return files.stream()
                .flatMap(file -> standing.registers().flatMap(register -> holes(register, file)))
                .min(Comparator.comparing(Recorded::admittedAt))
                .filter(first -> beyond(limit, first.admittedAt()))
                .map(
                        first ->
                                new Reason(
                                        Reason.Code.ADVISORY_OPEN,
                                        List.of("TVM-3.5", "END-4.6"),
                                        "%s was taken back at %s (%s) as %s%s, and may run for %s after that here"
                                                .formatted(
                                                        first.statement().image(),
                                                        first.admittedAt(),
                                                        first.place(),
                                                        first.statement().reason().wire(),
                                                        named(first.statement()),
                                                        days(limit.after()))));
    }

    /** Its own list says what the image has installed: of its parts it may have newer packages. */
    private Optional<Reason> flaw(AdvisoryLimit limit, Candidate.Endorsed endorsed, Sha256 sbom) {
        return standing.flaws()
                .oldest(sbom, limit.urgency())
                .filter(oldest -> beyond(limit, oldest.since()))
                .map(
                        oldest ->
                                new Reason(
                                        Reason.Code.ADVISORY_OPEN,
                                        List.of("TVM-3.7.2", "END-4.2.b", "TVM-3.8", "END-4.8"),
                                        "%s is of an image with %s %s, for which the patch %s is known here since %s: %s (%s); it may run for %s without it here"
                                                .formatted(
                                                        endorsed.told(),
                                                        oldest.name(),
                                                        oldest.installed(),
                                                        oldest.fixed(),
                                                        oldest.since(),
                                                        oldest.id(),
                                                        oldest.urgency().wire(),
                                                        days(limit.after()))));
    }

    /** What nobody can tell stops starts alone: what runs, or is kept ready, stays meanwhile. */
    private Optional<Reason> inDoubt(Candidate candidate, String why) {
        return switch (action) {
            case CONTINUE -> Optional.empty();
            case INSTANTIATE ->
                    Optional.of(
                            new Reason(
                                    Reason.Code.ADVISORIES_UNKNOWN,
                                    List.of("TVM-3.8", "END-4.8", "EGI-5.9"),
                                    "it cannot be told which flaws the image of %s has: %s"
                                            .formatted(candidate.told(), why)));
        };
    }

    private boolean beyond(AdvisoryLimit limit, Instant since) {
        return Duration.between(since, at).compareTo(limit.after()) > 0;
    }

    private static Stream<Recorded<Revocation>> holes(Register register, Sha512 file) {
        return register.endorsements(file).stream()
                .flatMap(endorsement -> register.revocation(endorsement.id()).stream())
                .filter(
                        revoked ->
                                switch (revoked.statement().reason()) {
                                    case VULNERABLE, COMPROMISED -> true;
                                    case SUPERSEDED, ENDORSED_IN_ERROR, POLICY_VIOLATION -> false;
                                });
    }

    private static String named(Revocation revocation) {
        return revocation.advisories().isEmpty()
                ? ""
                : " (" + String.join(", ", revocation.advisories()) + ")";
    }

    private static String days(Duration time) {
        return time.toDays() > 0 && time.equals(Duration.ofDays(time.toDays()))
                ? time.toDays() + " days"
                : time.toString();
    }
}
