package org.imprimatur.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.register.Owner;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "publish",
        description = {
            "Put a version of a policy in force: an appointer signs for the infrastructure.",
            "Until --accept-before the acceptance of an older version suffices, then nobody acts"
                    + " without accepting this one. Endorsements under older versions go on counting."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  imprimatur policy publish policy-3.pdf --owner infrastructure:egi --name egi-endorsement"
                    + " \\",
            "      --policy-version 3 --accept-before 2027-03-01T00:00:00Z --explanation 'teams' --key"
                    + " me.pem"
        })
final class PolicyPublishCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();
    @Mixin private final DocumentOptions document = new DocumentOptions();

    @Option(
            names = "--owner",
            required = true,
            converter = Converters.OwnerConverter.class,
            description = "Who sets it: infrastructure:NAME, or the only owner of the ledger.")
    private @Nullable Owner owner;

    @Option(
            names = "--name",
            description = "Name of the policy (default: that of the charter's policy).")
    private @Nullable String name;

    @Option(
            names = "--policy-version",
            paramLabel = "VERSION",
            required = true,
            description = "Version of the policy; never used twice.")
    private @Nullable String version;

    @Option(
            names = "--accept-before",
            paramLabel = "INSTANT",
            required = true,
            description = "From when on older acceptances no longer suffice.")
    private @Nullable Instant acceptBefore;

    @Option(
            names = "--role",
            converter = Converters.RoleConverter.class,
            description = "Whom it binds; may be repeated (default: everybody).")
    private List<Role> roles = List.of();

    @Option(names = "--explanation", required = true, description = "What is new.")
    private @Nullable String explanation;

    @Override
    public Integer call() throws IOException {
        var bytes = document.bytes();
        return signing.submit(
                output,
                "The policy is in force; from %s on everybody must have accepted it."
                        .formatted(acceptBefore),
                (connection, header) -> {
                    var statement =
                            new Statement.Policy(
                                    header,
                                    Objects.requireNonNull(owner),
                                    new PolicyRef(
                                            name == null
                                                    ? connection.charter().policy().name()
                                                    : name,
                                            Objects.requireNonNull(version),
                                            Sha256.of(bytes)),
                                    document.mediaType(),
                                    Objects.requireNonNull(acceptBefore),
                                    roles,
                                    Objects.requireNonNull(explanation));
                    connection.client().attach(bytes);
                    return statement;
                });
    }
}
