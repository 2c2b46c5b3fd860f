package org.imprimatur.register;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.imprimatur.register.Refusal.Code;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Dismissal;
import org.imprimatur.register.Statement.Policy;
import org.imprimatur.register.Statement.Practice;
import org.imprimatur.register.Statement.Reinstatement;
import org.imprimatur.register.Statement.Suspension;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what in one ledger: its owners, their appointments, the policies that people accepted,
 * and who is suspended. The part of a {@link Register} that statements about images only ask.
 */
final class People {

    /** A role of one person for one owner, in the name of a team or in their own. */
    record Grant(Owner owner, Role role, Person person, @Nullable Team team) {

        Grant(Owner owner, Role role, Person person) {
            this(owner, role, person, null);
        }

        static Grant of(Appointment appointment) {
            return new Grant(
                    appointment.owner(),
                    appointment.role(),
                    appointment.person(),
                    appointment.terms().team());
        }

        static Grant of(Dismissal dismissal) {
            return new Grant(
                    dismissal.owner(), dismissal.role(), dismissal.person(), dismissal.team());
        }

        @Override
        public String toString() {
            return role + " of " + owner + (team == null ? "" : " in team " + team);
        }
    }

    /** Whose practice it is: a team's, or a person's own. */
    private record Practitioner(Owner owner, @Nullable Team team, @Nullable Person person) {

        static Practitioner of(Practice practice) {
            return new Practitioner(
                    practice.owner(),
                    practice.team(),
                    practice.team() == null ? practice.signer() : null);
        }
    }

    private final Charter charter;
    private final Set<Owner> owners = new HashSet<>();

    /** What the charter grants; no statement ends it. */
    private final Set<Grant> first = new HashSet<>();

    /** The appointments that no dismissal has ended, whatever their terms; oldest first. */
    private final Map<Grant, List<Recorded<Appointment>>> appointed = new HashMap<>();

    private final Map<Person, Set<Grant>> held = new HashMap<>();

    /** The dismissal that ended an appointment, by the appointment's index. */
    private final Map<Long, Recorded<Dismissal>> ended = new HashMap<>();

    private final Policies policies;
    private final Suspensions suspensions = new Suspensions();
    private final Map<Practitioner, List<Recorded<Practice>>> practices = new LinkedHashMap<>();

    People(Charter charter) {
        this.charter = charter;
        this.policies = new Policies(charter);
        for (var body : charter.owners()) {
            owners.add(body.owner());
            for (var person : body.appointers()) {
                var grant = new Grant(body.owner(), Role.APPOINTER, person);
                first.add(grant);
                held.computeIfAbsent(person, _ -> new LinkedHashSet<>()).add(grant);
            }
        }
    }

    // ---- Rules --------------------------------------------------------------------------------

    @Nullable Refusal refusal(Appointment statement, Instant at) {
        var refusal = refusalToAppoint(statement, statement.owner(), at);
        if (refusal != null) {
            return refusal;
        }
        if (!statement.role().isFor(statement.owner().kind())) {
            return Refusal.of(
                    Code.ROLE_NOT_FOR_OWNER,
                    "TVM-2.model",
                    "an owner %s for the role %s"
                            .formatted(
                                    Arrays.stream(Owner.Kind.values())
                                            .filter(statement.role()::isFor)
                                            .map(kind -> kind.wire() + ":NAME")
                                            .collect(Collectors.joining(" or ")),
                                    statement.role()),
                    statement.owner().toString(),
                    "Let such an owner appoint this person.");
        }
        var grant = Grant.of(statement);
        var there =
                appointed.getOrDefault(grant, List.of()).stream()
                        .filter(entry -> !entry.statement().terms().endsBefore(statement.terms()))
                        .findFirst();
        if (first.contains(grant) || there.isPresent()) {
            return Refusal.of(
                    Code.ALREADY_APPOINTED,
                    "TVM-2.roles",
                    "a person who is not %s, or for a shorter time".formatted(grant),
                    there.map(
                                    entry ->
                                            "%s, appointed by entry %d"
                                                    .formatted(statement.person(), entry.index()))
                            .orElseGet(
                                    () ->
                                            "a first appointer of the charter, %s"
                                                    .formatted(statement.person())),
                    "Nothing is left to do; to change the contact, dismiss and appoint again.");
        }
        return null;
    }

