package org.imprimatur.inspect.packages;

/**
 * A file of a package whose content is not what the package shipped.
 *
 * @param path the place, for display
 * @param owner the package
 * @param configuration true for a file that an administrator is meant to change
 */
public record AlteredFile(String path, String owner, boolean configuration)
        implements Comparable<AlteredFile> {

    @Override
    public int compareTo(AlteredFile other) {
        int byPath = path.compareTo(other.path);
        return byPath != 0 ? byPath : owner.compareTo(other.owner);
    }
}
