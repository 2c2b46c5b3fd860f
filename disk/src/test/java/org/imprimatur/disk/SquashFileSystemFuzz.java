package org.imprimatur.disk;

import java.io.IOException;
import java.util.stream.Stream;

/** squashfs on a {@link SparseDisk}. */
public final class SquashFileSystemFuzz {

    private SquashFileSystemFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        BlockDevice device = new SparseDisk(input);
        try {
            ReadEverything.of(SquashFileSystem.open(device, Limits.DEFAULT), device.size());
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    public static Stream<byte[]> seeds() {
        return Stream.of("squash-xz.raw.gz", "squash-zstd.raw.gz", "squash-lz4.raw.gz")
                .map(name -> SparseDisk.of(Fixtures.bytes(name)));
    }
}