    @Nullable Refusal refusal(Dismissal statement, Instant at) {
        var refusal = refusalToAppoint(statement, statement.owner(), at);
        if (refusal != null) {
            return refusal;
        }
        var grant = Grant.of(statement);
        if (unfinished(grant, at).isEmpty()) {
            return Refusal.of(
                    Code.NOT_APPOINTED,
                    "TVM-2.roles",
                    "a person appointed to %s by statement".formatted(grant),
                    first.contains(grant)
                            ? "a first appointer of the charter, %s".formatted(statement.person())
                            : "%s, who does not hold it".formatted(statement.person()),
                    first.contains(grant)
                            ? "First appointers change with the charter only."
                            : "Compare role, owner, subject and issuer with the appointment.");
        }
        return null;
    }

    @Nullable Refusal refusal(Policy statement, Instant at) {
        var refusal = refusalToAppoint(statement, statement.owner(), at);
        return refusal == null ? policies.refusal(statement) : refusal;
    }

    private @Nullable Refusal refusalToAppoint(Statement statement, Owner owner, Instant at) {
        if (!owners.contains(owner)) {
            return unknownOwner(owner);
        }
        if (!holds(new Grant(owner, Role.APPOINTER, statement.signer()), at)) {
            return Refusal.of(
                    Code.NOT_AN_APPOINTER,
                    "TVM-2.model",
                    "a signer who holds appointer for %s".formatted(owner),
                    holding(statement.signer(), at),
                    "Let an appointer of %s sign, or be appointed to appointer first."
                            .formatted(owner));
        }
        return null;
    }

    @Nullable Refusal refusal(Acceptance statement, Instant at) {
        var signer = statement.signer();
        if (grants(signer).stream()
                .noneMatch(grant -> first.contains(grant) || !unfinished(grant, at).isEmpty())) {
            return Refusal.of(
                    Code.NOT_APPOINTED,
                    "EGI-2.endorser",
                    "a signer who holds some role in this ledger",
                    holding(signer, at),
                    "Be appointed first, with exactly this subject and issuer; then accept.");
        }
        return policies.refusal(statement, at);
    }

    @Nullable Refusal refusal(Practice statement, Instant at) {
        var refusal = refusalAsEndorser(statement.signer(), statement.owner(), act(statement), at);
        if (refusal != null) {
            return refusal;
        }
        for (var there : practices.getOrDefault(Practitioner.of(statement), List.of())) {
            if (there.statement().version().equals(statement.version())) {
                return Refusal.of(
                        Code.PRACTICE_VERSION_USED,
                        "END-4.3",
                        "a version of the practice statement that is new",
                        "%s, published in entry %d".formatted(statement.version(), there.index()),
                        "A version is never used again: count it up.");
            }
        }
        return null;
    }

    @Nullable Refusal refusal(Suspension statement, Instant at) {
        var refusal = refusalToBlock(statement, statement.owner(), at);
        if (refusal != null) {
            return refusal;
        }
        if (first.contains(new Grant(statement.owner(), Role.APPOINTER, statement.person()))) {
            return Refusal.of(
                    Code.FIRST_APPOINTER,
                    "TVM-2.model",
                    "a person whom the charter does not put above the officers of %s"
                            .formatted(statement.owner()),
                    "a first appointer of the charter, %s".formatted(statement.person()),
                    "First appointers change with the charter only; tell who runs the ledger.");
        }
        return suspensions.refusal(statement);
    }

    @Nullable Refusal refusal(Reinstatement statement, Instant at) {
        var refusal = refusalToBlock(statement, statement.owner(), at);
        return refusal == null ? suspensions.refusal(statement) : refusal;
    }

    private static @Nullable TeamAct act(Practice statement) {
        var team = statement.team();
        return team == null ? null : new TeamAct(team, null);
    }

