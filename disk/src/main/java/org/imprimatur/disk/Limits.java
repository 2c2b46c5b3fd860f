package org.imprimatur.disk;

/**
 * How much an image may ask of its reader. What goes beyond is refused or reported as unread, never
 * cut off in silence.
 *
 * @param maxVirtualBytes the largest disk a guest may see in the image
 * @param maxVolumes the most partitions of one disk
 * @param maxDirectoryDepth the most directories above a file
 * @param maxEntries the most entries in all directories of one file system
 * @param maxPathBytes the longest path, in bytes
 */
public record Limits(
        long maxVirtualBytes,
        int maxVolumes,
        int maxDirectoryDepth,
        long maxEntries,
        int maxPathBytes) {

    /** 8 TiB, 256 volumes, 256 levels, 10 million entries, paths of 16 KiB. */
    public static final Limits DEFAULT = new Limits(8L << 40, 256, 256, 10_000_000, 16 << 10);

    public Limits {
        if (maxVirtualBytes < 1
                || maxVolumes < 1
                || maxDirectoryDepth < 1
                || maxEntries < 1
                || maxPathBytes < 1) {
            throw new IllegalArgumentException("a limit below 1 would refuse every image");
        }
    }
}
