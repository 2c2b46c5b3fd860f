package org.imprimatur.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.imprimatur.trust.Locked;
import org.imprimatur.trust.PasswordSource;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TokenUri;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who signs: a key and its certificate. */
final class KeyOptions {

    /** A password for those who start programs and cannot be asked, such as build servers. */
    private static final String PASSWORD_VARIABLE = "IMPRIMATUR_PASSWORD";

    @Option(
            names = "--key",
            paramLabel = "FILE|URI",
            required = true,
            defaultValue = "${env:IMPRIMATUR_KEY}",
            description =
                    "Your private key: a PEM or PKCS#12 file, or a key on a token as"
                            + " pkcs11:token=NAME;object=NAME (default: $IMPRIMATUR_KEY).")
    private String key = "";

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            defaultValue = "${env:IMPRIMATUR_CERT}",
            description =
                    "Your certificate and those above it, PEM, where the key file or token does not"
                            + " hold them (default: $IMPRIMATUR_CERT).")
    private @Nullable Path certificate;

    @Option(
            names = "--alias",
            paramLabel = "NAME",
            description = "Which of several keys in a PKCS#12 file (default: the only one).")
    private @Nullable String alias;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description =
                    "A file whose first line is the key's password or the token's PIN (default:"
                            + " $IMPRIMATUR_PASSWORD, else ask).")
    private @Nullable Path passwordFile;

    @Option(
            names = "--pkcs11-module",
            paramLabel = "FILE",
            defaultValue = "${env:IMPRIMATUR_PKCS11_MODULE}",
            description =
                    "The PKCS#11 module of your token (default: $IMPRIMATUR_PKCS11_MODULE, else that of"
                            + " p11-kit).")
    private @Nullable Path module;

    SigningKey read(Output output) {
        var signingKey = read();
        signingKey.warnings().forEach(warning -> output.err().println("warning: " + warning));
        return signingKey;
    }

    private SigningKey read() {
        if (TokenUri.looksLike(key)) {
            return SigningKey.read(TokenUri.parse(key), module, certificate, passwords());
        }
        Path file;
        try {
            file = Path.of(key);
        } catch (InvalidPathException e) {
            throw new CommandFailure(ExitCode.USAGE, "--key is neither a file nor a URI", e);
        }
        return certificate == null
                ? SigningKey.read(file, passwords(), alias)
                : SigningKey.read(file, certificate, passwords());
    }

    private PasswordSource passwords() {
        if (passwordFile != null) {
            return PasswordSource.ofFile(passwordFile);
        }
        var given = System.getenv(PASSWORD_VARIABLE);
        return given == null ? KeyOptions::ask : PasswordSource.of(given);
    }

    private static char[] ask(Locked locked) {
        var console = System.console();
        var password =
                console == null || !console.isTerminal()
                        ? null
                        : console.readPassword("%s: ", question(locked));
        if (password == null) {
            return PasswordSource.none().passwordFor(locked);
        }
        return password;
    }

    private static String question(Locked locked) {
        return switch (locked) {
            case Locked.KeyFile(var file) -> "Password of " + file;
            case Locked.Token(var label, var lastTry) ->
                    "PIN of the token '%s'%s"
                            .formatted(
                                    label, lastTry ? " (the last try before it locks itself)" : "");
        };
    }
}
