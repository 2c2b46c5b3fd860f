package org.imprimatur.register;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.imprimatur.register.Approvals.Outcome;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.SitePolicy.ClassPolicy;
import org.imprimatur.register.Standing.Followed;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.Statement.Suspension;
import org.jspecify.annotations.Nullable;

/** One decision being made. */
final class Question {

    private static final int MAX_REASONS = 64;
    private static final Comparator<Reason> GRAVEST_FIRST =
            Comparator.comparing(Reason::code).thenComparing(Reason::text);

    /** What a site asks on its own account, since it need not run what others endorse. */
    private static final List<String> OF_THE_SITE = List.of("END-1", "EGI-1", "TVM-1");

    private final Standing standing;
    private final SitePolicy policy;
    private final Sha512 image;
    private final UseClass useClass;
    private final Action action;
    private final @Nullable DecisionRequest request;
    private final Instant now;

    // What ends, ends by this.
    private final Instant at;
    private final boolean lenient;
    private final Approvals approvals;
    private final LimitCheck limits;
    private final List<Stopped> stopped;
    private final List<Reason> against = new ArrayList<>();
    private final List<Reason> permits = new ArrayList<>();

    /** A suspension in force of somebody whom the question names. */
    private record Stopped(Reason.Code code, String who, Recorded<Suspension> entry) {

        boolean reaches(Owner owner) {
            return entry.statement().reaches(owner);
        }
    }

    /**
     * A question that somebody asks.
     *
     * @param lenient whether checks that are only audited are passed over
     */
    Question(
            Standing standing,
            SitePolicy policy,
            DecisionRequest request,
            Instant at,
            boolean lenient) {
        this(
                standing,
                policy,
                request.image(),
                request.useClass(),
                request.action(),
                request,
                at,
                lenient);
    }

    /** The same, or without anybody who asks. */
    Question(
            Standing standing,
            SitePolicy policy,
            Sha512 image,
            UseClass useClass,
            Action action,
            @Nullable DecisionRequest request,
            Instant at,
            boolean lenient) {
        this.standing = standing;
        this.policy = policy;
        this.image = image;
        this.useClass = useClass;
        this.action = action;
        this.request = request;
        this.now = at;
        this.at = standing.notBeforeItsEntries(at);
        this.lenient = lenient;
        this.limits = new LimitCheck(standing, action, this.at);
        this.approvals = new Approvals(standing, policy.site(), limits, this.at);
        this.stopped = request == null ? List.of() : stopped(request);
    }

    Decision decide() {
        boolean denied = personSuspended();
        var rules = policy.classes().get(useClass);
        if (rules == null) {
            object(
                    Reason.Code.CLASS_NOT_SERVED,
                    List.of("EGI-1"),
                    "%s does not serve the class %s".formatted(policy.site(), useClass.wire()));
            return deny();
        }
        denied |= blocked(standing.own());
        for (var source : standing.followed()) {
            denied |= blocked(source.register());
            // Blocks by an infrastructure reach every image, so its ledger must be in view.
            denied |= source.register().namesInfrastructure() && outOfView(source);
        }
        boolean known = weigh(standing.own(), null, rules);
        for (var source : standing.followed()) {
            known |= weigh(source.register(), source, rules);
        }
        for (var list : standing.lists()) {
            known |= weigh(list, rules);
        }
        boolean passed = known ? !tooFewEndorsers(rules) && !permits.isEmpty() : !unknown();
        if (!denied && !passed) {
            permits.clear();
            passed = excepted();
        }
        return denied || !passed ? deny() : permit(rules);
    }

    /** What stands against one candidate for the image. */
    Prospect prospect(Candidate candidate, ClassPolicy rules) {
        standing.registers().forEach(this::blocked);
        var outcome =
                switch (candidate) {
                    case Candidate.Endorsed endorsed ->
                            weigh(
                                    standing.register(endorsed.catalogue()).orElseThrow(),
                                    endorsed,
                                    null,
                                    rules);
                    case Candidate.Listed listed -> weigh(listed, rules);
                };
        tooFewEndorsers(rules);
        return new Prospect(
                switch (outcome) {
                    case Outcome.Signed _ -> Prospect.Approval.SIGNED;
                    case Outcome.ByRule _ -> Prospect.Approval.BY_RULE;
                    case Outcome.NotAsked _ -> Prospect.Approval.NOT_ASKED;
                    case Outcome.Missing _ -> Prospect.Approval.MISSING;
                    case Outcome.Refused _ -> Prospect.Approval.REFUSED;
                },
                gravestFirst(against));
    }

