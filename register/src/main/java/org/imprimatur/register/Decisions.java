package org.imprimatur.register;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.SitePolicy.ClassPolicy;
import org.imprimatur.register.Standing.Followed;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.Statement.SiteWord;
import org.imprimatur.register.Statement.Suspension;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether an image may run: a pure function of registers, site policy, question and moment
 * ({@code docs/format.md}, "Evaluation").
 *
 * <p>A suspension stops an operator, and a block an image whoever endorsed it. Otherwise one
 * endorsement that meets every rule permits it; where none does, the reasons against each are
 * given.
 */
public final class Decisions {

    private static final int MAX_REASONS = 64;
    private static final Comparator<Reason> GRAVEST_FIRST =
            Comparator.comparing(Reason::code).thenComparing(Reason::text);

    private Decisions() {}

    public static Decision decide(
            Standing standing, SitePolicy policy, DecisionRequest request, Instant at) {
        return new Question(standing, policy, request, at).decide();
    }

    /** A suspension in force, and the register that has it. */
    private record Suspended(Register register, Recorded<Suspension> entry) {

        boolean reaches(Owner owner) {
            return entry.statement().reaches(owner);
        }
    }

    /** One decision being made. */
    private static final class Question {

        private final Standing standing;
        private final SitePolicy policy;
        private final DecisionRequest request;
        private final Instant at;
        private final List<Suspended> operator;
        private final List<Reason> against = new ArrayList<>();
        private final List<Reason> permits = new ArrayList<>();

        Question(Standing standing, SitePolicy policy, DecisionRequest request, Instant at) {
            this.standing = standing;
            this.policy = policy;
            this.request = request;
            this.at = at;
            this.operator =
                    suspended(register -> register.suspensionsOfOperator(request.operator()));
        }

        Decision decide() {
            boolean stopped = operatorSuspended();
            var rules = policy.classes().get(request.useClass());
            if (rules == null) {
                against.add(
                        new Reason(
                                Reason.Code.CLASS_NOT_SERVED,
                                List.of("EGI-1"),
                                policy.site()
                                        + " does not serve the class "
                                        + request.useClass().wire()));
                return deny();
            }
            stopped |= blocked(standing.own());
            for (var source : standing.followed()) {
                stopped |= blocked(source.register());
                // Blocks by an infrastructure reach every image, so its ledger must be in view.
                stopped |= source.register().namesInfrastructure() && outOfView(source);
            }
            boolean known = weigh(standing.own(), null, rules);
            for (var source : standing.followed()) {
                known |= weigh(source.register(), source, rules);
            }
            if (!known) {
                unknown();
            }
            stopped |= known && tooFewEndorsers(rules);
            return stopped || permits.isEmpty() ? deny() : permit(rules);
        }

        private Decision deny() {
            var reasons = new LinkedHashSet<>(against.stream().sorted(GRAVEST_FIRST).toList());
            return new Decision(
                    false,
                    reasons.stream().limit(MAX_REASONS).toList(),
                    List.of(),
                    positions(),
                    policy.digest());
        }

        private Decision permit(ClassPolicy rules) {
            var obligations = new LinkedHashSet<Obligation>();
            if (request.useClass() == UseClass.PAYLOAD) {
                obligations.addAll(Obligation.OF_PAYLOAD);
            }
            obligations.addAll(rules.obligations());
            permits.sort(GRAVEST_FIRST);
            return new Decision(
                    true,
                    permits.subList(0, Math.min(permits.size(), MAX_REASONS)),
                    List.copyOf(obligations),
                    positions(),
                    policy.digest());
        }

        private Map<Origin, Long> positions() {
            var positions = new HashMap<Origin, Long>();
            positions.put(standing.own().charter().origin(), standing.own().size());
            for (var source : standing.followed()) {
                positions.put(source.register().charter().origin(), source.register().size());
            }
            return positions;
        }

        private List<Suspended> suspended(
                Function<Register, List<Recorded<Suspension>>> suspensions) {
            var found = new ArrayList<Suspended>(0);
            suspensions
                    .apply(standing.own())
                    .forEach(entry -> found.add(new Suspended(standing.own(), entry)));
            for (var source : standing.followed()) {
                suspensions
                        .apply(source.register())
                        .forEach(entry -> found.add(new Suspended(source.register(), entry)));
            }
            return found;
        }

        /** Infrastructures stop a person everywhere, a site stops them there. */
        private boolean operatorSuspended() {
            boolean stopped = false;
            for (var suspended : operator) {
                if (suspended.reaches(policy.site())) {
                    stopped = true;
                    against(Reason.Code.OPERATOR_SUSPENDED, "the operator", suspended);
                }
            }
            return stopped;
        }

