package org.imprimatur.ledger;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.stream.Stream;

/** Verifier keys from anybody: read, or refused. */
public final class VerifierKeyFuzz {

    private VerifierKeyFuzz() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) {
        var text = new String(input, ISO_8859_1);
        NoteVerifier key;
        try {
            key = NoteVerifier.parse(text);
        } catch (MalformedInput refused) {
            return;
        }
        if (!key.toString().equals(text)) {
            throw new AssertionError("a key with two spellings");
        }
    }

    /** A key of each kind. */
    public static Stream<byte[]> seeds() {
        return Stream.of(SampleKeys.ledger(), SampleKeys.witness().verifier())
                .map(key -> key.toString().getBytes(ISO_8859_1));
    }
}
