package org.imprimatur.inspect.facts;

/**
 * A file whose mode gives more than it should, outside of what packages ship.
 *
 * @param path the place, for display
 * @param mode permission bits with setuid and setgid
 */
public record PrivilegedFile(String path, int mode) implements Comparable<PrivilegedFile> {

    private static final int SETUID = 04000;

    /** True if whoever runs it is its owner. */
    public boolean isSetuid() {
        return (mode & SETUID) != 0;
    }

    @Override
    public int compareTo(PrivilegedFile other) {
        return path.compareTo(other.path);
    }
}