    /** Why this person may not act as an endorser of this owner; null where they may. */
    @Nullable Refusal refusalAsEndorser(
            Person signer, Owner owner, @Nullable TeamAct act, Instant at) {
        if (!owners.contains(owner)) {
            return unknownOwner(owner);
        }
        var role = endorser(owner, signer, act);
        var standing = standing(role, at);
        if (standing == null) {
            return act == null
                    ? Refusal.of(
                            Code.NOT_AN_ENDORSER,
                            "EGI-2.endorser",
                            "a signer who holds endorser for %s".formatted(owner),
                            holding(signer, at),
                            "Ask an appointer of %s for the appointment, then accept the policy."
                                    .formatted(owner))
                    : notInTeam(signer, role, at);
        }
        var refusal = policies.refusalToAct(signer, Role.ENDORSER, at);
        if (refusal != null || act == null) {
            return refusal;
        }
        return refusalOfIndividual(standing.statement().terms().sharedKey(), role, act, at);
    }

    /** The individual behind a team's act is on record, whoever uses the key (EGI-6.individual). */
    private @Nullable Refusal refusalOfIndividual(
            boolean sharedKey, Grant role, TeamAct act, Instant at) {
        var individual = act.individual();
        if (individual == null) {
            return sharedKey
                    ? Refusal.of(
                            Code.INDIVIDUAL_NOT_NAMED,
                            "EGI-6.individual",
                            "the individual who used the shared key of team " + act.team(),
                            "nobody",
                            "Name who acted, or sign with a certificate of your own.")
                    : null;
        }
        if (!sharedKey) {
            return Refusal.of(
                    Code.NOT_A_SHARED_KEY,
                    "EGI-6.individual",
                    "no other individual than the signer",
                    individual.toString(),
                    "Leave the individual out: the signer's own certificate tells who acted.");
        }
        var own = endorser(role.owner(), individual, act);
        var appointment = standing(own, at);
        if (appointment == null || appointment.statement().terms().sharedKey()) {
            return notInTeam(individual, own, at);
        }
        var suspended = suspensions.refusalOfSigner(individual, role.owner());
        return suspended == null ? policies.refusalToAct(individual, Role.ENDORSER, at) : suspended;
    }

    private Refusal notInTeam(Person person, Grant role, Instant at) {
        return Refusal.of(
                Code.NOT_IN_TEAM,
                "EGI-6.individual",
                "somebody who holds %s with a certificate of their own".formatted(role),
                holding(person, at),
                "Ask an appointer of %s for the appointment to that team.".formatted(role.owner()));
    }

    private static Grant endorser(Owner owner, Person person, @Nullable TeamAct act) {
        return new Grant(owner, Role.ENDORSER, person, act == null ? null : act.team());
    }

    /** Why nobody, or not this person, may endorse under that policy; null where they may. */
    @Nullable Refusal refusalToEndorse(Person signer, PolicyRef under, Instant at) {
        return policies.refusalToEndorse(signer, under, at);
    }

    /** Why this person may not speak for this site; null where they may. */
    @Nullable Refusal refusalAsApprover(Person signer, Owner site, Instant at) {
        if (!owners.contains(site)) {
            return unknownOwner(site);
        }
        if (!holds(new Grant(site, Role.SITE_APPROVER, signer), at)) {
            return Refusal.of(
                    Code.NOT_A_SITE_APPROVER,
                    "WLCG-3",
                    "a signer who holds site-approver for %s".formatted(site),
                    holding(signer, at),
                    "Ask an appointer of %s for the appointment, then accept the policy."
                            .formatted(site));
        }
        return policies.refusalToAct(signer, Role.SITE_APPROVER, at);
    }

    /** Why nothing by this person for this owner is admitted; null where it is. */
    @Nullable Refusal refusalOfSuspended(Person signer, @Nullable Owner owner) {
        return suspensions.refusalOfSigner(signer, owner);
    }

