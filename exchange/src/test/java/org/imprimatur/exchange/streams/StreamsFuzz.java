package org.imprimatur.exchange.streams;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.imprimatur.exchange.streams.StreamsReader.Terms;

/** Any bytes as an index, as products, and as a signed text. */
public final class StreamsFuzz {

    private static final ClearSigned.Keyring KEYS =
            ClearSigned.Keyring.read(StreamsTest.file("trial.public.asc"));
    private static final Terms TERMS =
            new Terms(StreamsTest.NOW, Optional.empty(), Optional.empty(), Optional.empty());

    private StreamsFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        for (boolean index : new boolean[] {true, false}) {
            try {
                new StreamsReader((path, _) -> Optional.of(answer(path, index, input)), TERMS)
                        .read();
            } catch (StreamsRefusal e) {
                check(e);
            }
        }
        try {
            ClearSigned.verify(input, KEYS, StreamsTest.NOW);
        } catch (StreamsRefusal e) {
            check(e);
        }
    }

    private static byte[] answer(String path, boolean index, byte[] input) {
        return path.equals("streams/v1/index.json") == index
                ? input
                : StreamsTest.INDEX.getBytes(StandardCharsets.UTF_8);
    }

    private static void check(StreamsRefusal refusal) {
        if (refusal.explanation().isBlank()) {
            throw new AssertionError("no explanation", refusal);
        }
    }

    public static Stream<byte[]> seeds() {
        return Stream.of(
                StreamsTest.INDEX.getBytes(StandardCharsets.UTF_8),
                StreamsTest.PRODUCTS.getBytes(StandardCharsets.UTF_8),
                StreamsTest.file("by-gpg-ed25519.sjson"),
                StreamsTest.file("by-gpg-rsa.sjson"),
                StreamsTest.file("by-gpg-dashes.txt"));
    }
}
