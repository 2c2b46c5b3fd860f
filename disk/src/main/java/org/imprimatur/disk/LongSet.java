package org.imprimatur.disk;

/**
 * A set of numbers above zero, eight bytes each: millions of inodes are counted with one, and each
 * file has one that stays empty.
 */
final class LongSet {

    private long[] slots = new long[16];
    private int size;

    /** Adds a number; false when it was there. Zero is never an inode or a block to be visited. */
    boolean add(long number) {
        if (number == 0) {
            throw new IllegalArgumentException("0 marks an empty slot");
        }
        if (size * 2 >= slots.length) {
            long[] old = slots;
            slots = new long[old.length * 2];
            for (long each : old) {
                if (each != 0) {
                    slots[slot(each)] = each;
                }
            }
        }
        int slot = slot(number);
        if (slots[slot] == number) {
            return false;
        }
        slots[slot] = number;
        size++;
        return true;
    }

    private int slot(long number) {
        int mask = slots.length - 1;
        // Fibonacci hashing: inode numbers are dense, and must not all fall together.
        int slot = (int) ((number * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (slots[slot] != 0 && slots[slot] != number) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
