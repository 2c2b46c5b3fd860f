package org.imprimatur.disk;

import java.io.IOException;
import java.util.stream.Stream;

/** FAT on a {@link SparseDisk}. */
public final class FatFileSystemFuzz {

    private FatFileSystemFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        BlockDevice device = new SparseDisk(input);
        try {
            ReadEverything.of(FatFileSystem.open(device, Limits.DEFAULT), device.size());
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    public static Stream<byte[]> seeds() {
        return Stream.of("fat-12.raw.gz", "fat-16.raw.gz")
                .map(name -> SparseDisk.of(Fixtures.bytes(name)));
    }
}
