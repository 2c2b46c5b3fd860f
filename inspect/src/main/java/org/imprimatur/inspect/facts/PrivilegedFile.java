package org.imprimatur.inspect.facts;

import java.util.List;

/**
 * A file whose mode gives more than it should, outside of what packages ship.
 *
 * @param path the place, for display
 * @param mode permission bits with setuid and setgid
 * @param capabilities that it gives to whoever runs it, and that lead to root (capabilities(7))
 */
public record PrivilegedFile(String path, int mode, List<String> capabilities)
        implements Comparable<PrivilegedFile> {

    private static final int SETUID = 04000;

    /** Copies the list. */
    public PrivilegedFile {
        capabilities = List.copyOf(capabilities);
    }

    /** True if whoever runs it is its owner. */
    public boolean isSetuid() {
        return (mode & SETUID) != 0;
    }

    /** True if everybody may write it. */
    public boolean isWorldWritable() {
        return (mode & 0002) != 0;
    }

    @Override
    public int compareTo(PrivilegedFile other) {
        return path.compareTo(other.path);
    }
}