    @Nullable Refusal refusalToBlock(Statement statement, Owner owner, Instant at) {
        if (!owners.contains(owner)) {
            return unknownOwner(owner);
        }
        var grant = blockingGrant(owner, statement.signer(), at);
        if (grant == null) {
            return Refusal.of(
                    Code.NOT_A_SECURITY_OFFICER,
                    "END-4.9",
                    "a signer who holds security-officer%s for %s"
                            .formatted(
                                    owner.kind() == Owner.Kind.SITE ? " or site-approver" : "",
                                    owner),
                    holding(statement.signer(), at),
                    "Ask an appointer of %s for the appointment, then accept the policy."
                            .formatted(owner));
        }
        return policies.refusalToAct(statement.signer(), grant.role(), at);
    }

    /** The role that lets this person block for this owner; null for none. */
    private @Nullable Grant blockingGrant(Owner owner, Person person, Instant at) {
        var officer = new Grant(owner, Role.SECURITY_OFFICER, person);
        if (holds(officer, at)) {
            return officer;
        }
        // Role.isFor lets only sites have approvers.
        var approver = new Grant(owner, Role.SITE_APPROVER, person);
        return holds(approver, at) ? approver : null;
    }

    private Refusal unknownOwner(Owner owner) {
        return Refusal.of(
                Code.UNKNOWN_OWNER,
                "PROC-types",
                "an owner that the charter of '%s' names".formatted(charter.origin()),
                owner.toString(),
                "Compare the owner with the charter; send the statement to the owner's own"
                        + " ledger.");
    }

    String holding(Person person, Instant at) {
        var roles = grants(person).stream().filter(grant -> holds(grant, at)).toList();
        if (roles.isEmpty()) {
            return person + ", who holds no role here";
        }
        var some = roles.stream().limit(4).map(Grant::toString).toList();
        return person
                + ", who holds "
                + String.join(", ", some)
                + (roles.size() > some.size() ? " and others" : "");
    }

    boolean holds(Grant grant, Instant at) {
        return first.contains(grant) || standing(grant, at) != null;
    }

    /** The appointment by which somebody holds the role at this moment; null for none. */
    private @Nullable Recorded<Appointment> standing(Grant grant, Instant at) {
        for (var entry : appointed.getOrDefault(grant, List.of()).reversed()) {
            if (entry.statement().terms().covers(at)) {
                return entry;
            }
        }
        return null;
    }

    boolean isFirst(Grant grant) {
        return first.contains(grant);
    }

    /** Every appointment by which somebody holds the role at this moment. */
    List<Recorded<Appointment>> allStanding(Grant grant, Instant at) {
        return appointed.getOrDefault(grant, List.of()).stream()
                .filter(entry -> entry.statement().terms().covers(at))
                .toList();
    }

    /** The appointments whose end has not come. */
    private List<Recorded<Appointment>> unfinished(Grant grant, Instant at) {
        return appointed.getOrDefault(grant, List.of()).stream()
                .filter(entry -> !entry.statement().terms().over(at))
                .toList();
    }

    private Set<Grant> grants(Person person) {
        return held.getOrDefault(person, Set.of());
    }

    // ---- Application --------------------------------------------------------------------------

    Recorded<?> enterAppointment(Recorded<Appointment> entry, List<Long> basis) {
        var statement = entry.statement();
        restOnAppointer(basis, statement.owner(), entry);
        var grant = Grant.of(statement);
        appointed.computeIfAbsent(grant, _ -> new ArrayList<>(1)).add(entry);
        held.computeIfAbsent(statement.person(), _ -> new LinkedHashSet<>()).add(grant);
        return entry;
    }

    Recorded<?> enterDismissal(Recorded<Dismissal> entry, List<Long> basis) {
        var statement = entry.statement();
        restOnAppointer(basis, statement.owner(), entry);
        var grant = Grant.of(statement);
        unfinished(grant, entry.admittedAt()).forEach(there -> basis.add(there.index()));
        var appointments = appointed.remove(grant);
        if (appointments != null) {
            appointments.forEach(there -> ended.put(there.index(), entry));
        }
        // A grant of the charter is not in "appointed", so it never comes here.
        grants(statement.person()).remove(grant);
        return entry;
    }

    Recorded<?> enterPolicy(Recorded<Policy> entry, List<Long> basis) {
        restOnAppointer(basis, entry.statement().owner(), entry);
        policies.enter(entry);
        return entry;
    }

