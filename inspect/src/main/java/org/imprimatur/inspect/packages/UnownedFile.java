package org.imprimatur.inspect.packages;

/**
 * A file that belongs to no package.
 *
 * @param path the place, for display
 */
public record UnownedFile(String path, Kind kind) implements Comparable<UnownedFile> {

    /** Why such a file is worth a look, the weightiest first. */
    public enum Kind {
        /** A program that runs with the rights of its owner or group, whoever starts it. */
        SETUID,
        /** A program. */
        EXECUTABLE,
        /** Not a program, but in a directory that packages fill. */
        SYSTEM,
        /** Anything else: data, configuration, homes. */
        OTHER
    }

    @Override
    public int compareTo(UnownedFile other) {
        int byPath = path.compareTo(other.path);
        return byPath != 0 ? byPath : kind.compareTo(other.kind);
    }
}
