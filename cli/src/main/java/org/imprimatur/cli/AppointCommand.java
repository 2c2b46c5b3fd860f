package org.imprimatur.cli;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Role;
import org.imprimatur.register.Statement;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "appoint",
        description = "Appoint a person to a role: you sign for the owner, who answers for them.",
        footerHeading = "%nExample:%n",
        footer = {
            "  imprimatur appoint --owner vo:biomed --role endorser --person endorser.pem --name 'Build"
                    + " team' \\",
            "      --contact security@biomed.example --key me.pem --node https://catalogue.example"
        })
final class AppointCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();
    @Mixin private final GrantOptions grant = new GrantOptions();

    @Option(
            names = "--name",
            required = true,
            description = "The person's name, for people to read.")
    private @Nullable String name;

    @Option(
            names = "--contact",
            required = true,
            description = "Mail address for security matters (END-4.8).")
    private @Nullable String contact;

    @Option(
            names = "--responsibility",
            defaultValue =
                    "We appoint this person, answer for what they do in this role, and have made"
                            + " them aware of the policy.",
            description = "What the owner answers for (default: '${DEFAULT-VALUE}').")
    private @Nullable String responsibility;

    @Override
    public Integer call() throws IOException {
        var person = grant.person();
        Owner owner = grant.owner();
        Role role = grant.role();
        return signing.submit(
                output,
                "%s is now %s of %s.".formatted(name, role, owner),
                (_, header) ->
                        new Statement.Appointment(
                                header,
                                owner,
                                role,
                                person,
                                Objects.requireNonNull(name),
                                Objects.requireNonNull(contact),
                                Objects.requireNonNull(responsibility)));
    }
}
