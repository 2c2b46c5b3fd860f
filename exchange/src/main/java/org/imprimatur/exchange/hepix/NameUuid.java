package org.imprimatur.exchange.hepix;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** UUIDs made from names (RFC 9562 section 5.5, version 5): the same name, the same UUID. */
final class NameUuid {

    private NameUuid() {}

    static UUID of(UUID namespace, byte[] name) {
        MessageDigest sha1;
        try {
            // The version is defined by SHA-1; nothing rests on it being hard to break.
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-1", e);
        }
        sha1.update(
                ByteBuffer.allocate(16)
                        .putLong(namespace.getMostSignificantBits())
                        .putLong(namespace.getLeastSignificantBits())
                        .array());
        var bits = ByteBuffer.wrap(sha1.digest(name));
        long high = (bits.getLong() & ~0xf000L) | 0x5000L;
        long low = (bits.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
