package org.imprimatur.inspect.packages;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The digest that a package gives of one of its files. Cannot be changed. */
final class ShippedDigest {

    /** The algorithms that package databases use, by their names in the JDK. */
    enum Algorithm {
        MD5("MD5", 16),
        SHA1("SHA-1", 20),
        SHA224("SHA-224", 28),
        SHA256("SHA-256", 32),
        SHA384("SHA-384", 48),
        SHA512("SHA-512", 64);

        private final String jdkName;
        private final int length;

        Algorithm(String jdkName, int length) {
            this.jdkName = jdkName;
            this.length = length;
        }

        String jdkName() {
            return jdkName;
        }

        int length() {
            return length;
        }
    }

    private final Algorithm algorithm;
    private final byte[] bytes;

    private ShippedDigest(Algorithm algorithm, byte[] bytes) {
        this.algorithm = algorithm;
        this.bytes = bytes;
    }

    /** Null if the bytes cannot be a digest of this algorithm. */
    static @Nullable ShippedDigest of(Algorithm algorithm, byte[] bytes) {
        return bytes.length == algorithm.length()
                ? new ShippedDigest(algorithm, bytes.clone())
                : null;
    }

    /** Null if the text is not a digest of this algorithm in hex. */
    static @Nullable ShippedDigest parse(Algorithm algorithm, String hex) {
        if (hex.length() != 2 * algorithm.length()) {
            return null;
        }
        try {
            return new ShippedDigest(algorithm, HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    Algorithm algorithm() {
        return algorithm;
    }

    boolean is(byte[] digest) {
        return Arrays.equals(bytes, digest);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ShippedDigest that
                && algorithm == that.algorithm
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
