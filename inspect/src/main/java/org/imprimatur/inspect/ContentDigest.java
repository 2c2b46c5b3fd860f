package org.imprimatur.inspect;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Digests the content of a file while it is read, so that files with the same bytes have the same
 * digest, whatever is a hole in one of them and written zeros in the other: SHA-256 over the blocks
 * of 4096 bytes that are not all zero, the number of the block before each, cut to 20 bytes. A hole
 * costs nothing, however large it is.
 */
final class ContentDigest {

    /** Bytes of a digest. */
    static final int LENGTH = 20;

    private static final int BLOCK = 4096;
    private static final byte[] ZEROS = new byte[BLOCK];

    private final MessageDigest sha256;
    private final byte[] part = new byte[BLOCK];
    private final ByteBuffer header = ByteBuffer.allocate(8);
    private long partOf = -1;

    ContentDigest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** Takes a piece of the content; pieces come in order. */
    void accept(long offset, byte[] buffer, int from, int length) {
        int done = 0;
        while (done < length) {
            long number = (offset + done) / BLOCK;
            int inside = (int) ((offset + done) % BLOCK);
            int count = Math.min(BLOCK - inside, length - done);
            if (number != partOf) {
                endPart();
            }
            if (count == BLOCK) {
                block(number, buffer, from + done);
            } else {
                System.arraycopy(buffer, from + done, part, inside, count);
                partOf = number;
            }
            done += count;
        }
    }

    private void endPart() {
        if (partOf >= 0) {
            block(partOf, part, 0);
            Arrays.fill(part, (byte) 0);
            partOf = -1;
        }
    }

    private void block(long number, byte[] buffer, int from) {
        if (!Arrays.equals(buffer, from, from + BLOCK, ZEROS, 0, BLOCK)) {
            sha256.update(header.putLong(0, number).array());
            sha256.update(buffer, from, BLOCK);
        }
    }

    /** The digest of all that was taken. */
    byte[] finish() {
        endPart();
        return Arrays.copyOf(sha256.digest(), LENGTH);
    }
}
