package org.imprimatur.disk;

import java.io.IOException;
import java.util.stream.Stream;

/** VDI on a {@link SparseDisk}. */
public final class VdiFuzz {

    private VdiFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        try {
            ReadDisk.of(new SparseDisk(input));
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    public static Stream<byte[]> seeds() {
        return Stream.of("dynamic.vdi.gz")
                .map(name -> SparseDisk.of(Fixtures.bytes("containers/" + name)));
    }
}
