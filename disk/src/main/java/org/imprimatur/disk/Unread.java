package org.imprimatur.disk;

/**
 * Something in an image that could not be read, so that nobody may say they have seen all of it.
 *
 * @param where the place: a path, a partition, an offset
 * @param reason one sentence: what was found and what was expected
 */
public record Unread(String where, String reason) {

    @Override
    public String toString() {
        return where + ": " + reason;
    }
}
