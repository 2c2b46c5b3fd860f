package org.imprimatur.trust;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Key files in PEM, of somebody who has no password for them. */
public final class KeyFileFuzz {

    private static final Path FILE = file();

    private KeyFileFuzz() {}

    private static Path file() {
        try {
            var file = Files.createTempFile("key", ".pem");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A key with its certificate. */
    public static Stream<byte[]> seeds() {
        var alice = Samples.authority().issue("Alice");
        return Stream.of(
                        Pem.write("PRIVATE KEY", alice.privateKey().getEncoded())
                                + Pem.write("CERTIFICATE", Certificates.der(alice.certificate())))
                .map(text -> text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Ends with a key that signs, or with UnusableKey. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (!Pem.looksLikePem(input)) {
            return; // PKCS#12 says itself how long it takes to open
        }
        Files.write(FILE, input);
        try {
            SigningKey.read(FILE, PasswordSource.none()).sign(input);
        } catch (UnusableKey e) {
            if (e.explanation().isBlank()) {
                throw new AssertionError("no explanation", e);
            }
        }
    }
}
