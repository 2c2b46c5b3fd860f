package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.imprimatur.node.ListConfig;
import org.imprimatur.node.NodeConfig;
import org.imprimatur.node.lists.ListTokens;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Owner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "token",
        description = {
            "Tokens for subscribers of private lists: make one, list them, or revoke one.",
            "Run it where the node runs, as its user. It counts at once, and the node need not be"
                    + " started again."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur list token --config node.yaml --create site-a --owner vo:biomed",
            "  imprimatur list token --config node.yaml --revoke site-a",
            "  imprimatur list token --config node.yaml"
        })
final class ListTokenCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            required = true,
            description = "The node's configuration.")
    private @Nullable Path config;

    @Option(
            names = "--create",
            paramLabel = "NAME",
            description = "Make a token under this name. It is shown once, and kept nowhere.")
    private @Nullable String create;

    @Option(
            names = "--owner",
            converter = Converters.OwnerConverter.class,
            description = "Whose lists the new token opens; may be repeated.")
    private List<Owner> owners = List.of();

    @Option(names = "--revoke", paramLabel = "NAME", description = "Take that token away.")
    private @Nullable String revoke;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (create != null && revoke != null) {
            throw usage("--create or --revoke, not both");
        }
        if ((create != null) == owners.isEmpty()) {
            throw usage("--create needs --owner, and --owner needs --create");
        }
        var tokens = ListConfig.tokens(NodeConfig.read(Objects.requireNonNull(config)));
        try {
            if (create != null) {
                return create(tokens, create);
            }
            return revoke != null ? revoke(tokens, revoke) : list(tokens);
        } catch (MalformedInput wrong) {
            throw new CommandFailure(ExitCode.NO, wrong.explanation(), wrong);
        }
    }

    private ParameterException usage(String text) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), text);
    }

    private int create(ListTokens tokens, String name) throws IOException {
        var secret =
                tokens.create(name, Set.copyOf(owners), new SecureRandom(), At.CLOCK.instant());
        output.line("%s", secret);
        output.err()
                .println(
                        "subscribers write it into the address:"
                                + " https://TOKEN:x-oauth-basic@HOST/store/…");
        output.document(Output.object().put("name", name).put("token", secret));
        return ExitCode.DONE.status();
    }

    private int revoke(ListTokens tokens, String name) throws IOException {
        if (!tokens.revoke(name)) {
            throw new CommandFailure(
                    ExitCode.NO, "there is no token %s".formatted(MalformedInput.quoted(name)));
        }
        output.line("revoked %s", name);
        output.document(Output.object().put("revoked", name));
        return ExitCode.DONE.status();
    }

    private int list(ListTokens tokens) throws IOException {
        var document = Output.object();
        var array = document.putArray("tokens");
        for (var token : tokens.all()) {
            var names = token.owners().stream().map(Owner::toString).sorted().toList();
            output.line(
                    "%-24s %s  %s",
                    token.name(),
                    token.created(),
                    names.stream().collect(Collectors.joining(", ")));
            var item =
                    array.addObject()
                            .put("name", token.name())
                            .put("created", token.created().toString());
            names.forEach(item.putArray("owners")::add);
        }
        output.document(document);
        return ExitCode.DONE.status();
    }
}
