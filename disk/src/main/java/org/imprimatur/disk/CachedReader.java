package org.imprimatur.disk;

import java.io.IOException;

/** Reads small pieces of metadata, which lie close together, by way of a cache. For all threads. */
final class CachedReader {

    private static final int PAGE = 1 << 14;
    private static final long CACHE_BYTES = 4 << 20;

    private final BlockDevice device;
    private final long size;
    private final BlockCache pages = new BlockCache(CACHE_BYTES, PAGE);

    /**
     * @param size how much of the device there is to read
     */
    CachedReader(BlockDevice device, long size) {
        this.device = device;
        this.size = size;
    }

    /**
     * Fills the beginning of {@code into}.
     *
     * @throws CorruptImageException when that is not within the size
     */
    void read(long offset, byte[] into, int length) throws IOException {
        Ranges.check("metadata", offset, length, size);
        int done = 0;
        while (done < length) {
            long at = offset + done;
            byte[] page = page(at / PAGE);
            int within = (int) (at % PAGE);
            int step = Math.min(length - done, page.length - within);
            System.arraycopy(page, within, into, done, step);
            done += step;
        }
    }

    private byte[] page(long number) throws IOException {
        byte[] page = pages.find(number);
        if (page == null) {
            long offset = number * PAGE;
            page = new byte[(int) Math.min(PAGE, size - offset)];
            device.read(offset, page, 0, page.length);
            pages.keep(number, page);
        }
        return page;
    }
}
