package org.imprimatur.disk;

/** ext2, ext3 and ext4. */
final class ExtFileSystem {

    private ExtFileSystem() {}

    /** Whether the start of a volume has the magic of the superblock, at 1024 + 56. */
    static boolean isPresent(byte[] head) {
        return Bytes.u16le(head, 1024 + 56) == 0xef53;
    }
}
