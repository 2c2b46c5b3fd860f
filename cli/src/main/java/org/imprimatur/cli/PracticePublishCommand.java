package org.imprimatur.cli;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Team;
import org.imprimatur.register.Version;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "publish",
        description = {
            "Publish a version of your practice statement: how you check and endorse images.",
            "The node serves the newest at an address that stays, and every older one."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  imprimatur practice publish practice.md --owner vo:biomed --title 'How we build' \\",
            "      --practice-version 3 --key me.pem --node https://catalogue.example"
        })
final class PracticePublishCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();
    @Mixin private final DocumentOptions document = new DocumentOptions();

    @Option(
            names = "--owner",
            required = true,
            converter = Converters.OwnerConverter.class,
            description = "For whom you endorse: infrastructure:NAME, vo:NAME or site:NAME.")
    private @Nullable Owner owner;

    @Option(
            names = "--team",
            converter = Converters.TeamConverter.class,
            description = "The team whose practice it is (default: your own).")
    private @Nullable Team team;

    @Option(names = "--title", required = true, description = "One line for people.")
    private @Nullable String title;

    @Option(
            names = "--practice-version",
            paramLabel = "VERSION",
            required = true,
            converter = Converters.VersionConverter.class,
            description = "Version of the statement; never used twice.")
    private @Nullable Version version;

    @Override
    public Integer call() throws IOException {
        var bytes = document.bytes();
        return signing.submit(
                output,
                "Version %s of the practice statement is published.".formatted(version),
                (connection, header) -> {
                    var statement =
                            new Statement.Practice(
                                    header,
                                    Objects.requireNonNull(owner),
                                    team,
                                    Objects.requireNonNull(title),
                                    Objects.requireNonNull(version),
                                    document.mediaType(),
                                    Sha256.of(bytes));
                    connection.client().attach(bytes);
                    return statement;
                });
    }
}
