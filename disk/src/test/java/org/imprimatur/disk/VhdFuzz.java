package org.imprimatur.disk;

import java.io.IOException;
import java.util.stream.Stream;

/** VHD with right checksums on a {@link SparseDisk}. */
public final class VhdFuzz {

    private VhdFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        try {
            ReadDisk.of(ResealedDevice.of(new SparseDisk(input)));
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    public static Stream<byte[]> seeds() {
        return Stream.of("dynamic.vhd.gz", "dynamic-bitmaps.vhd.gz", "fixed.vhd.gz")
                .map(name -> SparseDisk.of(Fixtures.bytes("containers/" + name)));
    }
}
