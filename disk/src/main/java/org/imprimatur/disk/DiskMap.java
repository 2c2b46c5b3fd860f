package org.imprimatur.disk;

import java.io.IOException;

/**
 * Where in the file of an image the bytes of its disk stand as they are, neither packed nor left
 * out: what {@code qemu-img map} tells.
 */
public final class DiskMap {

    private DiskMap() {}

    /** Takes runs, in the order of the disk; none is empty, and none reaches into another. */
    @FunctionalInterface
    public interface Sink {

        /**
         * Takes one.
         *
         * @param start the first byte on the disk
         * @param place where in the file this byte is
         * @param length how many bytes follow each other, there and here; they end inside both
         */
        void run(long start, long place, long length) throws IOException;
    }

    /**
     * Tells all runs. Of the file only what tells where they are is read. Nothing is said of a disk
     * inside an OVA.
     *
     * @param file the bytes of the image file; closed by whoever opened it
     * @throws ImageException when the container cannot be read
     */
    public static void runs(BlockDevice file, Limits limits, Sink sink) throws IOException {
        Sink checked =
                (start, place, length) -> {
                    Ranges.check("a run of the disk", place, length, file.size());
                    sink.run(start, place, length);
                };
        switch (Container.open(file, limits)) {
            case Container(var format, _, _, _) when format.equals("ova") -> {}
            case Container(_, Qcow2Device disk, _, _) -> disk.runs(checked);
            case Container(_, MappedDevice disk, _, _) -> disk.runs(checked);
            case Container(_, BlockDevice disk, _, _) -> sink.run(0, 0, disk.size());
        }
    }
}
