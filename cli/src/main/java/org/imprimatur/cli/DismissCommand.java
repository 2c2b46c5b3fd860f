package org.imprimatur.cli;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.register.Statement;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "dismiss",
        description = {
            "Dismiss a person from a role.",
            "From then on an endorser's endorsements no longer count."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur dismiss --owner vo:biomed --role endorser --person endorser.pem --explanation"
                        + " 'left the VO' --key me.pem --node https://catalogue.example")
final class DismissCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();
    @Mixin private final GrantOptions grant = new GrantOptions();

    @Option(names = "--explanation", required = true, description = "Why, for the history.")
    private @Nullable String explanation;

    @Override
    public Integer call() throws IOException {
        var person = grant.person();
        return signing.submit(
                output,
                "%s is no longer %s of %s."
                        .formatted(person.subject(), grant.role(), grant.owner()),
                (_, header) ->
                        new Statement.Dismissal(
                                header,
                                grant.owner(),
                                grant.role(),
                                person,
                                grant.team(),
                                Objects.requireNonNull(explanation)));
    }
}
