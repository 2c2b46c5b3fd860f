package org.imprimatur.disk;

import java.io.IOException;
import java.util.stream.Stream;

/** ISO 9660 on a {@link SparseDisk}. */
public final class IsoFileSystemFuzz {

    private IsoFileSystemFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        BlockDevice device = new SparseDisk(input);
        try {
            ReadEverything.of(IsoFileSystem.open(device, Limits.DEFAULT), device.size());
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    public static Stream<byte[]> seeds() {
        return Stream.of("iso-rr-moved.raw.gz", "iso-rr-joliet.raw.gz", "iso-plain.raw.gz")
                .map(name -> SparseDisk.of(Fixtures.bytes(name)));
    }
}
