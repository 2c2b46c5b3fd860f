package org.imprimatur.disk;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One name in a directory: any bytes but {@code /} and NUL, at most 765 of them, and neither {@code
 * .} nor {@code ..}. Most file systems allow 255 bytes; those that keep names as UTF-16 allow 255
 * characters, which have up to three bytes each in UTF-8. Kept as bytes, because nothing says that
 * they are text; shown escaped.
 */
public final class FileName implements Comparable<FileName> {

    private static final int MAX_LENGTH = 3 * 255;

    private final byte[] bytes;

    /** The caller gives the array away. */
    private FileName(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A name from the disk, copied.
     *
     * @throws CorruptImageException when no file can have this name
     */
    static FileName read(byte[] source, int from, int length) throws CorruptImageException {
        byte[] bytes = Arrays.copyOfRange(source, from, from + length);
        String fault = fault(bytes);
        if (!fault.isEmpty()) {
            throw new CorruptImageException("the name '%s' %s".formatted(Escaped.of(bytes), fault));
        }
        return new FileName(bytes);
    }

    /**
     * A name from text, as UTF-8.
     *
     * @throws IllegalArgumentException when no file can have this name
     */
    public static FileName of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String fault = fault(bytes);
        if (!fault.isEmpty()) {
            throw new IllegalArgumentException(
                    "the name '%s' %s".formatted(Escaped.of(bytes), fault));
        }
        return new FileName(bytes);
    }

    /** For names cut out of a {@link FilePath}, which has looked at them. */
    static FileName checked(byte[] bytes) {
        return new FileName(bytes);
    }

    private static String fault(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > MAX_LENGTH) {
            return "has %d bytes, not 1 to %d".formatted(bytes.length, MAX_LENGTH);
        }
        for (byte each : bytes) {
            if (each == '/' || each == 0) {
                return "contains a slash or NUL";
            }
        }
        boolean dots = bytes[0] == '.' && (bytes.length == 1 || bytes[1] == '.');
        return dots && bytes.length <= 2 ? "stands for a directory itself or its parent" : "";
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    int length() {
        return bytes.length;
    }

    void copyTo(byte[] into, int at) {
        System.arraycopy(bytes, 0, into, at, bytes.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FileName that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** In the order of the bytes as unsigned numbers. */
    @Override
    public int compareTo(FileName other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    /** The name as text, with everything that could mislead a reader escaped. */
    @Override
    public String toString() {
        return Escaped.of(bytes);
    }
}
