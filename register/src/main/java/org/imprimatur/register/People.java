package org.imprimatur.register;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.imprimatur.register.Refusal.Code;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Dismissal;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what in one ledger: its owners, their appointments, and who accepted the policy. The
 * part of a {@link Register} that statements about images only ask.
 */
final class People {

    /** A role of one person for one owner. */
    record Grant(Owner owner, Role role, Person person) {

        static Grant of(Appointment appointment) {
            return new Grant(appointment.owner(), appointment.role(), appointment.person());
        }
    }

    private final Charter charter;
    private final Set<Owner> owners = new HashSet<>();

    /** What the charter grants; no statement ends it. */
    private final Set<Grant> first = new HashSet<>();

    private final Map<Grant, Recorded<Appointment>> appointed = new HashMap<>();
    private final Map<Person, Set<Grant>> held = new HashMap<>();

    /** The dismissal that ended an appointment, by the appointment's index. */
    private final Map<Long, Recorded<Dismissal>> ended = new HashMap<>();

    private final Map<Person, Recorded<Acceptance>> accepted = new HashMap<>();

    People(Charter charter) {
        this.charter = charter;
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

    @Nullable Refusal refusal(Appointment statement) {
        var refusal = refusalToAppoint(statement, statement.owner());
        if (refusal != null) {
            return refusal;
        }
        if (!statement.role().isFor(statement.owner().kind())) {
            return Refusal.of(
                    Code.ROLE_NOT_FOR_OWNER,
                    "TVM-2.model",
                    statement.role() == Role.VO_PRODUCER
                            ? "an owner vo:NAME for the role vo-producer"
                            : "an owner site:NAME for the role %s".formatted(statement.role()),
                    statement.owner().toString(),
                    "Let the VO or the site itself appoint this person.");
        }
        var grant = new Grant(statement.owner(), statement.role(), statement.person());
        if (holds(grant)) {
            var there = appointed.get(grant);
            return Refusal.of(
                    Code.ALREADY_APPOINTED,
                    "TVM-2.roles",
                    "a person who is not %s of %s".formatted(statement.role(), statement.owner()),
                    there == null
                            ? "a first appointer of the charter, %s".formatted(statement.person())
                            : "%s, appointed by entry %d"
                                    .formatted(statement.person(), there.index()),
                    "Nothing is left to do; to change the contact, dismiss and appoint again.");
        }
        return null;
    }

    @Nullable Refusal refusal(Dismissal statement) {
        var refusal = refusalToAppoint(statement, statement.owner());
        if (refusal != null) {
            return refusal;
        }
        var grant = new Grant(statement.owner(), statement.role(), statement.person());
        if (!appointed.containsKey(grant)) {
            return Refusal.of(
                    Code.NOT_APPOINTED,
                    "TVM-2.roles",
                    "a person appointed to %s of %s by statement"
                            .formatted(statement.role(), statement.owner()),
                    first.contains(grant)
                            ? "a first appointer of the charter, %s".formatted(statement.person())
                            : "%s, who does not hold it".formatted(statement.person()),
                    first.contains(grant)
                            ? "First appointers change with the charter only."
                            : "Compare role, owner, subject and issuer with the appointment.");
        }
        return null;
    }

    private @Nullable Refusal refusalToAppoint(Statement statement, Owner owner) {
        if (!owners.contains(owner)) {
            return unknownOwner(owner);
        }
        if (!holds(new Grant(owner, Role.APPOINTER, statement.signer()))) {
            return Refusal.of(
                    Code.NOT_AN_APPOINTER,
                    "TVM-2.model",
                    "a signer who holds appointer for %s".formatted(owner),
                    holding(statement.signer()),
                    "Let an appointer of %s sign, or be appointed to appointer first."
                            .formatted(owner));
        }
        return null;
    }

    @Nullable Refusal refusal(Acceptance statement) {
        if (held.getOrDefault(statement.signer(), Set.of()).isEmpty()) {
            return Refusal.of(
                    Code.NOT_APPOINTED,
                    "EGI-2.endorser",
                    "a signer who holds some role in this ledger",
                    holding(statement.signer()),
                    "Be appointed first, with exactly this subject and issuer; then accept.");
        }
        if (!statement.policy().sha256().equals(charter.policy().sha256())) {
            return unknownPolicy("EGI-2.endorser", statement.policy());
        }
        var there = accepted.get(statement.signer());
        if (there != null) {
            return Refusal.of(
                    Code.ALREADY_ACCEPTED,
                    "EGI-2.endorser",
                    "a signer who has not accepted %s".formatted(charter.policy()),
                    "an acceptance by %s in entry %d".formatted(statement.signer(), there.index()),
                    "Nothing is left to do.");
        }
        return null;
    }

    @Nullable Refusal refusalToBlock(Statement statement, Owner owner) {
        if (!owners.contains(owner)) {
            return unknownOwner(owner);
        }
        if (blockingGrant(owner, statement.signer()) == null) {
            return Refusal.of(
                    Code.NOT_A_SECURITY_OFFICER,
                    "END-4.9",
                    "a signer who holds security-officer%s for %s"
                            .formatted(
                                    owner.kind() == Owner.Kind.SITE ? " or site-approver" : "",
                                    owner),
                    holding(statement.signer()),
                    "Ask an appointer of %s for the appointment, then accept the policy."
                            .formatted(owner));
        }
        if (!accepted.containsKey(statement.signer())) {
            return policyNotAccepted(statement);
        }
        return null;
    }

    /** The role that lets this person block for this owner; null for none. */
    private @Nullable Grant blockingGrant(Owner owner, Person person) {
        var officer = new Grant(owner, Role.SECURITY_OFFICER, person);
        if (holds(officer)) {
            return officer;
        }
        // Role.isFor lets only sites have approvers.
        var approver = new Grant(owner, Role.SITE_APPROVER, person);
        return holds(approver) ? approver : null;
    }

    Refusal unknownOwner(Owner owner) {
        return Refusal.of(
                Code.UNKNOWN_OWNER,
                "PROC-types",
                "an owner that the charter of '%s' names".formatted(charter.origin()),
                owner.toString(),
                "Compare the owner with the charter; send the statement to the owner's own ledger.");
    }

    Refusal unknownPolicy(String clause, PolicyRef found) {
        return Refusal.of(
                Code.UNKNOWN_POLICY,
                clause,
                charter.policy().toString(),
                found.toString(),
                "Fetch the policy of this ledger, read it, and sign with its digest.");
    }

    Refusal policyNotAccepted(Statement statement) {
        return Refusal.of(
                Code.POLICY_NOT_ACCEPTED,
                "EGI-2.endorser",
                "an acceptance of %s by the signer, earlier in this ledger"
                        .formatted(charter.policy()),
                "none by " + statement.signer(),
                "Read the policy and submit an acceptance, then this statement again.");
    }

    String holding(Person person) {
        var roles = held.getOrDefault(person, Set.of());
        if (roles.isEmpty()) {
            return person + ", who holds no role here";
        }
        var some = roles.stream().limit(4).map(g -> g.role() + " of " + g.owner()).toList();
        return person
                + ", who holds "
                + String.join(", ", some)
                + (roles.size() > some.size() ? " and others" : "");
    }

    boolean holds(Grant grant) {
        return appointed.containsKey(grant) || first.contains(grant);
    }

    // ---- Application --------------------------------------------------------------------------

    Recorded<?> enterAppointment(Recorded<Appointment> entry, List<Long> basis) {
        var statement = entry.statement();
        restOnRole(basis, new Grant(statement.owner(), Role.APPOINTER, statement.signer()));
        var grant = Grant.of(statement);
        appointed.put(grant, entry);
        held.computeIfAbsent(statement.person(), _ -> new LinkedHashSet<>()).add(grant);
        return entry;
    }

    Recorded<?> enterDismissal(Recorded<Dismissal> entry, List<Long> basis) {
        var statement = entry.statement();
        restOnRole(basis, new Grant(statement.owner(), Role.APPOINTER, statement.signer()));
        var grant = new Grant(statement.owner(), statement.role(), statement.person());
        restOnRole(basis, grant);
        var appointment = appointed.remove(grant);
        if (appointment != null) {
            ended.put(appointment.index(), entry);
        }
        // A grant of the charter is not in "appointed", so it never comes here.
        var grants = held.get(statement.person());
        if (grants != null) {
            grants.remove(grant);
        }
        return entry;
    }

    Recorded<?> enterAcceptance(Recorded<Acceptance> entry, List<Long> basis) {
        var signer = entry.statement().signer();
        // Any role will do; one of the charter rests on nothing.
        var grants = held.getOrDefault(signer, Set.of());
        if (grants.stream().noneMatch(first::contains)) {
            grants.stream().findFirst().ifPresent(grant -> restOnRole(basis, grant));
        }
        accepted.put(signer, entry);
        return entry;
    }

    void restOnRole(List<Long> basis, Grant grant) {
        var appointment = appointed.get(grant);
        if (appointment != null && !first.contains(grant)) {
            basis.add(appointment.index());
        }
    }

    void restOnBlockingRole(List<Long> basis, Owner owner, Person signer) {
        var grant = blockingGrant(owner, signer);
        if (grant != null) {
            restOnRole(basis, grant);
        }
        restOnAcceptance(basis, signer);
    }

    void restOnAcceptance(List<Long> basis, Person signer) {
        var acceptance = accepted.get(signer);
        if (acceptance != null) {
            basis.add(acceptance.index());
        }
    }

    // ---- Queries ------------------------------------------------------------------------------

    boolean serves(Owner owner) {
        return owners.contains(owner);
    }

    boolean hasAccepted(Person person) {
        return accepted.containsKey(person);
    }

    List<Recorded<Appointment>> appointments(Person person) {
        return held.getOrDefault(person, Set.of()).stream()
                .flatMap(grant -> Optional.ofNullable(appointed.get(grant)).stream())
                .sorted(Comparator.comparingLong(Recorded::index))
                .toList();
    }

    List<Recorded<Appointment>> appointments(Owner owner) {
        return appointed.values().stream()
                .filter(entry -> entry.statement().owner().equals(owner))
                .sorted(Comparator.comparingLong(Recorded::index))
                .toList();
    }

    Optional<Recorded<Acceptance>> acceptance(Person person) {
        return Optional.ofNullable(accepted.get(person));
    }

    List<Recorded<Acceptance>> acceptances() {
        return accepted.values().stream()
                .sorted(Comparator.comparingLong(Recorded::index))
                .toList();
    }

    /** The dismissal that ended an appointment; null while it lasts. */
    @Nullable Recorded<Dismissal> end(long appointment) {
        return ended.get(appointment);
    }
}
