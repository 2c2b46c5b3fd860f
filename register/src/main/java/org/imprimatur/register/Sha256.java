package org.imprimatur.register;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 value, as lower-case hex. */
public record Sha256(String hex) {

    private static final String PREFIX = "sha256:";

    public Sha256 {
        Text.hex("", 64, "a SHA-256 in 64 lower-case hex digits", hex);
    }

    /** Digests bytes. */
    public static Sha256 of(byte[] content) {
        try {
            return ofBytes(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("the JDK has SHA-256", e);
        }
    }

    /** Takes the 32 bytes of a digest. */
    public static Sha256 ofBytes(byte[] digest) {
        return new Sha256(HexFormat.of().formatHex(digest));
    }

    /** Reads the form with a prefix, {@code sha256:…}. */
    public static Sha256 parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw MalformedInput.value("a digest sha256:… in lower-case hex", text);
        }
        return new Sha256(text.substring(PREFIX.length()));
    }

    /** The 32 bytes, in a new array. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    /** The form with a prefix, {@code sha256:…}. */
    @Override
    public String toString() {
        return PREFIX + hex;
    }
}
