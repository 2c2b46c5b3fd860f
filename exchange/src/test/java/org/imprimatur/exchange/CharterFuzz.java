package org.imprimatur.exchange;

import java.util.stream.Stream;
import org.imprimatur.register.Charter;
import org.imprimatur.register.MalformedInput;

/** Charters: what is read is written the same. */
public final class CharterFuzz {

    private CharterFuzz() {}

    /** A good one. */
    public static Stream<byte[]> seeds() {
        return Stream.of(CharterJson.write(new SampleLedger().charter));
    }

    /** Ends with a charter, or with MalformedInput. */
    public static void fuzzerTestOneInput(byte[] input) {
        Charter charter;
        try {
            charter = CharterJson.read(input);
        } catch (MalformedInput e) {
            if (e.explanation().isBlank()) {
                throw new AssertionError("no explanation", e);
            }
            return;
        }
        if (!CharterJson.read(CharterJson.write(charter)).equals(charter)) {
            throw new AssertionError("what is written is not what was read");
        }
    }
}
