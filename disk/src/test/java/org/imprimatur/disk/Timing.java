package org.imprimatur.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.concurrent.Executors;

/** Times listing, reading and hashing a disk: {@code java … org.imprimatur.disk.Timing IMAGE}. */
final class Timing {

    private Timing() {}

    private record Found(long first, Inode inode) {}

    public static void main(String[] arguments) throws IOException {
        for (int round = 0; round < 3; round++) {
            long start = System.nanoTime();
            try (DiskImage image = DiskImage.open(Path.of(arguments[0]), Limits.DEFAULT)) {
                FileSystem fileSystem = Fixtures.fileSystem(image);
                long opened = System.nanoTime();
                var files = new ArrayList<Found>();
                int[] entries = new int[1];
                var unread =
                        Fixtures.tree(image)
                                .walk(
                                        (_, inode, first) -> {
                                            entries[0]++;
                                            if (inode.isRegular() && first) {
                                                files.add(
                                                        new Found(
                                                                fileSystem.firstByte(inode),
                                                                inode));
                                            }
                                        });
                long listed = System.nanoTime();
                files.sort(Comparator.comparingLong(Found::first));
                long[] bytes = new long[1];
                for (Found each : files) {
                    fileSystem.read(each.inode(), (_, _, _, length) -> bytes[0] += length);
                }
                long read = System.nanoTime();
                byte[] root;
                try (var workers = Executors.newFixedThreadPool(2)) {
                    root = ContentTree.of(image.disk(), workers, 2, _ -> {}).root();
                }
                long hashed = System.nanoTime();
                System.out.printf(
                        "%s: open %d ms, list %d entries %d ms, read %d MB %d ms, content tree %d ms, unread %d, root %s%n",
                        image.format(),
                        (opened - start) / 1_000_000,
                        entries[0],
                        (listed - opened) / 1_000_000,
                        bytes[0] / 1_000_000,
                        (read - listed) / 1_000_000,
                        (hashed - read) / 1_000_000,
                        unread.size(),
                        HexFormat.of().formatHex(root, 0, 8));
            }
        }
    }
}
