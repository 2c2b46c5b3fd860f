package org.imprimatur.inspect.packages;

import java.io.IOException;
import java.util.stream.Stream;
import org.imprimatur.inspect.facts.UnreadableException;

/** Java archives in memory. */
public final class JarFuzz {

    private JarFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        try {
            JarPackages.in(FileBytes.of(input), "/x/lib-1.0.jar");
        } catch (UnreadableException | TooMuchException _) {
            // Refused, as it should be.
        }
    }

    public static Stream<byte[]> seeds() throws IOException {
        return Stream.of(JarPackagesTest.library(), JarPackagesTest.nested());
    }
}
