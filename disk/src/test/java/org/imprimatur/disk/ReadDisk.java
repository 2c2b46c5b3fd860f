package org.imprimatur.disk;

import java.io.IOException;
import java.util.Arrays;

/** Reads all that a container stores of its disk, and none of its holes, and follows its map. */
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
            DiskMap.runs(file, Limits.DEFAULT, new Follower(file, disk));
        }
    }

    /** Holds the beginning of each run against what is read. */
    private static final class Follower implements DiskMap.Sink {

        private final BlockDevice file;
        private final BlockDevice disk;
        private final byte[] there = new byte[512];
        private final byte[] here = new byte[512];
        private long end;

        Follower(BlockDevice file, BlockDevice disk) {
            this.file = file;
            this.disk = disk;
        }

        @Override
        public void run(long start, long place, long length) throws IOException {
            if (start < end || length <= 0 || length > disk.size() - start) {
                throw new AssertionError(
                        "a run of %d at %d after %d of %d"
                                .formatted(length, start, end, disk.size()));
            }
            end = start + length;
            int some = (int) Math.min(here.length, length);
            file.read(place, there, 0, some);
            disk.read(start, here, 0, some);
            if (Arrays.mismatch(there, 0, some, here, 0, some) >= 0) {
                throw new AssertionError(
                        "%d on the disk is not %d of the file".formatted(start, place));
            }
        }
    }
}
