package org.imprimatur.disk;

import java.io.IOException;
import java.util.stream.Stream;

/** OVA, with a manifest and without, on a {@link SparseDisk}. */
public final class OvaFuzz {

    private OvaFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        try {
            ReadDisk.of(new SparseDisk(input));
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    public static Stream<byte[]> seeds() {
        return Stream.of(Ovas.good(), Ovas.withoutManifest()).map(SparseDisk::of);
    }
}
