package org.imprimatur.register;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.imprimatur.register.Approving.Automatic;
import org.imprimatur.register.Approving.Versions;
import org.imprimatur.register.Statement.Approval;
import org.imprimatur.register.Statement.SiteWord;
import org.jspecify.annotations.Nullable;

/** Whether a site approves an endorsement: by its last word on it, or by the rule of a class. */
final class Approvals {

    /** How it stands with one endorsement. */
    sealed interface Outcome {

        /** Somebody approved it. */
        record Signed(Recorded<Approval> word) implements Outcome {}

        /**
         * The rule of the class approves it.
         *
         * @param why in a few words
         */
        record ByRule(String why) implements Outcome {}

        /** Nobody need approve it. */
        record NotAsked() implements Outcome {}

        /**
         * Nobody has approved it.
         *
         * @param why the rule does not; empty where there is none
         */
        record Missing(String why) implements Outcome {}

        /** Somebody refused it, or the same file under another endorsement. */
        record Refused(Recorded<Statement.Refusal> word) implements Outcome {}
    }

    private final Standing standing;
    private final Owner site;
    private final LimitCheck limits;
    private final Instant at;

    Approvals(Standing standing, Owner site, LimitCheck limits, Instant at) {
        this.standing = standing;
        this.site = site;
        this.limits = limits;
        this.at = at;
    }

    Outcome of(Candidate candidate, Approving approving) {
        var word = word(candidate);
        if (word != null) {
            return switch (word.statement()) {
                case Approval statement ->
                        new Outcome.Signed(
                                new Recorded<>(
                                        word.index(), word.id(), statement, word.admittedAt()));
                case Statement.Refusal statement -> refused(word, statement);
            };
        }
        return switch (approving) {
            case Approving.Required(Versions versions) ->
                    unlessRefused(
                            candidate,
                            versions == Versions.ASK
                                    ? new Outcome.Missing("")
                                    : nextVersion(candidate));
            case Automatic rule -> unlessRefused(candidate, automatic(candidate, rule));
            case Approving.None _ -> unlessRefused(candidate, new Outcome.NotAsked());
        };
    }

    private static Outcome.Refused refused(
            Recorded<? extends SiteWord> word, Statement.Refusal statement) {
        return new Outcome.Refused(
                new Recorded<>(word.index(), word.id(), statement, word.admittedAt()));
    }

    /** The site's last word on a candidate; one that names another image says nothing here. */
    private @Nullable Recorded<? extends SiteWord> word(Candidate candidate) {
        return standing.own()
                .word(site, candidate.catalogue(), candidate.id())
                .filter(word -> word.statement().image().equals(candidate.image()))
                .orElse(null);
    }

    /** Where nobody signed, a refusal of the same file under another endorsement stands. */
    private Outcome unlessRefused(Candidate candidate, Outcome otherwise) {
        return refusals(candidate.image())
                .findFirst()
                .<Outcome>map(Outcome.Refused::new)
                .orElse(otherwise);
    }

    /** The refusals of a file that are the site's last word on the endorsements they name. */
    Stream<Recorded<Statement.Refusal>> refusals(Sha512 image) {
        return standing.own().history(image).stream()
                .filter(entry -> entry.statement().kind() == Statement.Kind.REFUSAL)
                .flatMap(
                        entry ->
                                entry.statement() instanceof Statement.Refusal refusal
                                                && refusal.site().equals(site)
                                                && isLast(entry, refusal)
                                        ? Stream.of(
                                                new Recorded<>(
                                                        entry.index(),
                                                        entry.id(),
                                                        refusal,
                                                        entry.admittedAt()))
                                        : Stream.empty());
    }

    private boolean isLast(Recorded<?> entry, Statement.Refusal refusal) {
        return standing.own()
                .word(site, refusal.catalogue(), refusal.endorsement())
                .filter(last -> last.id().equals(entry.id()))
                .isPresent();
    }

    private Outcome automatic(Candidate candidate, Automatic rule) {
        var signer = candidate.signer();
        if (!rule.endorsers().isEmpty() && !rule.endorsers().contains(signer)) {
            return new Outcome.Missing(signer.subject() + " is none of its endorsers");
        }
        var beyond = limits.against(rule.limits(), candidate);
        if (!beyond.isEmpty()) {
            return new Outcome.Missing(
                    beyond.stream().map(Reason::text).collect(Collectors.joining("; ")));
        }
        var unmet =
                Conditions.of(rule.conditions()).unmet(new Condition.Facts(candidate, null, at));
        if (!unmet.isEmpty()) {
            var first = unmet.getFirst();
            return new Outcome.Missing("%s: %s".formatted(first.condition().name(), first.why()));
        }
        var before = before(candidate);
        if (before.isEmpty()) {
            return new Outcome.ByRule("its rule approves it");
        }
        if (rule.versions() == Versions.ASK) {
            return new Outcome.Missing("it is a new version of an image");
        }
        if (before.stream().anyMatch(other -> word(other) != null)) {
            return nextVersion(candidate);
        }
        return before.stream()
                .filter(other -> !other.introducer().equals(candidate.introducer()))
                .findFirst()
                .<Outcome>map(
                        other ->
                                new Outcome.Missing(
                                        "%s endorsed version %s"
                                                .formatted(
                                                        other.introducer().subject(),
                                                        other.version())))
                .orElse(new Outcome.ByRule("its rule approves it and the versions before it"));
    }

    /** A version after one that the site has spoken of: its newest word on these decides. */
    private Outcome nextVersion(Candidate candidate) {
        for (var other : before(candidate).reversed()) {
            var word = word(other);
            if (word == null) {
                continue;
            }
            var version = other.version();
            return switch (word.statement()) {
                case Statement.Refusal _ ->
                        new Outcome.Missing("version %s was refused".formatted(version));
                case Approval _ when other.introducer().equals(candidate.introducer()) ->
                        new Outcome.ByRule(
                                "a new version by the same endorser as version %s, which was approved by %s (%s)"
                                        .formatted(
                                                version,
                                                word.statement().signer().subject(),
                                                word.place()));
                case Approval _ ->
                        new Outcome.Missing(
                                "version %s, which was approved, is by another endorser"
                                        .formatted(version));
            };
        }
        return new Outcome.Missing("no version before it was approved");
    }

    /** The other versions of an image that the same catalogue had before, oldest first. */
    private List<Candidate> before(Candidate candidate) {
        return standing.before(candidate).stream()
                .filter(other -> !other.version().equals(candidate.version()))
                .toList();
    }
}
