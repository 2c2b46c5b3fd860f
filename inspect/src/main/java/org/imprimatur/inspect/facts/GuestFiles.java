package org.imprimatur.inspect.facts;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Read access to the files of the inspected system, as that system would see them.
 *
 * <p>Paths are absolute, separated by {@code /}, and have one character for each byte. Symbolic
 * links are resolved inside the image, never outside it. A path that does not exist is an ordinary
 * answer; a path that cannot be read is not, and throws.
 */
public interface GuestFiles {

    /** What a path leads to, links followed; null where nothing is. */
    @Nullable Entry find(String path) throws UnreadableException;

    /**
     * Gives the content of a regular file to the sink, holes filled with zeros.
     *
     * @throws UnreadableException also if there is no such file, or it is larger than {@code
     *     maxBytes}
     */
    void read(String path, long maxBytes, Sink sink) throws UnreadableException;

    /** The names in a directory in the order of their bytes, without the dots; empty if absent. */
    List<String> names(String directory) throws UnreadableException;

    /**
     * The target of the symbolic link at a path, as it is written; null if there is no link. Only
     * the links before the last part of the path are followed.
     */
    default @Nullable String link(String path) throws UnreadableException {
        return null;
    }

    /** Takes the content of a file piece by piece. */
    @FunctionalInterface
    interface Sink {

        /** Takes the next bytes. The array is used again after the call. */
        void accept(byte[] buffer, int from, int length) throws UnreadableException;
    }

    /** A file system object: what it is, and how many bytes it has. */
    record Entry(Kind kind, long size) {}

    /** The kinds of objects that matter for configuration. */
    enum Kind {
        FILE,
        DIRECTORY,
        OTHER
    }
}
