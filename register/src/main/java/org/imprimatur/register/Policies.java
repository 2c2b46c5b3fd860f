package org.imprimatur.register;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.imprimatur.register.Refusal.Code;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Policy;
import org.jspecify.annotations.Nullable;

/**
 * The policies of a ledger in all their versions, and who accepted which (EGI-2.endorser): {@code
 * docs/format.md}, "People".
 */
final class Policies {

    private final Charter charter;
    private final boolean infrastructure;

    /** The versions of each policy by its name, oldest first; the charter's name comes first. */
    private final Map<String, List<PolicyVersion>> versions = new LinkedHashMap<>();

    private final Map<Sha256, PolicyVersion> byDigest = new HashMap<>();

    /** Of each person and policy the acceptances, whose versions rise. */
    private final Map<Person, Map<String, List<Recorded<Acceptance>>>> accepted = new HashMap<>();

    /** Those who accepted any, by the names that systems know them by. */
    private final Map<String, Set<Person>> acceptors = new HashMap<>();

    Policies(Charter charter) {
        this.charter = charter;
        this.infrastructure =
                charter.owners().stream()
                        .anyMatch(body -> body.owner().kind() == Owner.Kind.INFRASTRUCTURE);
        add(new PolicyVersion(charter.policy(), 1, EnumSet.allOf(Role.class), null, null));
    }

    private void add(PolicyVersion version) {
        versions.computeIfAbsent(version.policy().name(), _ -> new ArrayList<>(1)).add(version);
        byDigest.put(version.policy().sha256(), version);
    }

    // ---- Rules --------------------------------------------------------------------------------

    @Nullable Refusal refusal(Policy statement) {
        var owner = statement.owner();
        // One VO among several must not bind the people of the others.
        if (owner.kind() != Owner.Kind.INFRASTRUCTURE
                && (infrastructure || charter.owners().size() > 1)) {
            return Refusal.of(
                    Code.POLICY_NOT_OF_OWNER,
                    "EGI-2.endorser",
                    "an owner infrastructure:NAME, or the only owner of the ledger",
                    owner.toString(),
                    infrastructure
                            ? "Let the infrastructure put its policy in force."
                            : "In a ledger of several owners without an infrastructure the charter's"
                                    + " policy stays.");
        }
        var name = statement.policy().name();
        if (name.equals(charter.policy().name()) && !statement.roles().isEmpty()) {
            return Refusal.of(
                    Code.POLICY_FOR_EVERY_ROLE,
                    "EGI-2.endorser",
                    "no roles, as '%s' binds everybody".formatted(name),
                    statement.roles().toString(),
                    "Leave the roles out, or give the policy for some roles another name.");
        }
        var same = byDigest.get(statement.policy().sha256());
        if (same == null) {
            same =
                    versions.getOrDefault(name, List.of()).stream()
                            .filter(v -> v.policy().version().equals(statement.policy().version()))
                            .findFirst()
                            .orElse(null);
        }
        return same == null
                ? null
                : Refusal.of(
                        Code.POLICY_KNOWN,
                        "EGI-2.endorser",
                        "a document and a version of '%s' that are new".formatted(name),
                        same.policy() + ", in force since " + since(same),
                        "A version is never used again: count it up.");
    }

    private static String since(PolicyVersion version) {
        var statement = version.statement();
        return statement == null ? "the start" : "entry " + statement.index();
    }

    @Nullable Refusal refusal(Acceptance statement, Instant at) {
        var version = byDigest.get(statement.policy().sha256());
        if (version == null) {
            return unknown(
                    "EGI-2.endorser", statement.policy(), versions.keySet().stream().toList());
        }
        var bar = bar(version.policy().name(), at);
        if (bar != null && version.number() < bar.number()) {
            return superseded("EGI-2.endorser", version, bar);
        }
        var last = last(statement.signer(), version.policy().name());
        if (last != null && number(last) >= version.number()) {
            return Refusal.of(
                    Code.ALREADY_ACCEPTED,
                    "EGI-2.endorser",
                    "a signer who has not accepted %s or a later version"
                            .formatted(version.policy()),
                    "an acceptance of %s by %s in entry %d"
                            .formatted(
                                    last.statement().policy().version(),
                                    statement.signer(),
                                    last.index()),
                    "Nothing is left to do.");
        }
        return null;
    }

    /** Why this person may not act in this role for want of an acceptance; null where they may. */
    @Nullable Refusal refusalToAct(Person person, Role role, Instant at) {
        for (var name : versions.keySet()) {
            var bar = bar(name, at);
            if (bar == null || !bar.roles().contains(role)) {
                continue;
            }
            var last = last(person, name);
            if (last == null) {
                return notAccepted(bar.policy(), person);
            }
            if (number(last) < bar.number()) {
                return Refusal.of(
                        Code.ACCEPTANCE_TOO_OLD,
                        "EGI-2.endorser",
                        "an acceptance of %s, asked for since %s"
                                .formatted(bar.policy(), bar.acceptBefore()),
                        "one of version %s by %s, entry %d"
                                .formatted(
                                        last.statement().policy().version(), person, last.index()),
                        "Read the new version and submit an acceptance, then this statement again.");
            }
        }
        return null;
    }

    /** Those who have accepted a policy and are meant by this name when a VM is started. */
    List<Person> acceptors(String name) {
        return List.copyOf(acceptors.getOrDefault(OperatorName.comparable(name), Set.of()));
    }

