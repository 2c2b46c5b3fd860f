package org.imprimatur.register;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A SHA-512 value, as lower-case hex. */
public record Sha512(String hex) {

    private static final String PREFIX = "sha512:";

    public Sha512 {
        Text.hex("", 128, "a SHA-512 in 128 lower-case hex digits", hex);
    }

    /** Digests bytes. */
    public static Sha512 of(byte[] content) {
        try {
            return ofBytes(MessageDigest.getInstance("SHA-512").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("the JDK has SHA-512", e);
        }
    }

    /** Takes the 64 bytes of a digest. */
    public static Sha512 ofBytes(byte[] digest) {
        return new Sha512(HexFormat.of().formatHex(digest));
    }

    /** Reads the form with a prefix, {@code sha512:…}. */
    public static Sha512 parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw MalformedInput.value("a digest sha512:… in lower-case hex", text);
        }
        return new Sha512(text.substring(PREFIX.length()));
    }

    /** The 64 bytes, in a new array. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    // As records have it, but written out: where maps of many kinds of keys are asked, the one that
    // records have is not compiled in, and a decision asks several.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Sha512(var digits) && hex.equals(digits);
    }

    @Override
    public int hashCode() {
        return hex.hashCode();
    }

    /** The form with a prefix, {@code sha512:…}. */
    @Override
    public String toString() {
        return PREFIX + hex;
    }
}
