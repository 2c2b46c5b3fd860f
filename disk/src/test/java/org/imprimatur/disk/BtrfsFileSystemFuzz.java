package org.imprimatur.disk;

import java.io.IOException;
import java.util.stream.Stream;

/** btrfs on a {@link SparseDisk}, its checksums made right. */
public final class BtrfsFileSystemFuzz {

    private BtrfsFileSystemFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        BlockDevice device = new SealedBtrfs(new SparseDisk(input));
        try {
            FileSystem fileSystem = BtrfsFileSystem.open(device, Limits.DEFAULT);
            fileSystem.subvolumes();
            ReadEverything.of(fileSystem, device.size());
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    /** The fixtures whose content is small. */
    public static Stream<byte[]> seeds() {
        return Stream.of("btrfs-old.raw.gz", "btrfs-log.raw.gz", "btrfs-xxhash.raw.gz")
                .map(name -> SparseDisk.of(Fixtures.bytes(name)));
    }
}
