package org.imprimatur.disk;

/**
 * Something in an image that a careful reader wants to know, though nothing was left unread because
 * of it.
 *
 * @param where the place: a partition, an offset
 * @param text one sentence
 */
public record Note(String where, String text) {

    @Override
    public String toString() {
        return where + ": " + text;
    }
}
