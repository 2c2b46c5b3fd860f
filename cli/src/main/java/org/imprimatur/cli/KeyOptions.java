package org.imprimatur.cli;

import java.nio.file.Path;
import java.util.Objects;
import org.imprimatur.trust.PasswordSource;
import org.imprimatur.trust.SigningKey;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who signs: a key and its certificate. */
final class KeyOptions {

    @Option(
            names = "--key",
            paramLabel = "FILE",
            required = true,
            defaultValue = "${env:IMPRIMATUR_KEY}",
            description = "Your private key, PEM or PKCS#12 (default: $IMPRIMATUR_KEY).")
    private @Nullable Path key;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            defaultValue = "${env:IMPRIMATUR_CERT}",
            description =
                    "Your certificate and those above it, PEM, where the key file does not hold them"
                            + " (default: $IMPRIMATUR_CERT).")
    private @Nullable Path certificate;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "A file whose first line is the key's password (default: ask).")
    private @Nullable Path passwordFile;

    SigningKey read(Output output) {
        var file = Objects.requireNonNull(key);
        PasswordSource passwords =
                passwordFile == null ? KeyOptions::ask : PasswordSource.ofFile(passwordFile);
        var signingKey =
                certificate == null
                        ? SigningKey.read(file, passwords)
                        : SigningKey.read(file, certificate, passwords);
        signingKey.warnings().forEach(warning -> output.err().println("warning: " + warning));
        return signingKey;
    }

    private static char[] ask(Path keyFile) {
        var console = System.console();
        var password =
                console == null || !console.isTerminal()
                        ? null
                        : console.readPassword("Password of %s: ", keyFile);
        if (password == null) {
            return PasswordSource.none().passwordFor(keyFile);
        }
        return password;
    }
}
