package org.imprimatur.cli;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Urgency;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "suspend",
        description = {
            "Suspend a person: nothing that they sign is admitted, their endorsements do not count,",
            "and no site that follows the ledger lets them run images, until they are reinstated.",
            "An infrastructure suspends everywhere, a VO or site within itself."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  imprimatur suspend --owner infrastructure:egi --person mallory.pem --known-as mallory \\",
            "      --reason security --urgency critical --explanation 'stolen key' --key me.pem --node"
                    + " https://catalogue.example"
        })
final class SuspendCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();
    @Mixin private final PersonOptions person = new PersonOptions();

    @Option(
            names = "--owner",
            required = true,
            converter = Converters.OwnerConverter.class,
            description = "Who suspends: infrastructure:NAME, vo:NAME or site:NAME.")
    private @Nullable Owner owner;

    @Option(
            names = "--known-as",
            paramLabel = "NAME",
            description = "Another name by which sites know the person; may be repeated.")
    private List<String> names = List.of();

    @Option(
            names = "--reason",
            required = true,
            converter = Converters.SuspensionReasonConverter.class,
            description = "administrative, operational or security.")
    private Statement.Suspension.@Nullable Reason reason;

    @Option(
            names = "--urgency",
            defaultValue = "high",
            converter = Converters.UrgencyConverter.class,
            description = "critical, high, moderate or low (default: ${DEFAULT-VALUE}).")
    private @Nullable Urgency urgency;

    @Option(names = "--explanation", required = true, description = "Why, for the history.")
    private @Nullable String explanation;

    @Override
    public Integer call() throws IOException {
        var suspended = person.person();
        return signing.submit(
                output,
                "%s is suspended by %s; the id below ends it."
                        .formatted(suspended.subject(), owner),
                (_, header) ->
                        new Statement.Suspension(
                                header,
                                Objects.requireNonNull(owner),
                                suspended,
                                names,
                                Objects.requireNonNull(reason),
                                Objects.requireNonNull(urgency),
                                Objects.requireNonNull(explanation)));
    }
}
