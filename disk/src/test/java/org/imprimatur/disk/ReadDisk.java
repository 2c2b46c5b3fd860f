package org.imprimatur.disk;

import java.io.IOException;

/** Reads all that a container stores of its disk, and none of its holes. */
final class ReadDisk {

    private static final int CHUNK = 100_000;

    private ReadDisk() {}

    /**
     * @throws ImageException when the container is refused or a part of the disk is damaged
     */
    static void of(BlockDevice file) throws IOException {
        Container container = Container.open(file, Limits.DEFAULT);
        try (BlockDevice disk = container.disk()) {
            byte[] buffer = new byte[CHUNK];
            long at = disk.nextData(0);
            while (at < disk.size()) {
                long hole = disk.nextHole(at);
                if (hole <= at || hole > disk.size()) {
                    throw new AssertionError("a hole at %d after data at %d".formatted(hole, at));
                }
                while (at < hole) {
                    int length = (int) Math.min(CHUNK, hole - at);
                    disk.read(at, buffer, 0, length);
                    at += length;
                }
                at = disk.nextData(hole);
            }
        }
    }
}
