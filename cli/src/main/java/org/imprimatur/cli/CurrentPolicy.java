package org.imprimatur.cli;

import com.fasterxml.jackson.databind.JsonNode;
import org.imprimatur.register.Person;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement;

/** Which version of a ledger's policy is meant: the charter's is only the first. */
final class CurrentPolicy {

    private CurrentPolicy() {}

    /** A policy with its document, both proven. */
    record Document(PolicyRef policy, byte[] bytes, String news) {}

    /**
     * The newest version of a policy, as a proven statement or the charter says, with its document.
     *
     * @param name of the policy; empty for the charter's
     */
    static Document newest(NodeOptions.Connection connection, String name) {
        var ofCharter = connection.charter().policy();
        var wanted = name.isEmpty() ? ofCharter.name() : name;
        JsonNode newest = null;
        for (var one : connection.client().json("/api/v1/policies").path("policies")) {
            if (one.path("name").asText().equals(wanted)) {
                newest = one;
            }
        }
        if (newest == null) {
            throw new CommandFailure(
                    ExitCode.NO,
                    "this ledger has no policy '%s' (imprimatur policy list)".formatted(wanted));
        }
        if (!newest.has("statement")) {
            return new Document(ofCharter, checked(connection.client().policy(), ofCharter), "");
        }
        var proven =
                ProvenStatement.read(
                        connection
                                .client()
                                .json("/api/v1/statements/" + newest.path("statement").asText()),
                        connection.charter());
        if (proven.statement() instanceof Statement.Policy policy
                && policy.policy().name().equals(wanted)) {
            var bytes =
                    connection
                            .client()
                            .bytes(
                                    "/api/v1/policies/" + policy.policy().sha256().hex(),
                                    4 * 1024 * 1024);
            return new Document(
                    policy.policy(),
                    checked(bytes, policy.policy()),
                    "In force since entry %d; acceptances of older versions suffice until %s. New: %s"
                            .formatted(
                                    proven.index(), policy.acceptBefore(), policy.explanation()));
        }
        throw new CommandFailure(
                ExitCode.NO, "the node names another statement as that of the policy: do not sign");
    }

    private static byte[] checked(byte[] document, PolicyRef policy) {
        var digest = Sha256.of(document);
        if (digest.equals(policy.sha256())) {
            return document;
        }
        throw new CommandFailure(
                ExitCode.NO,
                "the policy that the node serves has the digest %s, and %s is meant: do not sign it"
                        .formatted(digest.hex(), policy));
    }

    /** The version of the charter's policy that a person accepted last; the charter's for none. */
    static PolicyRef accepted(NodeOptions.Connection connection, Person person) {
        var policy = connection.charter().policy();
        for (var one : history(connection, person)) {
            if (one.path("kind").asText().equals(Statement.Kind.ACCEPTANCE.wire())
                    && ProvenStatement.ofEntry(one, connection.charter()).statement()
                            instanceof Statement.Acceptance acceptance
                    && acceptance.signer().equals(person)
                    && acceptance.policy().name().equals(policy.name())) {
                policy = acceptance.policy();
            }
        }
        return policy;
    }

    /** Of whom nobody said anything the ledger tells more clearly when they sign. */
    private static JsonNode history(NodeOptions.Connection connection, Person person) {
        try {
            return connection
                    .client()
                    .json("/api/v1/people/%s/history".formatted(person.digest().hex()))
                    .path("statements");
        } catch (CommandFailure nobody) {
            if (nobody.exit() != ExitCode.NO) {
                throw nobody;
            }
            return Output.object().path("statements");
        }
    }
}