        /** An owner who is neither takes its own endorsements away from them. */
        private void againstSuspended(Endorsement endorsement) {
            for (var suspended : operator) {
                if (!suspended.reaches(policy.site()) && suspended.reaches(endorsement.owner())) {
                    against(Reason.Code.OPERATOR_SUSPENDED, "the operator", suspended);
                }
            }
            for (var suspended : suspended(register -> register.suspensions(endorsement))) {
                if (suspended.reaches(policy.site()) || suspended.reaches(endorsement.owner())) {
                    against(Reason.Code.ENDORSER_SUSPENDED, "the endorser", suspended);
                }
            }
        }

        private void against(Reason.Code code, String who, Suspended suspended) {
            var suspension = suspended.entry().statement();
            against.add(
                    new Reason(
                            code,
                            List.of("END-4.9", "EGI-C1"),
                            "%s %s is suspended by %s for %s (%s) as %s: %s"
                                    .formatted(
                                            who,
                                            suspension.person().subject(),
                                            suspension.signer().subject(),
                                            suspension.owner(),
                                            place(suspended.register(), suspended.entry()),
                                            suspension.reason().wire(),
                                            suspension.explanation())));
        }

        /**
         * Blocks by infrastructures and VOs stop an image everywhere, those by a site at that site.
         */
        private boolean blocked(Register register) {
            boolean blocked = false;
            for (var block : register.blocks(request.image())) {
                var owner = block.statement().owner();
                if (!reachesThisSite(block.statement())) {
                    continue;
                }
                blocked = true;
                against.add(
                        new Reason(
                                Reason.Code.IMAGE_BLOCKED,
                                List.of("END-4.9"),
                                "blocked by %s for %s (%s): %s"
                                        .formatted(
                                                block.statement().signer().subject(),
                                                owner,
                                                place(register, block),
                                                block.statement().explanation())));
            }
            return blocked;
        }

        private boolean reachesThisSite(Statement.Block block) {
            return block.owner().kind() != Owner.Kind.SITE || block.owner().equals(policy.site());
        }

        /** Weighs the endorsements of the image in one register; false where there is none. */
        private boolean weigh(Register register, @Nullable Followed source, ClassPolicy rules) {
            var found = register.endorsements(request.image());
            for (var entry : found) {
                int before = against.size();
                if (source != null) {
                    outOfView(source);
                }
                againstEndorsement(register, entry);
                againstParts(register, entry, rules);
                againstOwner(entry.statement().owner(), rules);
                var word = againstSite(register, entry, rules);
                if (against.size() == before) {
                    permits.add(permit(register, entry, word));
                }
            }
            return !found.isEmpty();
        }

        private void againstEndorsement(Register register, Recorded<Endorsement> entry) {
            var statement = entry.statement();
            var revocation = register.revocation(entry.id());
            if (revocation.isPresent()) {
                var revoked = revocation.get();
                against.add(
                        new Reason(
                                Reason.Code.IMAGE_REVOKED,
                                List.of("END-4.6"),
                                "endorsement of %s revoked by %s (%s) as %s: %s%s"
                                        .formatted(
                                                place(register, entry),
                                                revoked.statement().signer().subject(),
                                                place(register, revoked),
                                                revoked.statement().reason().wire(),
                                                revoked.statement().explanation(),
                                                moreOf(revoked.statement()))));
            }
            againstSuspended(statement);
            if (!register.endorserHolds(statement, at)) {
                against.add(
                        new Reason(
                                Reason.Code.ENDORSEMENT_LAPSED,
                                List.of("EGI-2.endorser"),
                                "%s, who made the endorsement of %s, is no longer endorser of %s"
                                        .formatted(
                                                statement.signer().subject(),
                                                place(register, entry),
                                                statement.owner())));
            }
            if (statement.details().ended(at)) {
                against.add(
                        new Reason(
                                Reason.Code.ENDORSEMENT_ENDED,
                                List.of("TVM-3.3", "END-4.10"),
                                "the endorsement of %s was planned to end at %s"
                                        .formatted(
                                                place(register, entry),
                                                statement.details().until())));
            }
            var uncovered = statement.uncovered(at);
            if (uncovered != null) {
                against.add(
                        new Reason(
                                Reason.Code.WAIVER_EXPIRED,
                                List.of("END-4.2.d"),
                                "the waiver for %s in the endorsement of %s has expired"
                                        .formatted(uncovered, place(register, entry))));
            }
        }

        /** What a revocation says besides its reason: urgency, advisories, replacement. */
        private static String moreOf(Revocation revocation) {
            var more = new StringBuilder();
            var urgency = revocation.urgency();
            if (urgency != null) {
                more.append("; urgency ").append(urgency.wire());
            }
            if (!revocation.advisories().isEmpty()) {
                more.append("; ").append(String.join(", ", revocation.advisories()));
            }
            var replacement = revocation.replacement();
            if (replacement != null) {
                more.append("; replaced by the endorsement ").append(replacement.hex());
            }
            return more.toString();
        }

