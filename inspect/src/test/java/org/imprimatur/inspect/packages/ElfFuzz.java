package org.imprimatur.inspect.packages;

import java.io.IOException;
import java.util.stream.Stream;
import org.imprimatur.inspect.facts.UnreadableException;

/** Programs in memory. */
public final class ElfFuzz {

    private ElfFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        try {
            ElfPackages.in(FileBytes.of(input), "/x");
        } catch (UnreadableException | TooMuchException _) {
            // Refused, as it should be.
        }
    }

    public static Stream<byte[]> seeds() {
        return Stream.of("go-inline", "go-pointers", "rust")
                .map(name -> Resources.bytes("elf/" + name + ".gz"));
    }
}
