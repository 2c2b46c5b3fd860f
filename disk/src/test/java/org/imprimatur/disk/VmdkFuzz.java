package org.imprimatur.disk;

import java.io.IOException;
import java.util.stream.Stream;

/** VMDK, its descriptor too, on a {@link SparseDisk}. */
public final class VmdkFuzz {

    private VmdkFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        try {
            ReadDisk.of(new SparseDisk(input));
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    public static Stream<byte[]> seeds() {
        return Stream.of("sparse.vmdk.gz", "stream.vmdk.gz", "stream-footer.vmdk.gz")
                .map(name -> SparseDisk.of(Fixtures.bytes("containers/" + name)));
    }
}