    private Decision deny() {
        return new Decision(
                false,
                gravestFirst(against),
                List.of(),
                List.of(),
                standing.positions(),
                policy.digest());
    }

    private Decision permit(ClassPolicy rules) {
        var obligations = new LinkedHashSet<Obligation>();
        if (useClass == UseClass.PAYLOAD) {
            obligations.addAll(Obligation.OF_PAYLOAD);
        }
        obligations.addAll(rules.obligations());
        return new Decision(
                true,
                gravestFirst(permits),
                List.of(),
                List.copyOf(obligations),
                standing.positions(),
                policy.digest());
    }

    private static List<Reason> gravestFirst(List<Reason> reasons) {
        if (reasons.size() < 2) {
            return List.copyOf(reasons);
        }
        return reasons.stream().sorted(GRAVEST_FIRST).distinct().limit(MAX_REASONS).toList();
    }

    // ---- Objections ---------------------------------------------------------------------------

    /** Whether the site wants what this check finds to count. */
    private boolean heeds(Reason.Code code) {
        return switch (policy.check(code).level()) {
            case ENFORCE -> true;
            case AUDIT -> !lenient;
            case OFF -> false;
        };
    }

    /** Says what stands against the image; false where the site does not heed it. */
    private boolean object(Reason reason) {
        return heeds(reason.code()) && against.add(reason);
    }

    private boolean object(Reason.Code code, List<String> clauses, String text) {
        return object(new Reason(code, clauses, text));
    }

    // ---- People -------------------------------------------------------------------------------

    private List<Stopped> stopped(DecisionRequest asked) {
        var found = new ArrayList<Stopped>(0);
        for (var entry : suspended(r -> r.suspensionsOfOperator(asked.operator()))) {
            found.add(new Stopped(Reason.Code.OPERATOR_SUSPENDED, "the operator", entry));
        }
        var consumer = asked.consumer();
        if (consumer != null) {
            for (var entry : suspended(r -> r.suspensionsOfOperator(consumer))) {
                found.add(new Stopped(Reason.Code.CONSUMER_SUSPENDED, "the consumer", entry));
            }
        }
        return found;
    }

    private List<Recorded<Suspension>> suspended(
            Function<Register, List<Recorded<Suspension>>> suspensions) {
        var found = new ArrayList<Recorded<Suspension>>(0);
        found.addAll(suspensions.apply(standing.own()));
        for (var source : standing.followed()) {
            found.addAll(suspensions.apply(source.register()));
        }
        return found;
    }

    /** Infrastructures stop a person everywhere, a site stops them there. */
    private boolean personSuspended() {
        boolean denied = false;
        for (var one : stopped) {
            if (one.reaches(policy.site())) {
                denied |= object(one);
            }
        }
        return denied;
    }

    /** An owner who is neither takes its own endorsements away from them. */
    private void againstSuspended(Candidate candidate) {
        for (var one : stopped) {
            if (!one.reaches(policy.site()) && one.reaches(candidate.owner())) {
                object(one);
            }
        }
        for (var entry : suspended(register -> register.suspensions(candidate.signer()))) {
            var one = new Stopped(Reason.Code.ENDORSER_SUSPENDED, "the endorser", entry);
            if (one.reaches(policy.site()) || one.reaches(candidate.owner())) {
                object(one);
            }
        }
    }

    private boolean object(Stopped one) {
        var suspension = one.entry().statement();
        return object(
                one.code(),
                one.code() == Reason.Code.CONSUMER_SUSPENDED
                        ? List.of("EGI-2.consumer", "END-4.9", "EGI-C1")
                        : List.of("END-4.9", "EGI-C1"),
                "%s %s is suspended by %s for %s (%s) as %s: %s"
                        .formatted(
                                one.who(),
                                suspension.person().subject(),
                                suspension.signer().subject(),
                                suspension.owner(),
                                one.entry().place(),
                                suspension.reason().wire(),
                                suspension.explanation()));
    }

    // ---- Blocks -------------------------------------------------------------------------------

    /** Blocks by infrastructures and VOs stop an image everywhere, those by a site at that site. */
    private boolean blocked(Register register) {
        boolean blocked = blocked(register, image, "blocked");
        var converted = request == null ? null : request.converted();
        return converted == null
                ? blocked
                : blocked | blocked(register, converted, "the file that was made of it is blocked");
    }

