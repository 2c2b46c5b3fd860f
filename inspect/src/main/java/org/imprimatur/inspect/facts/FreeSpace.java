package org.imprimatur.inspect.facts;

/**
 * What the free space of a volume holds. What was deleted stays there until it is overwritten, and
 * everyone who gets the image can read it.
 *
 * @param volume the id of the volume
 * @param bytes how much space is free
 * @param usedBytes how much of it is in blocks of 4096 bytes that are not all zero
 * @param firstUsed where on the volume the first byte stands that is not zero; -1 where all is zero
 */
public record FreeSpace(String volume, long bytes, long usedBytes, long firstUsed) {

    /** Refuses numbers that cannot be. */
    public FreeSpace {
        if (usedBytes < 0 || usedBytes > bytes || (usedBytes == 0) != (firstUsed < 0)) {
            throw new IllegalArgumentException(
                    "%d of %d bytes, the first at %d".formatted(usedBytes, bytes, firstUsed));
        }
    }
}
