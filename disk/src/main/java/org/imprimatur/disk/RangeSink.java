package org.imprimatur.disk;

import java.io.IOException;

/** Takes parts of a volume one by one. */
@FunctionalInterface
public interface RangeSink {

    /**
     * Takes {@code length} bytes from {@code offset} on, both in bytes of the volume. Parts come in
     * rising order, do not overlap, and are never empty.
     */
    void accept(long offset, long length) throws IOException;
}