    private boolean blocked(Register register, Sha512 file, String what) {
        boolean blocked = false;
        for (var block : register.blocks(file)) {
            if (reachesThisSite(block.statement())) {
                blocked |=
                        object(
                                Reason.Code.IMAGE_BLOCKED,
                                List.of("END-4.9"),
                                "%s by %s for %s (%s): %s"
                                        .formatted(
                                                what,
                                                block.statement().signer().subject(),
                                                block.statement().owner(),
                                                block.place(),
                                                block.statement().explanation()));
            }
        }
        return blocked;
    }

    private boolean reachesThisSite(Statement.Block block) {
        return block.owner().kind() != Owner.Kind.SITE || block.owner().equals(policy.site());
    }

    // ---- Endorsements -------------------------------------------------------------------------

    /** Weighs the endorsements of the image in one register; false where there is none. */
    private boolean weigh(Register register, @Nullable Followed source, ClassPolicy rules) {
        var found = register.endorsements(image);
        for (var entry : found) {
            int before = against.size();
            var candidate = new Candidate.Endorsed(register.charter().origin(), entry);
            var outcome = weigh(register, candidate, source, rules);
            if (against.size() == before) {
                permits.add(
                        permit(
                                outcome,
                                "endorsed by "
                                        + candidate.signer().subject()
                                        + " for "
                                        + candidate.owner()
                                        + " ("
                                        + entry.place()
                                        + ")"));
            }
        }
        return !found.isEmpty();
    }

    private Outcome weigh(
            Register register,
            Candidate.Endorsed candidate,
            @Nullable Followed source,
            ClassPolicy rules) {
        if (source != null) {
            outOfView(source);
        }
        againstEndorsement(register, candidate);
        againstParts(register, candidate.entry(), rules);
        return weighAny(candidate, rules);
    }

    /** What is asked of every candidate. */
    private Outcome weighAny(Candidate candidate, ClassPolicy rules) {
        againstEndorser(candidate, rules);
        limits.against(rules.limits(), candidate).forEach(this::object);
        againstConditions(candidate, rules);
        return againstSite(candidate, rules);
    }

    private void againstEndorsement(Register register, Candidate.Endorsed candidate) {
        var entry = candidate.entry();
        var statement = entry.statement();
        register.revocation(entry.id())
                .ifPresent(
                        revoked ->
                                object(
                                        Reason.Code.IMAGE_REVOKED,
                                        List.of("END-4.6"),
                                        "endorsement of %s revoked by %s (%s) as %s: %s%s"
                                                .formatted(
                                                        entry.place(),
                                                        revoked.statement().signer().subject(),
                                                        revoked.place(),
                                                        revoked.statement().reason().wire(),
                                                        revoked.statement().explanation(),
                                                        moreOf(revoked.statement()))));
        againstSuspended(candidate);
        if (!register.endorserHolds(statement, at)) {
            object(
                    Reason.Code.ENDORSEMENT_LAPSED,
                    List.of("EGI-2.endorser"),
                    "%s, who made the endorsement of %s, is no longer endorser of %s"
                            .formatted(
                                    statement.signer().subject(),
                                    entry.place(),
                                    statement.owner()));
        } else if (register.disputes(statement, at)) {
            object(
                    Reason.Code.ENDORSEMENT_DISPUTED,
                    List.of("EGI-5.5", "WLCG-1"),
                    "the endorsement of %s by %s, or what it rests on, was signed with a certificate that had been revoked by then, as its authority says"
                            .formatted(entry.place(), statement.signer().subject()));
        }
        if (statement.details().ended(at)) {
            object(
                    Reason.Code.ENDORSEMENT_ENDED,
                    List.of("TVM-3.3", "END-4.10"),
                    "the endorsement of %s was planned to end at %s"
                            .formatted(entry.place(), statement.details().until()));
        }
        var uncovered = statement.uncovered(at);
        if (uncovered != null) {
            object(
                    Reason.Code.WAIVER_EXPIRED,
                    List.of("END-4.2.d"),
                    "the waiver for %s in the endorsement of %s has expired"
                            .formatted(uncovered, entry.place()));
        }
    }

    // ---- Lists --------------------------------------------------------------------------------

