package org.imprimatur.disk;

import java.io.IOException;

/**
 * The superblock of squashfs 4.0, checked (Linux: Documentation/filesystems/squashfs.rst, {@code
 * fs/squashfs/squashfs_fs.h}).
 *
 * @param inodes how many inodes it says there are
 * @param fragments how many blocks hold the ends of files
 * @param root where the inode of the root directory is
 * @param size the length of the file system in bytes
 * @param ids where the places of the blocks of owners are; likewise the other tables
 * @param attributes -1 where there are no extended attributes
 */
record SquashSuperblock(
        long inodes,
        int blockSize,
        long fragments,
        SquashCodec codec,
        int idCount,
        long root,
        long size,
        long ids,
        long attributes,
        long inodeTable,
        long directoryTable,
        long fragmentTable) {

    private static final int LENGTH = 96;
    private static final int KNOWN_FLAGS = 0xfff;

    static boolean isPresent(byte[] head) {
        return Bytes.has(head, 0, "hsqs");
    }

    static SquashSuperblock read(BlockDevice device) throws IOException {
        byte[] bytes = new byte[LENGTH];
        Ranges.check("the superblock", 0, LENGTH, device.size());
        device.read(0, bytes, 0, LENGTH);
        int major = Bytes.u16le(bytes, 28);
        int minor = Bytes.u16le(bytes, 30);
        if (!isPresent(bytes) || major != 4 || minor != 0) {
            throw new UnsupportedImageException(
                    "squashfs of version %d.%d, for which there is no reader; 4.0 is read"
                            .formatted(major, minor));
        }
        int flags = Bytes.u16le(bytes, 24);
        if ((flags & ~KNOWN_FLAGS) != 0) {
            throw new UnsupportedImageException(
                    "the unknown features 0x%x of squashfs".formatted(flags & ~KNOWN_FLAGS));
        }
        long blockSize = Bytes.u32le(bytes, 12);
        int log = Bytes.u16le(bytes, 22);
        if (log < 12 || log > 20 || blockSize != 1L << log) {
            throw new CorruptImageException(
                    "blocks of %d bytes, and of 2^%d, not of 4096 to 1048576"
                            .formatted(blockSize, log));
        }
        long size = Bytes.i64le(bytes, 40);
        Ranges.check("the squashfs file system", 0, size, device.size());
        var found =
                new SquashSuperblock(
                        Bytes.u32le(bytes, 4),
                        (int) blockSize,
                        Bytes.u32le(bytes, 16),
                        SquashCodec.of(Bytes.u16le(bytes, 20)),
                        Bytes.u16le(bytes, 26),
                        Bytes.i64le(bytes, 32),
                        size,
                        Bytes.i64le(bytes, 48),
                        Bytes.i64le(bytes, 56),
                        Bytes.i64le(bytes, 64),
                        Bytes.i64le(bytes, 72),
                        Bytes.i64le(bytes, 80));
        found.checkTables();
        return found;
    }

    private void checkTables() throws CorruptImageException {
        Ranges.check("the table of inodes", inodeTable, 2, size);
        Ranges.check("the table of directories", directoryTable, 2, size);
        Ranges.check("the table of owners", ids, places(idCount, 4) * 8, size);
        if (fragments > 0) {
            Ranges.check(
                    "the table of ends of files", fragmentTable, places(fragments, 16) * 8, size);
        }
        if (attributes != -1) {
            Ranges.check("the table of attributes", attributes, 16, size);
        }
        if (inodeTable >= directoryTable || idCount == 0) {
            throw new CorruptImageException(
                    "the inodes begin at %d, the directories at %d, and there are %d owners"
                            .formatted(inodeTable, directoryTable, idCount));
        }
    }

    /** How many blocks of metadata so many entries fill. */
    static long places(long entries, int each) {
        return (entries * each + SquashMetadata.BLOCK - 1) / SquashMetadata.BLOCK;
    }
}
