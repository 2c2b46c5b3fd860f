package org.imprimatur.inspect.facts;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
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
 * @param dataBytes how much of that disk is not known to be zeros; 0 where that is not known
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
        long dataBytes,
        int swapVolumes,
        boolean logicalVolumes,
        List<Place> uncleanJournals,
        long cacheBytes) {

    /** Copies the list. */
    public ImageShape {
        uncleanJournals = List.copyOf(uncleanJournals);
    }

    /** The day that it is judged for. */
    public LocalDate day() {
        return at.atZone(ZoneOffset.UTC).toLocalDate();
    }

    /** Nothing is known, as of the beginning of time. */
    public static final ImageShape UNKNOWN =
            new ImageShape(Instant.EPOCH, "", "", 0, 0, 0, 0, false, List.of(), 0);
}
