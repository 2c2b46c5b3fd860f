package org.imprimatur.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Role;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Terms;
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

    @Option(
            names = "--not-before",
            paramLabel = "INSTANT",
            description = "When the appointment begins (default: at once).")
    private @Nullable Instant notBefore;

    @Option(
            names = "--not-after",
            paramLabel = "INSTANT",
            description = "When the appointment ends (default: when the person is dismissed).")
    private @Nullable Instant notAfter;

    @Option(
            names = "--shared-key",
            description =
                    "The certificate is one that several people of the team use; each act then names"
                            + " the individual.")
    private boolean sharedKey;

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
                                Objects.requireNonNull(responsibility),
                                new Terms(notBefore, notAfter, grant.team(), sharedKey)));
    }
}
