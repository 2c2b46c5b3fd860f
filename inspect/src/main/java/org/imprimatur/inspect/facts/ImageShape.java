package org.imprimatur.inspect.facts;

import java.time.Instant;
import java.util.List;
import org.imprimatur.inspect.facts.config.Place;

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
 * @param uncleanJournals file systems that were in use when the image was made, and what their
 *     journals still had to do
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
        List<Place> uncleanJournals,
        long cacheBytes) {

    /** Copies the list. */
    public ImageShape {
        uncleanJournals = List.copyOf(uncleanJournals);
    }

    /** Nothing is known, as of the beginning of time. */
    public static final ImageShape UNKNOWN =
            new ImageShape(Instant.EPOCH, "", "", 0, 0, 0, false, List.of(), 0);
}
