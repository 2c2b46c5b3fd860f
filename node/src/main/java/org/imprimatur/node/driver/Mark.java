package org.imprimatur.node.driver;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** What all that is made for one publication bears, wherever it is. Chosen before it is made. */
public record Mark(UUID uuid) {

    /** A new one; what it is drawn from need not be secret. */
    public static Mark random(RandomGenerator random) {
        // Version 4, variant 2 (RFC 9562).
        return new Mark(
                new UUID(
                        random.nextLong() & ~0xF000L | 0x4000L,
                        random.nextLong() & ~(3L << 62) | 1L << 63));
    }

    /** Reads {@code xxxxxxxx-xxxx-…}; only what {@link #toString} writes. */
    public static Mark parse(String text) {
        var uuid = UUID.fromString(text);
        if (!uuid.toString().equals(text)) {
            throw new IllegalArgumentException("not a mark: " + text.length() + " characters");
        }
        return new Mark(uuid);
    }

    @Override
    public String toString() {
        return uuid.toString();
    }
}