    /** Why nobody, or not this person, may endorse under that policy; null where they may. */
    @Nullable Refusal refusalToEndorse(Person signer, PolicyRef under, Instant at) {
        var name = charter.policy().name();
        var version = byDigest.get(under.sha256());
        if (version == null || !version.policy().name().equals(name)) {
            return unknown("TVM-3.1", under, List.of(name));
        }
        var bar = bar(name, at);
        if (bar != null && version.number() < bar.number()) {
            return superseded("TVM-3.1", version, bar);
        }
        return acceptance(signer, version) == null ? notAccepted(version.policy(), signer) : null;
    }

    private Refusal unknown(String clause, PolicyRef found, List<String> names) {
        return Refusal.of(
                Code.UNKNOWN_POLICY,
                clause,
                names.stream()
                        .limit(4)
                        .map(name -> newest(name).policy().toString())
                        .collect(Collectors.joining(" or ")),
                found.toString(),
                "Fetch the policy of this ledger, read it, and sign with its digest.");
    }

    private static Refusal superseded(String clause, PolicyVersion found, PolicyVersion bar) {
        return Refusal.of(
                Code.POLICY_SUPERSEDED,
                clause,
                "%s or a later version, since %s".formatted(bar.policy(), bar.acceptBefore()),
                found.policy().toString(),
                "Read the newest version of the policy, accept it, and sign under it.");
    }

    private static Refusal notAccepted(PolicyRef policy, Person person) {
        return Refusal.of(
                Code.POLICY_NOT_ACCEPTED,
                "EGI-2.endorser",
                "an acceptance of %s by the signer, earlier in this ledger".formatted(policy),
                "none by " + person,
                "Read the policy and submit an acceptance, then this statement again.");
    }

    /** The last version whose time to be accepted has come; null while none has. */
    private @Nullable PolicyVersion bar(String name, Instant at) {
        for (var version : versions.getOrDefault(name, List.of()).reversed()) {
            if (version.asked(at)) {
                return version;
            }
        }
        return null;
    }

    private PolicyVersion newest(String name) {
        return versions.getOrDefault(name, List.of()).getLast();
    }

    private int number(Recorded<Acceptance> acceptance) {
        var version = byDigest.get(acceptance.statement().policy().sha256());
        return version == null ? 0 : version.number();
    }

    private @Nullable Recorded<Acceptance> last(Person person, String name) {
        var all = accepted.getOrDefault(person, Map.of()).get(name);
        return all == null ? null : all.getLast();
    }

    private @Nullable Recorded<Acceptance> acceptance(Person person, PolicyVersion version) {
        for (var entry :
                accepted.getOrDefault(person, Map.of())
                        .getOrDefault(version.policy().name(), List.of())) {
            if (number(entry) == version.number()) {
                return entry;
            }
        }
        return null;
    }

    // ---- Application --------------------------------------------------------------------------

    void enter(Recorded<Policy> entry) {
        var statement = entry.statement();
        var policy = statement.policy();
        add(
                new PolicyVersion(
                        policy,
                        versions.getOrDefault(policy.name(), List.of()).size() + 1,
                        statement.roles().isEmpty()
                                ? EnumSet.allOf(Role.class)
                                : EnumSet.copyOf(statement.roles()),
                        statement.acceptBefore(),
                        entry));
    }

    void enterAcceptance(Recorded<Acceptance> entry, List<Long> basis) {
        var version = byDigest.get(entry.statement().policy().sha256());
        if (version == null) {
            throw new IllegalStateException("an acceptance of no policy was judged admissible");
        }
        var statement = version.statement();
        if (statement != null) {
            basis.add(statement.index());
        }
        var signer = entry.statement().signer();
        acceptors
                .computeIfAbsent(
                        OperatorName.comparable(signer.subject()), _ -> new LinkedHashSet<>())
                .add(signer);
        accepted.computeIfAbsent(signer, _ -> new LinkedHashMap<>())
                .computeIfAbsent(version.policy().name(), _ -> new ArrayList<>(1))
                .add(entry);
    }

    /** What somebody who acts in a role rests on: their newest acceptance of each policy. */
    void restOnAcceptances(List<Long> basis, Person person, Role role, Instant at) {
        for (var name : versions.keySet()) {
            var bar = bar(name, at);
            var last = last(person, name);
            if (bar != null && bar.roles().contains(role) && last != null) {
                basis.add(last.index());
            }
        }
    }

    /** What an endorsement under a policy rests on besides. */
    void restOnAcceptance(List<Long> basis, Person person, PolicyRef under) {
        var version = byDigest.get(under.sha256());
        var acceptance = version == null ? null : acceptance(person, version);
        if (acceptance != null) {
            basis.add(acceptance.index());
        }
    }

    // ---- Queries ------------------------------------------------------------------------------

    List<PolicyVersion> all() {
        return versions.values().stream().flatMap(List::stream).toList();
    }

    Optional<PolicyVersion> find(Sha256 digest) {
        return Optional.ofNullable(byDigest.get(digest));
    }

    Optional<Recorded<Acceptance>> acceptance(Person person) {
        return Optional.ofNullable(last(person, charter.policy().name()));
    }

    List<Recorded<Acceptance>> acceptances() {
        return accepted.values().stream()
                .flatMap(byName -> byName.values().stream())
                .flatMap(List::stream)
                .sorted(Comparator.comparingLong(Recorded::index))
                .toList();
    }

    List<Recorded<Acceptance>> acceptances(Person person) {
        return accepted.getOrDefault(person, Map.of()).values().stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparingLong(Recorded::index))
                .toList();
    }
}
