package org.imprimatur.disk;

/**
 * Where a kind of block keeps what it says about itself in version 5: its checksum, its own place,
 * when it was last written, and whose it is.
 */
enum XfsHeader {
    /** A node of a tree of extents. */
    EXTENTS(64, 24, 32, 40, 56),
    /** A block of directory entries. */
    ENTRIES(4, 8, 16, 24, 40),
    /** A node or leaf of a hash tree. */
    HASHES(12, 16, 24, 32, 48),
    /** The target of a link, or a value of an attribute. */
    REMOTE(12, 40, 48, 16, 32);

    private final int checksum;
    private final int place;
    private final int lsn;
    private final int uuid;
    private final int owner;

    XfsHeader(int checksum, int place, int lsn, int uuid, int owner) {
        this.checksum = checksum;
        this.place = place;
        this.lsn = lsn;
        this.uuid = uuid;
        this.owner = owner;
    }

    int checksum() {
        return checksum;
    }

    int place() {
        return place;
    }

    int lsn() {
        return lsn;
    }

    int uuid() {
        return uuid;
    }

    int owner() {
        return owner;
    }
}
