package org.imprimatur.cli;

import java.io.IOException;
import java.util.Objects;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.Role;
import org.imprimatur.register.Team;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Who acts in which role for whom. */
final class GrantOptions {

    @Mixin private final PersonOptions person = new PersonOptions();

    @Option(
            names = "--owner",
            required = true,
            paramLabel = "OWNER",
            converter = Converters.OwnerConverter.class,
            description = "infrastructure:NAME, vo:NAME or site:NAME.")
    private @Nullable Owner owner;

    @Option(
            names = "--role",
            required = true,
            paramLabel = "ROLE",
            converter = Converters.RoleConverter.class,
            description =
                    "endorser, site-approver, security-officer, appointer, contact, image-producer, vo-producer,"
                            + " image-combiner or vm-operator.")
    private @Nullable Role role;

    @Option(
            names = "--team",
            converter = Converters.TeamConverter.class,
            description = "The team in whose name the person acts (endorser, vm-operator).")
    private @Nullable Team team;

    @Nullable Team team() {
        return team;
    }

    Owner owner() {
        return Objects.requireNonNull(owner);
    }

    Role role() {
        return Objects.requireNonNull(role);
    }

    Person person() throws IOException {
        return person.person();
    }
}