        /** What is wrong with the parts that the image was combined from. */
        private void againstParts(
                Register register, Recorded<Endorsement> entry, ClassPolicy rules) {
            var statement = entry.statement();
            register.missingPart(entry, at)
                    .ifPresent(
                            part ->
                                    againstPart(
                                            register,
                                            entry,
                                            part,
                                            "has no endorsement that counts in "
                                                    + register.charter().origin()));
            for (var part : statement.lineage().parts()) {
                if (partBlocked(part)) {
                    againstPart(register, entry, part, "is blocked");
                }
            }
            switch (rules.contributors()) {
                case null -> {}
                case IDENTIFIED -> {
                    if (!statement.identifiesContributors()) {
                        against.add(
                                new Reason(
                                        Reason.Code.CONTRIBUTORS_NOT_IDENTIFIED,
                                        List.of("TVM-4.v1"),
                                        "the endorsement of %s does not say who provides additional software"
                                                .formatted(place(register, entry))));
                    }
                }
                case EACH -> {
                    for (var part : statement.lineage().parts()) {
                        if (!partEndorsed(part, rules)) {
                            againstPart(
                                    register,
                                    entry,
                                    part,
                                    "has no endorsement of its own that counts and that "
                                            + policy.site()
                                            + " relies on");
                        }
                    }
                }
            }
        }

        private void againstPart(
                Register register, Recorded<Endorsement> entry, Lineage.Part part, String what) {
            against.add(
                    new Reason(
                            Reason.Code.CONTRIBUTOR_NOT_ENDORSED,
                            List.of("TVM-2.a", "TVM-4.v2"),
                            "the endorsement of %s names the %s %s, which %s"
                                    .formatted(
                                            place(register, entry),
                                            part.kind(),
                                            part.image(),
                                            what)));
        }

        private boolean partBlocked(Lineage.Part part) {
            return registers()
                    .anyMatch(
                            register ->
                                    register.blocks(part.image()).stream()
                                            .anyMatch(block -> reachesThisSite(block.statement())));
        }

        private boolean partEndorsed(Lineage.Part part, ClassPolicy rules) {
            return inView().anyMatch(
                            register ->
                                    register.endorsements(part.image()).stream()
                                            .filter(e -> trusts(e.statement().owner(), rules))
                                            .filter(
                                                    e ->
                                                            e.statement().lineage().kind()
                                                                    == part.kind())
                                            .anyMatch(e -> register.counts(e.id(), at)));
        }

        /** Whether fewer people than the class asks for endorse the file; each counts once. */
        private boolean tooFewEndorsers(ClassPolicy rules) {
            var asked = rules.endorsers();
            if (asked == null) {
                return false;
            }
            var endorsers = new HashSet<Person>();
            inView().forEach(
                            register ->
                                    register.endorsements(request.image()).stream()
                                            .filter(e -> asked.of().contains(e.statement().owner()))
                                            .filter(e -> register.counts(e.id(), at))
                                            .forEach(e -> endorsers.add(e.statement().signer())));
            if (endorsers.size() >= asked.atLeast()) {
                return false;
            }
            against.add(
                    new Reason(
                            Reason.Code.TOO_FEW_ENDORSERS,
                            List.of("TVM-4.3"),
                            "%s asks for %d endorsers of %s in the class %s, and %d endorse%s the image now"
                                    .formatted(
                                            policy.site(),
                                            asked.atLeast(),
                                            asked.of().stream()
                                                    .map(Owner::toString)
                                                    .sorted()
                                                    .collect(Collectors.joining(", ")),
                                            request.useClass().wire(),
                                            endorsers.size(),
                                            endorsers.size() == 1 ? "s" : "")));
            return true;
        }

        private Stream<Register> registers() {
            return Stream.concat(
                    Stream.of(standing.own()),
                    standing.followed().stream().map(Followed::register));
        }

        /** The registers that a start may rely on now; for what runs all of them. */
        private Stream<Register> inView() {
            return Stream.concat(
                    Stream.of(standing.own()),
                    standing.followed().stream()
                            .filter(source -> whyOutOfView(source) == null)
                            .map(Followed::register));
        }

        private boolean trusts(Owner owner, ClassPolicy rules) {
            return request.useClass() == UseClass.PAYLOAD || rules.trusted().contains(owner);
        }

        private void againstOwner(Owner owner, ClassPolicy rules) {
            // Class 3 asks for no trust in the endorser; its obligations take that place (EGI-3.3).
            if (!trusts(owner, rules)) {
                against.add(
                        new Reason(
                                Reason.Code.OWNER_NOT_TRUSTED,
                                List.of(
                                        request.useClass() == UseClass.INFRASTRUCTURE
                                                ? "EGI-3.1"
                                                : "EGI-3.2"),
                                "endorsed for %s, which %s does not trust for the class %s"
                                        .formatted(
                                                owner, policy.site(), request.useClass().wire())));
            }
        }

