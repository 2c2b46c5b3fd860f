package org.imprimatur.disk;

import java.io.IOException;
import org.imprimatur.disk.VolumeContent.FileSystemContent;

/** Reads a disk as an inspection does: every volume, every file, every link and attribute. */
final class ReadEverything {

    private ReadEverything() {}

    /**
     * @throws ImageException when nothing of the image can be read
     */
    static void of(BlockDevice device) throws IOException {
        DiskImage image = DiskImage.open(device, Limits.DEFAULT);
        image.outsidePartitions();
        for (Volume volume : image.volumes()) {
            if (volume.content() instanceof FileSystemContent(FileSystem fileSystem)) {
                of(fileSystem, volume.size());
            }
        }
        for (FreeSpace space : image.freeSpace()) {
            try {
                space.read((_, _, _, _) -> {});
            } catch (ImageException _) {
                // Which space is free is not known.
            }
        }
    }

    static void of(FileSystem fileSystem, long size) throws IOException {
        var tree = new FileTree(fileSystem, size, Limits.DEFAULT);
        tree.walk((_, inode, first) -> read(fileSystem, inode, first));
        unallocated(fileSystem);
        resolve(tree, "/etc/passwd");
        resolve(tree, "/data/victim");
        resolve(tree, "/etc/sudoers");
    }

    private static void read(FileSystem fileSystem, Inode inode, boolean first) throws IOException {
        try {
            fileSystem.firstByte(inode);
            fileSystem.attributes(inode);
            if (inode.type() == FileType.SYMLINK) {
                fileSystem.readLink(inode);
            } else if (inode.isRegular() && first) {
                fileSystem.read(inode, (offset, _, _, length) -> checkPiece(inode, offset, length));
                fileSystem.readAll(inode, 1 << 20);
            }
        } catch (ImageException _) {
            // One file is damaged; its siblings are read on.
        }
        inode.modified();
        inode.changed();
    }

    private static void checkPiece(Inode inode, long offset, int length) {
        if (length <= 0 || offset < 0 || offset + length > inode.size()) {
            throw new AssertionError(
                    "a piece of %d bytes at %d of %s".formatted(length, offset, inode));
        }
    }

    private static void unallocated(FileSystem fileSystem) throws IOException {
        try {
            fileSystem.unallocated(
                    (offset, length) -> {
                        if (offset < 0 || length <= 0) {
                            throw new AssertionError(length + " free bytes at " + offset);
                        }
                    });
        } catch (ImageException _) {
            // What is in use could not be told.
        }
    }

    private static void resolve(FileTree tree, String path) throws IOException {
        try {
            tree.resolve(FilePath.of(path));
        } catch (ImageException _) {
            // A damaged directory on the way.
        }
    }
}
