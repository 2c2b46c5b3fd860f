package org.imprimatur.node.instance;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.imprimatur.node.http.Problem;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Refusal;
import org.imprimatur.register.Register;
import org.imprimatur.register.Role;
import org.imprimatur.register.Standing;
import org.jspecify.annotations.Nullable;

/**
 * Who may have machines: an operator who has accepted the policy (EGI-4.6), for consumers whom
 * nobody has suspended (EGI-2.consumer).
 *
 * @param site whose rules these are
 * @param acceptanceAsked whether the operator must have accepted a policy
 */
record OperatorRules(Owner site, boolean acceptanceAsked) {

    /** Why an instance of this operator for these consumers is not registered now. */
    Optional<Problem> against(
            Standing standing, String operator, List<String> consumers, Instant at) {
        var missing = acceptanceAsked ? missingAcceptance(standing, operator, at) : null;
        return missing != null
                ? Optional.of(missing)
                : consumers.stream()
                        .flatMap(consumer -> suspension(standing, consumer).stream())
                        .findFirst();
    }

    /**
     * An acceptance counts in the site's own ledger, and in that of an infrastructure, whose
     * policies bind everywhere.
     */
    private static @Nullable Problem missingAcceptance(
            Standing standing, String operator, Instant at) {
        Refusal closest = null;
        for (var register : binding(standing)) {
            for (var person : register.acceptors(operator)) {
                var missing = register.missingAcceptance(person, Role.VM_OPERATOR, at);
                if (missing.isEmpty()) {
                    return null;
                }
                closest = missing.get();
            }
        }
        return new Problem(
                422,
                "operator-policy-not-accepted",
                "The operator has not accepted the policy for operators",
                "the operator \"%s\" %s"
                        .formatted(
                                operator,
                                closest == null
                                        ? "has accepted no policy in the ledger of the site or of an infrastructure that it follows"
                                        : "lacks " + closest.expected()),
                List.of("EGI-4.6"),
                closest == null ? "an acceptance by that name" : closest.expected(),
                closest == null ? "none" : closest.found(),
                "Let the operator read the policy and accept it: imprimatur accept.",
                0);
    }

    private static List<Register> binding(Standing standing) {
        return Stream.concat(
                        Stream.of(standing.own()),
                        standing.followed().stream()
                                .map(Standing.Followed::register)
                                .filter(Register::namesInfrastructure))
                .toList();
    }

    private Optional<Problem> suspension(Standing standing, String consumer) {
        return Stream.concat(
                        Stream.of(standing.own()),
                        standing.followed().stream().map(Standing.Followed::register))
                .flatMap(register -> register.suspensionsOfOperator(consumer).stream())
                .map(entry -> entry.statement())
                .filter(suspension -> suspension.reaches(site))
                .findFirst()
                .map(
                        suspension ->
                                new Problem(
                                        422,
                                        "consumer-suspended",
                                        "A consumer of the machine is suspended",
                                        "the consumer \"%s\" is suspended by %s for %s as %s: %s"
                                                .formatted(
                                                        consumer,
                                                        suspension.signer().subject(),
                                                        suspension.owner(),
                                                        suspension.reason().wire(),
                                                        suspension.explanation()),
                                        List.of("EGI-2.consumer", "EGI-C1"),
                                        null,
                                        null,
                                        "Start it for others, or ask whoever suspended them.",
                                        0));
    }
}
