package org.imprimatur.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;

/** Partition tables, volumes and file systems, on a {@link SparseDisk}. */
public final class DiskImageFuzz {

    private static final int MAX_SEED = 200_000;

    private DiskImageFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        try {
            ReadEverything.of(new SparseDisk(input));
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    /** The raw fixtures whose content is small. */
    public static Stream<byte[]> seeds() throws IOException {
        try (var files = Files.walk(Fixtures.ROOT)) {
            return files
                    .map(file -> Fixtures.ROOT.relativize(file).toString())
                    .filter(name -> name.endsWith(".raw.gz"))
                    .sorted()
                    .map(name -> SparseDisk.of(Fixtures.bytes(name)))
                    .filter(seed -> seed.length <= MAX_SEED)
                    .toList()
                    .stream();
        }
    }
}
