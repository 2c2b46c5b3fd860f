package org.imprimatur.disk;

/**
 * A part of a file system that can be mounted by itself, such as a subvolume or snapshot of btrfs.
 *
 * <p>Its files are also seen below {@link #path} in the file system that it is a part of, with the
 * same inode numbers.
 *
 * @param path where it stands in the whole file system: absolute, {@code /} for the top level
 * @param id as the file system numbers it, as in the mount option {@code subvolid}
 * @param isDefault whether it is mounted when nothing else is asked for
 * @param view the same file system with this part as its root
 */
public record Subvolume(FilePath path, long id, boolean isDefault, FileSystem view) {

    public Subvolume {
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("the path '%s' is not absolute".formatted(path));
        }
    }
}
