package org.imprimatur.register;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.imprimatur.register.Refusal.Code;
import org.imprimatur.register.Statement.Reinstatement;
import org.imprimatur.register.Statement.Suspension;
import org.jspecify.annotations.Nullable;

/** Who is suspended by whom, in one ledger (END-4.9, EGI-C1). */
final class Suspensions {

    private final Map<StatementId, Recorded<Suspension>> inForce = new LinkedHashMap<>();
    private final Map<Person, Set<StatementId>> byPerson = new HashMap<>();

    /** By each name under which somebody may ask, as {@link OperatorName} makes it comparable. */
    private final Map<String, Set<StatementId>> byName = new HashMap<>();

    // ---- Rules --------------------------------------------------------------------------------

    /**
     * Why nothing by this person is admitted; null where it is.
     *
     * @param owner for whom they act; null for nobody in particular
     */
    @Nullable Refusal refusalOfSigner(Person signer, @Nullable Owner owner) {
        for (var entry : of(signer)) {
            var suspension = entry.statement();
            if (suspension.reaches(owner)) {
                return new Refusal(
                        Code.SIGNER_SUSPENDED,
                        List.of("END-4.9", "EGI-C1"),
                        "a signer who is not suspended",
                        "%s, suspended by %s in entry %d as %s: %s"
                                .formatted(
                                        signer,
                                        suspension.owner(),
                                        entry.index(),
                                        suspension.reason().wire(),
                                        suspension.explanation()),
                        "Ask a security officer of %s for the reinstatement."
                                .formatted(suspension.owner()));
            }
        }
        return null;
    }

    @Nullable Refusal refusal(Suspension statement) {
        return of(statement.person()).stream()
                .filter(entry -> entry.statement().owner().equals(statement.owner()))
                .findFirst()
                .map(
                        there ->
                                Refusal.of(
                                        Code.ALREADY_SUSPENDED,
                                        "END-4.9",
                                        "a person whom %s has not suspended"
                                                .formatted(statement.owner()),
                                        "a suspension of %s in entry %d"
                                                .formatted(statement.person(), there.index()),
                                        "Nothing is left to do; to say more, reinstate and suspend"
                                                + " again."))
                .orElse(null);
    }

    @Nullable Refusal refusal(Reinstatement statement) {
        var there = inForce.get(statement.suspension());
        if (there != null
                && there.statement().owner().equals(statement.owner())
                && there.statement().person().equals(statement.person())) {
            return null;
        }
        return Refusal.of(
                Code.UNKNOWN_SUSPENSION,
                "END-4.9",
                "the id of a suspension in force, of %s by %s"
                        .formatted(statement.person(), statement.owner()),
                statement.suspension().hex()
                        + (there == null
                                ? ", which is not in force"
                                : ", a suspension of %s by %s"
                                        .formatted(
                                                there.statement().person(),
                                                there.statement().owner())),
                "Look up the suspensions of the person; each is ended by the owner that made it.");
    }

    // ---- Application --------------------------------------------------------------------------

    void enter(Recorded<Suspension> entry) {
        var suspension = entry.statement();
        inForce.put(entry.id(), entry);
        add(byPerson, suspension.person(), entry.id());
        names(suspension).forEach(name -> add(byName, name, entry.id()));
    }

    void enter(Reinstatement statement, List<Long> basis) {
        var ended = inForce.remove(statement.suspension());
        if (ended != null) {
            basis.add(ended.index());
            remove(byPerson, ended.statement().person(), ended.id());
            names(ended.statement()).forEach(name -> remove(byName, name, ended.id()));
        }
    }

    private static Stream<String> names(Suspension suspension) {
        return Stream.concat(Stream.of(suspension.person().subject()), suspension.names().stream())
                .map(OperatorName::comparable)
                .distinct();
    }

    private static <K> void add(Map<K, Set<StatementId>> map, K key, StatementId id) {
        map.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(id);
    }

    private static <K> void remove(Map<K, Set<StatementId>> map, K key, StatementId id) {
        map.computeIfPresent(
                key,
                (_, ids) -> {
                    ids.remove(id);
                    return ids.isEmpty() ? null : ids;
                });
    }

    /** Whether somebody may be asked for by this name whom the suspension is of. */
    static boolean isMeant(Suspension suspension, String name) {
        return names(suspension).anyMatch(OperatorName.comparable(name)::equals);
    }

    // ---- Queries ------------------------------------------------------------------------------

    /** A suspension in force; null for none. */
    @Nullable Recorded<Suspension> find(StatementId id) {
        return inForce.get(id);
    }

    List<Recorded<Suspension>> all() {
        return List.copyOf(inForce.values());
    }

    List<Recorded<Suspension>> of(Person person) {
        return found(byPerson.get(person));
    }

    List<Recorded<Suspension>> ofOperator(String name) {
        return inForce.isEmpty() ? List.of() : found(byName.get(OperatorName.comparable(name)));
    }

    private List<Recorded<Suspension>> found(@Nullable Set<StatementId> ids) {
        return ids == null
                ? List.of()
                : ids.stream()
                        .flatMap(id -> Optional.ofNullable(inForce.get(id)).stream())
                        .toList();
    }
}
