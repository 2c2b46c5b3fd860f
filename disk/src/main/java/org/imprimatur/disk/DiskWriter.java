package org.imprimatur.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Takes the blocks of a disk that are not zero, in order, and makes a file of them. */
interface DiskWriter {

    /**
     * One block of {@link ContentTree#BLOCK_SIZE} bytes, or less at the end of the disk.
     *
     * @param offset in the disk, a multiple of the block size, more than that of the last call
     */
    void block(long offset, byte[] bytes, int at, int length) throws IOException;

    /** All blocks were given: what is missing in the file is written. */
    void finish() throws IOException;

    /** Writes all of it. */
    static void write(FileChannel file, long offset, ByteBuffer bytes) throws IOException {
        for (long at = offset; bytes.hasRemaining(); ) {
            at += file.write(bytes, at);
        }
    }
}
