package org.imprimatur.disk;

/**
 * Where the content, or the attributes, of an inode are.
 *
 * @param inode the number of the inode
 * @param format how the fork is to be read
 * @param extents how many extents it has, as the inode says
 * @param bytes hold the fork
 * @param at where it begins in them
 * @param length in bytes
 */
record XfsFork(long inode, int format, long extents, byte[] bytes, int at, int length) {

    static final int DEVICE = 0;
    static final int LOCAL = 1;
    static final int EXTENTS = 2;
    static final int BTREE = 3;

    boolean isLocal() {
        return format == LOCAL;
    }
}
