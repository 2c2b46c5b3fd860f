package org.imprimatur.disk;

/** The check that stands before every read and every allocation. */
final class Ranges {

    private Ranges() {}

    /** Refuses a range that is not wholly inside {@code [0, bound)}; no sum here can overflow. */
    static void check(String what, long offset, long length, long bound)
            throws CorruptImageException {
        if (offset < 0 || length < 0 || offset > bound || length > bound - offset) {
            throw new CorruptImageException(
                    "%s of %d bytes at offset %d lies outside its %d bytes"
                            .formatted(what, length, offset, bound));
        }
    }
}
