package org.imprimatur.node.web;

import java.util.List;
import java.util.stream.Collectors;
import org.imprimatur.node.catalogue.PeopleRoutes;
import org.imprimatur.register.PolicyVersion;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Role;
import org.imprimatur.register.Statement.Practice;

/** What binds those who act here, and how they work; all plain text that the template escapes. */
public record PoliciesPage(String origin, List<PolicyRow> policies, List<PracticeRow> practices) {

    public PoliciesPage {
        policies = List.copyOf(policies);
        practices = List.copyOf(practices);
    }

    /**
     * A version of a policy.
     *
     * @param document its address
     * @param by who put it in force
     * @param acceptBefore empty for the charter's, which bound from the start
     * @param news what is new in it; empty for the charter's
     */
    public record PolicyRow(
            String name,
            String version,
            String document,
            String sha256,
            String by,
            String roles,
            String acceptBefore,
            String news) {}

    /** A practice statement, the newest first. */
    public record PracticeRow(
            String title,
            String version,
            String document,
            String owner,
            String endorser,
            String when) {}

    static PoliciesPage of(Register register) {
        return new PoliciesPage(
                register.charter().origin().text(),
                register.policies().stream().map(PoliciesPage::row).toList(),
                register.practices().reversed().stream().map(PoliciesPage::row).toList());
    }

    private static PolicyRow row(PolicyVersion version) {
        var policy = version.policy();
        var statement = version.statement();
        return new PolicyRow(
                policy.name(),
                policy.version(),
                "/api/v1/policies/" + policy.sha256().hex(),
                policy.sha256().hex().substring(0, 16),
                statement == null ? "the charter" : statement.statement().owner().toString(),
                version.roles().size() == Role.values().length
                        ? "every role"
                        : version.roles().stream()
                                .sorted()
                                .map(Role::wire)
                                .collect(Collectors.joining(", ")),
                Words.when(version.acceptBefore()),
                statement == null ? "" : statement.statement().explanation());
    }

    private static PracticeRow row(Recorded<Practice> entry) {
        var practice = entry.statement();
        var team = practice.team();
        return new PracticeRow(
                practice.title(),
                practice.version().text(),
                PeopleRoutes.address(practice),
                practice.owner().toString(),
                team == null ? Words.commonName(practice.signer()) : team.name(),
                Words.when(entry.admittedAt()));
    }
}
