package org.imprimatur.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.imprimatur.exchange.oci.ArtifactStore;
import org.imprimatur.exchange.oci.LayoutStore;
import org.imprimatur.exchange.oci.OciReference;
import org.imprimatur.exchange.oci.OciRefusal;
import org.imprimatur.exchange.oci.RegistryStore;
import org.imprimatur.register.MalformedInput;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a registry is spoken to. */
final class RegistryOptions {

    @Option(
            names = "--username",
            paramLabel = "NAME",
            description =
                    "Who you are at the registry (default: as in the configuration of docker or"
                            + " podman).")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "A file whose first line is the password or token (default: ask).")
    private @Nullable Path passwordFile;

    @Option(names = "--plain-http", description = "Speak to the registry without TLS.")
    private boolean plainHttp;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description = "Authorities of the registry's certificate, PEM.")
    private @Nullable Path authorities;

    /** Reads where an artefact is. */
    static OciReference reference(@Nullable String text) {
        try {
            return OciReference.parse(java.util.Objects.requireNonNull(text));
        } catch (MalformedInput wrong) {
            throw new CommandFailure(ExitCode.USAGE, wrong.explanation(), wrong);
        }
    }

    /** Opens the repository, or the layout. */
    ArtifactStore open(OciReference reference, boolean create) throws IOException {
        return switch (reference) {
            case OciReference.Layout layout ->
                    create
                            ? LayoutStore.openOrCreate(layout.directory())
                            : LayoutStore.open(layout.directory());
            case OciReference.Remote remote -> new RegistryStore(remote, access());
        };
    }

    private RegistryStore.Access access() throws IOException {
        return new RegistryStore.Access(
                plainHttp,
                Optional.ofNullable(authorities),
                Optional.ofNullable(user),
                password(),
                Optional.empty());
    }

    private Optional<String> password() throws IOException {
        if (user == null) {
            if (passwordFile != null) {
                throw new CommandFailure(ExitCode.USAGE, "--password-file needs --username");
            }
            return Optional.empty();
        }
        if (passwordFile != null) {
            var text = new String(Input.read(passwordFile, 64 * 1024), StandardCharsets.UTF_8);
            return text.lines().findFirst();
        }
        var console = System.console();
        var typed =
                console == null || !console.isTerminal()
                        ? null
                        : console.readPassword("Password of %s: ", user);
        if (typed == null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "the password of %s? Give it with --password-file".formatted(user));
        }
        return Optional.of(new String(typed));
    }

    /** One place where a refusal gets its exit status and its words. */
    static int refused(Output output, OciReference where, OciRefusal refusal) {
        var code = refusal.code();
        output.document(
                Output.object()
                        .put("verdict", "REFUSED")
                        .put("code", code.label())
                        .put("explanation", refusal.explanation())
                        .put("reference", where.toString()));
        return switch (code.kind()) {
            case REFUSED -> {
                output.line("REFUSED [%s]: %s", code.label(), refusal.explanation());
                yield ExitCode.NO.status();
            }
            case UNREADABLE ->
                    throw new CommandFailure(
                            ExitCode.UNREADABLE,
                            "%s: %s [%s]".formatted(where, refusal.explanation(), code.label()),
                            refusal);
            case UNREACHABLE ->
                    throw new CommandFailure(
                            ExitCode.UNREACHABLE,
                            "%s: %s [%s]".formatted(where, refusal.explanation(), code.label()),
                            refusal);
        };
    }
}