        private @Nullable Recorded<? extends SiteWord> againstSite(
                Register register, Recorded<Endorsement> entry, ClassPolicy rules) {
            var origin = register.charter().origin();
            var word = standing.own().word(policy.site(), origin, entry.id()).orElse(null);
            if (word != null && !word.statement().image().equals(request.image())) {
                // A word that names another image says nothing about this one.
                word = null;
            }
            if (word == null && !rules.approvalRequired()) {
                // Where nobody need approve, a refusal of the same file under another endorsement
                // still stands.
                word = refusalOfImage();
            }
            switch (word == null ? null : word.statement()) {
                case null -> {
                    if (rules.approvalRequired()) {
                        against.add(
                                new Reason(
                                        Reason.Code.NOT_APPROVED,
                                        List.of("WLCG-3"),
                                        "%s has not approved the endorsement of %s"
                                                .formatted(policy.site(), place(register, entry))));
                    }
                }
                case Statement.Approval _ -> {}
                case Statement.Refusal refusal ->
                        against.add(
                                new Reason(
                                        Reason.Code.REFUSED_BY_SITE,
                                        List.of("WLCG-3", "WLCG-4"),
                                        "refused for %s by %s: %s"
                                                .formatted(
                                                        policy.site(),
                                                        refusal.signer().subject(),
                                                        refusal.explanation())));
            }
            return word;
        }

        private @Nullable Recorded<? extends SiteWord> refusalOfImage() {
            for (var entry : standing.own().history(request.image())) {
                if (entry.statement() instanceof Statement.Refusal refusal
                        && refusal.site().equals(policy.site())) {
                    var last =
                            standing.own()
                                    .word(
                                            policy.site(),
                                            refusal.catalogue(),
                                            refusal.endorsement());
                    if (last.isPresent() && last.get().id().equals(entry.id())) {
                        return last.get();
                    }
                }
            }
            return null;
        }

        private Reason permit(
                Register register,
                Recorded<Endorsement> entry,
                @Nullable Recorded<? extends SiteWord> word) {
            var statement = entry.statement();
            var endorsed =
                    "endorsed by "
                            + statement.signer().subject()
                            + " for "
                            + statement.owner()
                            + " ("
                            + place(register, entry)
                            + ")";
            return new Reason(
                    Reason.Code.ENDORSED_AND_APPROVED,
                    List.of("END-2.operator", "WLCG-3"),
                    word == null
                            ? endorsed
                                    + ", and "
                                    + policy.site()
                                    + " asks for no approval in the class "
                                    + request.useClass().wire()
                            : endorsed
                                    + ", approved for "
                                    + policy.site()
                                    + " by "
                                    + word.statement().signer().subject()
                                    + " ("
                                    + place(standing.own(), word)
                                    + ")");
        }

        private void unknown() {
            against.add(
                    new Reason(
                            Reason.Code.IMAGE_UNKNOWN,
                            List.of("END-2.operator"),
                            "no followed ledger has an endorsement of " + request.image()));
            // What is missing may be in what this site has not seen.
            for (var source : standing.followed()) {
                outOfView(source);
            }
        }

        private boolean outOfView(Followed source) {
            var why = whyOutOfView(source);
            if (why != null) {
                against.add(why);
            }
            return why != null;
        }

        /** A start needs a view that is whole and fresh; what runs goes on without. */
        private @Nullable Reason whyOutOfView(Followed source) {
            if (request.action() == Action.CONTINUE) {
                return null;
            }
            var origin = source.register().charter().origin();
            var fault = source.fault();
            if (fault != null) {
                return new Reason(
                        Reason.Code.SOURCE_FAULTY,
                        List.of("TVM-3.3"),
                        "the ledger '%s' is at fault: %s".formatted(origin, fault));
            }
            var verifiedAt = source.verifiedAt();
            if (verifiedAt == null
                    || Duration.between(verifiedAt, at).compareTo(policy.maxStaleness()) > 0) {
                return new Reason(
                        Reason.Code.VIEW_STALE,
                        List.of("TVM-3.3"),
                        "the ledger '%s' was %s; a start needs a view not older than %s"
                                .formatted(
                                        origin,
                                        verifiedAt == null
                                                ? "never verified"
                                                : "last verified at " + verifiedAt,
                                        policy.maxStaleness()));
            }
            return null;
        }

        private static String place(Register register, Recorded<?> entry) {
            return "entry " + entry.index() + " of " + register.charter().origin();
        }
    }
}