    Recorded<?> enterAcceptance(Recorded<Acceptance> entry, List<Long> basis) {
        var grants = grants(entry.statement().signer());
        // Any role will do; one of the charter rests on nothing.
        if (grants.stream().noneMatch(first::contains)) {
            grants.stream()
                    .flatMap(grant -> unfinished(grant, entry.admittedAt()).stream())
                    .findFirst()
                    .ifPresent(there -> basis.add(there.index()));
        }
        policies.enterAcceptance(entry, basis);
        return entry;
    }

    Recorded<?> enterPractice(Recorded<Practice> entry, List<Long> basis) {
        var statement = entry.statement();
        restOnEndorser(
                basis, statement.signer(), statement.owner(), act(statement), entry.admittedAt());
        practices.computeIfAbsent(Practitioner.of(statement), _ -> new ArrayList<>(1)).add(entry);
        return entry;
    }

    Recorded<?> enterSuspension(Recorded<Suspension> entry, List<Long> basis) {
        var statement = entry.statement();
        restOnBlockingRole(basis, statement.owner(), statement.signer(), entry.admittedAt());
        suspensions.enter(entry);
        return entry;
    }

    Recorded<?> enterReinstatement(Recorded<Reinstatement> entry, List<Long> basis) {
        var statement = entry.statement();
        restOnBlockingRole(basis, statement.owner(), statement.signer(), entry.admittedAt());
        suspensions.enter(statement, basis);
        return entry;
    }

    private void restOnAppointer(List<Long> basis, Owner owner, Recorded<?> entry) {
        restOnRole(
                basis,
                new Grant(owner, Role.APPOINTER, entry.statement().signer()),
                entry.admittedAt());
    }

    void restOnRole(List<Long> basis, Grant grant, Instant at) {
        var appointment = first.contains(grant) ? null : standing(grant, at);
        if (appointment != null) {
            basis.add(appointment.index());
        }
    }

    void restOnEndorser(
            List<Long> basis, Person signer, Owner owner, @Nullable TeamAct act, Instant at) {
        restOnRole(basis, endorser(owner, signer, act), at);
        policies.restOnAcceptances(basis, signer, Role.ENDORSER, at);
        var individual = act == null ? null : act.individual();
        if (individual != null) {
            restOnRole(basis, endorser(owner, individual, act), at);
            policies.restOnAcceptances(basis, individual, Role.ENDORSER, at);
        }
    }

    void restOnPolicy(List<Long> basis, Person signer, PolicyRef under) {
        policies.restOnAcceptance(basis, signer, under);
    }

    void restOnApprover(List<Long> basis, Person signer, Owner site, Instant at) {
        restOnRole(basis, new Grant(site, Role.SITE_APPROVER, signer), at);
        policies.restOnAcceptances(basis, signer, Role.SITE_APPROVER, at);
    }

    void restOnBlockingRole(List<Long> basis, Owner owner, Person signer, Instant at) {
        var grant = blockingGrant(owner, signer, at);
        if (grant != null) {
            restOnRole(basis, grant, at);
            policies.restOnAcceptances(basis, signer, grant.role(), at);
        }
    }

    // ---- Queries ------------------------------------------------------------------------------

    List<Recorded<Appointment>> appointments(Person person) {
        return grants(person).stream()
                .flatMap(grant -> appointed.getOrDefault(grant, List.of()).stream())
                .sorted(Comparator.comparingLong(Recorded::index))
                .toList();
    }

    List<Recorded<Appointment>> appointments(Owner owner) {
        return appointed.values().stream()
                .flatMap(List::stream)
                .filter(entry -> entry.statement().owner().equals(owner))
                .sorted(Comparator.comparingLong(Recorded::index))
                .toList();
    }

    /** The dismissal that ended an appointment; null while it lasts. */
    @Nullable Recorded<Dismissal> end(long appointment) {
        return ended.get(appointment);
    }

    Policies policies() {
        return policies;
    }

    Suspensions suspensions() {
        return suspensions;
    }

    /** Every practice statement, oldest first. */
    List<Recorded<Practice>> practices() {
        return practices.values().stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparingLong(Recorded::index))
                .toList();
    }
}
