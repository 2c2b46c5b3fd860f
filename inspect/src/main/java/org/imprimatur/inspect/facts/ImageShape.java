package org.imprimatur.inspect.facts;

import java.time.Instant;

/**
 * What is known of an image from outside its files.
 *
 * @param at the moment that it is judged for
 * @param name of the image file, without its directory
 * @param format as its first bytes say: {@code raw}, {@code qcow2}, …
 * @param fileBytes size of the file
 * @param virtualBytes size of the disk that a guest sees
 * @param swapVolumes partitions that hold swap space, by their type
 * @param logicalVolumes true if file systems lie in logical volumes
 * @param cacheBytes size of what package managers fetched and keep
 */
public record ImageShape(
        Instant at,
        String name,
        String format,
        long fileBytes,
        long virtualBytes,
        int swapVolumes,
        boolean logicalVolumes,
        long cacheBytes) {

    /** Nothing is known, as of the beginning of time. */
    public static final ImageShape UNKNOWN =
            new ImageShape(Instant.EPOCH, "", "", 0, 0, 0, false, 0);
}
