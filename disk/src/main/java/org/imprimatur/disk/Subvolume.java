package org.imprimatur.disk;

import java.util.Optional;
import java.util.UUID;

/**
 * A part of a file system that can be mounted by itself, such as a subvolume or snapshot of btrfs.
 *
 * <p>Its files are also seen below {@link #path} in the file system that it is a part of, with the
 * same inode numbers.
 *
 * @param path where it stands in the whole file system: absolute, {@code /} for the top level
 * @param id as the file system numbers it, as in the mount option {@code subvolid}
 * @param isDefault whether it is mounted when nothing else is asked for
 * @param isReadOnly whether nobody could write to it
 * @param lineage names the oldest part that this one descends from by snapshots, itself if it is
 *     none; empty where the file system does not tell
 * @param view the same file system with this part as its root
 */
public record Subvolume(
        FilePath path,
        long id,
        boolean isDefault,
        boolean isReadOnly,
        Optional<UUID> lineage,
        FileSystem view) {

    public Subvolume {
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("the path '%s' is not absolute".formatted(path));
        }
    }

    /** Whether this keeps an earlier state of the other, or of what both descend from. */
    public boolean isSnapshotOf(Subvolume other) {
        return isReadOnly && id != other.id && lineage.isPresent() && lineage.equals(other.lineage);
    }
}
