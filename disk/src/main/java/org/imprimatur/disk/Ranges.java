package org.imprimatur.disk;

/** The check that stands before every read and every allocation. */
final class Ranges {

    private Ranges() {}

    /** Whether a range is wholly inside {@code [0, bound)}. */
    static boolean isInside(long offset, long length, long bound) {
        return offset >= 0 && length >= 0 && offset <= bound && length <= bound - offset;
    }

    /** The same for one of many things; its name is made only when it is needed. */
    static void check(String what, long number, long offset, long length, long bound)
            throws CorruptImageException {
        if (!isInside(offset, length, bound)) {
            check(what + " " + number, offset, length, bound);
        }
    }

    /** Refuses a range that is not wholly inside {@code [0, bound)}; no sum here can overflow. */
    static void check(String what, long offset, long length, long bound)
            throws CorruptImageException {
        if (!isInside(offset, length, bound)) {
            throw new CorruptImageException(
                    "%s of %d bytes at offset %d lies outside its %d bytes"
                            .formatted(what, length, offset, bound));
        }
    }
}
