package org.imprimatur.disk;

import java.io.IOException;

/** Takes the content of a file piece by piece. */
@FunctionalInterface
public interface ByteSink {

    /**
     * Takes {@code length} bytes of the file from {@code fileOffset} on. The array belongs to the
     * reader and is used again after the call. Pieces come in rising order; what lies between two
     * pieces, and after the last one up to the size of the file, is a hole: zeros that nobody
     * stored.
     */
    void accept(long fileOffset, byte[] buffer, int from, int length) throws IOException;
}