    /** Weighs what a list says of the image; false where it never had it. */
    private boolean weigh(FollowedList list, ClassPolicy rules) {
        var found = list.images().of(image);
        for (var entry : found) {
            int before = against.size();
            outOfView(list);
            var candidate = list.candidate(entry);
            var outcome = weigh(candidate, rules);
            if (against.size() == before) {
                permits.add(
                        permit(
                                outcome,
                                "listed by %s for %s (%s)"
                                        .formatted(
                                                candidate.signer().subject(),
                                                candidate.owner(),
                                                candidate.told())));
            }
        }
        return !found.isEmpty();
    }

    /** A list takes an image back by having it no more (WLCG-12). */
    private Outcome weigh(Candidate.Listed candidate, ClassPolicy rules) {
        var gone = candidate.entry().gone();
        if (gone != null) {
            object(
                    Reason.Code.IMAGE_REVOKED,
                    List.of("END-4.6", "WLCG-12"),
                    "%s is no more: version %s of the list, taken at %s, has it no longer"
                            .formatted(candidate.told(), gone.version(), gone.at()));
        }
        if (candidate.entry().ended(at)) {
            object(
                    Reason.Code.ENDORSEMENT_ENDED,
                    List.of("TVM-3.3", "END-4.10"),
                    "%s was planned to end at %s"
                            .formatted(candidate.told(), candidate.entry().until()));
        }
        againstSuspended(candidate);
        if (rules.contributors() != null) {
            object(
                    Reason.Code.CONTRIBUTORS_NOT_IDENTIFIED,
                    List.of("TVM-4.v1"),
                    candidate.told() + " does not say who provides additional software");
        }
        return weighAny(candidate, rules);
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
    private void againstParts(Register register, Recorded<Endorsement> entry, ClassPolicy rules) {
        var statement = entry.statement();
        register.missingPart(entry, at)
                .ifPresent(
                        part ->
                                againstPart(
                                        entry,
                                        part,
                                        "has no endorsement that counts in "
                                                + register.charter().origin()));
        for (var part : statement.lineage().parts()) {
            if (partBlocked(part)) {
                object(
                        Reason.Code.PART_BLOCKED,
                        List.of("TVM-2.a", "END-4.9"),
                        "the endorsement of %s names the %s %s, which is blocked"
                                .formatted(entry.place(), part.kind(), part.image()));
            }
        }
        switch (rules.contributors()) {
            case null -> {}
            case IDENTIFIED -> {
                if (!statement.identifiesContributors()) {
                    object(
                            Reason.Code.CONTRIBUTORS_NOT_IDENTIFIED,
                            List.of("TVM-4.v1"),
                            "the endorsement of %s does not say who provides additional software"
                                    .formatted(entry.place()));
                }
            }
            case EACH -> {
                for (var part : statement.lineage().parts()) {
                    if (!partEndorsed(part, rules)) {
                        againstPart(
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

    private void againstPart(Recorded<Endorsement> entry, Lineage.Part part, String what) {
        object(
                Reason.Code.CONTRIBUTOR_NOT_ENDORSED,
                List.of("TVM-2.a", "TVM-4.v2"),
                "the endorsement of %s names the %s %s, which %s"
                        .formatted(entry.place(), part.kind(), part.image(), what));
    }

    private boolean partBlocked(Lineage.Part part) {
        return standing.registers()
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
                                        .filter(e -> e.statement().lineage().kind() == part.kind())
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
                                register.endorsements(image).stream()
                                        .filter(e -> asked.of().contains(e.statement().owner()))
                                        .filter(e -> register.counts(e.id(), at))
                                        .forEach(e -> endorsers.add(e.statement().signer())));
        standing.lists().stream()
                .filter(list -> whyOutOfView(list) == null)
                .flatMap(list -> list.images().of(image).stream().map(list::candidate))
                .filter(candidate -> asked.of().contains(candidate.owner()))
                .filter(candidate -> standing.counts(policy.site(), candidate, at))
                .forEach(candidate -> endorsers.add(candidate.signer()));
        return endorsers.size() < asked.atLeast()
                && object(
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
                                        useClass.wire(),
                                        endorsers.size(),
                                        endorsers.size() == 1 ? "s" : ""));
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
        return useClass == UseClass.PAYLOAD || rules.trusted().contains(owner);
    }

    private void againstEndorser(Candidate candidate, ClassPolicy rules) {
        var owner = candidate.owner();
        // Class 3 asks for no trust in the endorser; its obligations take that place (EGI-3.3).
        if (!trusts(owner, rules)) {
            object(
                    Reason.Code.OWNER_NOT_TRUSTED,
                    ofClass(),
                    "endorsed for %s, which %s does not trust for the class %s"
                            .formatted(owner, policy.site(), useClass.wire()));
        }
        if (!rules.named().isEmpty() && !rules.named().contains(candidate.signer())) {
            object(
                    Reason.Code.ENDORSER_NOT_TRUSTED,
                    ofClass(),
                    "endorsed by %s, who is none of the endorsers that %s trusts for the class %s"
                            .formatted(
                                    candidate.signer().subject(), policy.site(), useClass.wire()));
        }
    }

    /** The clause that the class comes from. */
    private List<String> ofClass() {
        return List.of(
                switch (useClass) {
                    case INFRASTRUCTURE -> "EGI-3.1";
                    case TRUSTED_PAYLOAD -> "EGI-3.2";
                    case PAYLOAD -> "EGI-3.3";
                });
    }

    private void againstConditions(Candidate candidate, ClassPolicy rules) {
        if (rules.conditions().isEmpty()) {
            return;
        }
        var facts = new Condition.Facts(candidate, request, at);
        for (var unmet : Conditions.of(rules.conditions()).unmet(facts)) {
            object(
                    Reason.Code.CONDITION_NOT_MET,
                    OF_THE_SITE,
                    "%s does not meet the condition %s of %s: %s"
                            .formatted(
                                    candidate.told(),
                                    unmet.condition().name(),
                                    policy.site(),
                                    unmet.why()));
        }
    }

    private Outcome againstSite(Candidate candidate, ClassPolicy rules) {
        var outcome = approvals.of(candidate, rules.approving());
        switch (outcome) {
            case Outcome.Signed _, Outcome.ByRule _, Outcome.NotAsked _ -> {}
            case Outcome.Missing(String why) ->
                    object(
                            Reason.Code.NOT_APPROVED,
                            List.of("WLCG-3"),
                            "%s has not approved %s%s"
                                    .formatted(
                                            policy.site(),
                                            candidate.told(),
                                            why.isEmpty() ? "" : ", nor does its rule: " + why));
            case Outcome.Refused(var word) ->
                    object(
                            Reason.Code.REFUSED_BY_SITE,
                            List.of("WLCG-3", "WLCG-4"),
                            "refused for %s by %s: %s"
                                    .formatted(
                                            policy.site(),
                                            word.statement().signer().subject(),
                                            word.statement().explanation()));
        }
        return outcome;
    }

    private Reason permit(Outcome outcome, String vouched) {
        return new Reason(
                Reason.Code.ENDORSED_AND_APPROVED,
                List.of("END-2.operator", "WLCG-3"),
                vouched + ", " + approved(outcome));
    }

    private String approved(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Signed(var word) ->
                    "approved for "
                            + policy.site()
                            + " by "
                            + word.statement().signer().subject()
                            + " ("
                            + word.place()
                            + ")";
            case Outcome.ByRule(String why) ->
                    "approved for %s by rule: %s".formatted(policy.site(), why);
            case Outcome.NotAsked _, Outcome.Missing _, Outcome.Refused _ ->
                    "and %s asks for no approval in the class %s"
                            .formatted(policy.site(), useClass.wire());
        };
    }

    private boolean unknown() {
        boolean denied =
                object(
                        Reason.Code.IMAGE_UNKNOWN,
                        List.of("END-2.operator"),
                        "no followed ledger has an endorsement of " + image);
        // What is missing may be in what this site has not seen.
        for (var source : standing.followed()) {
            denied |= outOfView(source);
        }
        for (var list : standing.lists()) {
            denied |= outOfView(list);
        }
        return denied;
    }

    // ---- View ---------------------------------------------------------------------------------

    private boolean outOfView(Followed source) {
        var why = whyOutOfView(source);
        return why != null && object(why);
    }

    /** A start needs a view that is whole and fresh; what runs goes on without. */
    private @Nullable Reason whyOutOfView(Followed source) {
        if (action == Action.CONTINUE) {
            return null;
        }
        var origin = source.register().charter().origin();
        var fault = source.fault();
        if (fault != null && heeds(Reason.Code.SOURCE_FAULTY)) {
            return new Reason(
                    Reason.Code.SOURCE_FAULTY,
                    List.of("TVM-3.3"),
                    "the ledger '%s' is at fault: %s".formatted(origin, fault));
        }
        var verifiedAt = source.verifiedAt();
        var oldest = policy.staleness().of(origin);
        if (!source.fresh(oldest, now) && heeds(Reason.Code.VIEW_STALE)) {
            return new Reason(
                    Reason.Code.VIEW_STALE,
                    List.of("TVM-3.3"),
                    "the ledger '%s' was %s; a start needs a view not older than %s"
                            .formatted(
                                    origin,
                                    verifiedAt == null
                                            ? "never verified"
                                            : "last verified at "
                                                    + verifiedAt
                                                    + (verifiedAt.isAfter(now)
                                                            ? ", which is still to come"
                                                            : ""),
                                    oldest));
        }
        return null;
    }

    private boolean outOfView(FollowedList list) {
        var why = whyOutOfView(list);
        return why != null && object(why);
    }

    /** A start needs a list that is whole, fresh, and not past its own end. */
    private @Nullable Reason whyOutOfView(FollowedList list) {
        if (action == Action.CONTINUE) {
            return null;
        }
        if (list.fault() != null && heeds(Reason.Code.SOURCE_FAULTY)) {
            return new Reason(
                    Reason.Code.SOURCE_FAULTY,
                    List.of("TVM-3.3", "WLCG-12"),
                    "the list '%s' is at fault: %s".formatted(list.name(), list.fault()));
        }
        var why = whyStale(list);
        return why != null && heeds(Reason.Code.VIEW_STALE)
                ? new Reason(
                        Reason.Code.VIEW_STALE,
                        List.of("TVM-3.3", "WLCG-12"),
                        "the list '%s' %s".formatted(list.name(), why))
                : null;
    }

    private @Nullable String whyStale(FollowedList list) {
        var verifiedAt = list.verifiedAt();
        var oldest = policy.staleness().of(list.name());
        if (verifiedAt == null) {
            return "was never verified; a start needs a view not older than " + oldest;
        }
        if (list.expires() != null && !at.isBefore(list.expires())) {
            return "has expired at %s; a start needs one that has not".formatted(list.expires());
        }
        return Standing.fresh(verifiedAt, oldest, now)
                ? null
                : "was last verified at %s; a start needs a view not older than %s"
                        .formatted(verifiedAt, oldest);
    }

    // ---- Exceptions ---------------------------------------------------------------------------

    /** Whether the site permits the image for a time, though no endorsement does (END-1). */
    private boolean excepted() {
        for (var entry : standing.own().exceptions(image).reversed()) {
            var exception = entry.statement();
            if (exception.site().equals(policy.site())
                    && exception.useClass() == useClass
                    && exception.holds(at)
                    && !overtaken(entry)) {
                permits.add(
                        new Reason(
                                Reason.Code.PERMITTED_BY_EXCEPTION,
                                OF_THE_SITE,
                                "permitted by exception until %s by %s for %s (%s): %s"
                                        .formatted(
                                                exception.until(),
                                                exception.signer().subject(),
                                                policy.site(),
                                                entry.place(),
                                                exception.explanation())));
                return true;
            }
        }
        return false;
    }

    /** Whoever made an exception did not know what was said of the image afterwards. */
    private boolean overtaken(Recorded<Statement.SiteException> exception) {
        return approvals.refusals(image).anyMatch(one -> one.index() > exception.index())
                || standing.registers()
                        .flatMap(register -> register.endorsements(image).stream())
                        .flatMap(this::against)
                        .anyMatch(later -> !later.admittedAt().isBefore(exception.admittedAt()))
                || standing.lists().stream()
                        .flatMap(list -> list.images().of(image).stream())
                        .map(ListedImage::gone)
                        .anyMatch(
                                gone ->
                                        gone != null
                                                && !gone.at().isBefore(exception.admittedAt()));
    }

    /** What takes an endorsement back: its revocation, and the blocks of what it is made of. */
    private Stream<Recorded<?>> against(Recorded<Endorsement> endorsement) {
        return standing.registers()
                .flatMap(
                        register ->
                                Stream.<Recorded<?>>concat(
                                        register.revocation(endorsement.id()).stream(),
                                        endorsement.statement().lineage().parts().stream()
                                                .flatMap(
                                                        part ->
                                                                register
                                                                        .blocks(part.image())
                                                                        .stream())
                                                .filter(
                                                        block ->
                                                                reachesThisSite(
                                                                        block.statement()))));
    }
}
