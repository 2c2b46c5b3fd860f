package org.imprimatur.disk;

import java.io.IOException;
import java.util.stream.Stream;

/** qcow2 on a {@link SparseDisk}. */
public final class Qcow2Fuzz {

    private Qcow2Fuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        try {
            ReadDisk.of(new SparseDisk(input));
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    public static Stream<byte[]> seeds() {
        return Stream.of(
                        "zlib-512.qcow2.gz",
                        "zstd-4k.qcow2.gz",
                        "extended-16k.qcow2.gz",
                        "extended-zstd-128k.qcow2.gz")
                .map(name -> SparseDisk.of(Fixtures.bytes("containers/" + name)));
    }
}
