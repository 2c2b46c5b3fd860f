package org.imprimatur.disk;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of places for blocks by their numbers, each number having one place. Threads need
 * no lock: two that miss at once both load, and one result stays. The arrays are shared and must
 * not be written to.
 */
final class BlockCache {

    private record Entry(long number, byte[] bytes) {}

    private final AtomicReferenceArray<@Nullable Entry> places;

    /** As many places as {@code bytes} allow for blocks of this size, but at least four. */
    BlockCache(long bytes, int blockSize) {
        this.places = new AtomicReferenceArray<>((int) Math.max(4, bytes / blockSize));
    }

    byte @Nullable [] find(long number) {
        Entry entry = places.get(place(number));
        return entry != null && entry.number() == number ? entry.bytes() : null;
    }

    void keep(long number, byte[] bytes) {
        places.set(place(number), new Entry(number, bytes));
    }

    private int place(long number) {
        return (int) Long.remainderUnsigned(number, places.length());
    }
}
