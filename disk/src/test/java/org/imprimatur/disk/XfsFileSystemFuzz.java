package org.imprimatur.disk;

import java.io.IOException;
import java.util.stream.Stream;

/** XFS and its journal on a {@link SparseDisk}, its checksums made right. */
public final class XfsFileSystemFuzz {

    private XfsFileSystemFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        BlockDevice device = new SealedXfs(new SparseDisk(input));
        try {
            ReadEverything.of(XfsFileSystem.open(device, Limits.DEFAULT), device.size());
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    /** The smallest images of both versions, and one with a journal that waits. */
    public static Stream<byte[]> seeds() {
        return Stream.of("xfs-v4-512.raw.gz", "xfs-default.raw.gz", "xfs-dirty.raw.gz")
                .map(name -> SparseDisk.of(Fixtures.bytes(name)));
    }
}
