package org.imprimatur.disk;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A path inside a file system, or the target of a symbolic link: bytes with slashes between,
 * nothing more. Paths from walking a tree are absolute and have no {@code .} or {@code ..}; the
 * target of a link is whatever the image says.
 */
public final class FilePath implements Comparable<FilePath> {

    /** The root directory. */
    public static final FilePath ROOT = new FilePath(new byte[] {'/'});

    private final byte[] bytes;

    /** The caller gives the array away. */
    private FilePath(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A path from text, as UTF-8. */
    public static FilePath of(String text) {
        return new FilePath(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A path from bytes, copied. */
    public static FilePath of(byte[] bytes) {
        return new FilePath(bytes.clone());
    }

    /** The path of an entry of this directory. */
    public FilePath child(FileName name) {
        boolean slash = bytes.length > 0 && bytes[bytes.length - 1] == '/';
        int start = slash ? bytes.length : bytes.length + 1;
        byte[] longer = Arrays.copyOf(bytes, start + name.length());
        longer[start - 1] = '/';
        name.copyTo(longer, start);
        return new FilePath(longer);
    }

    /** Whether the path starts at the root directory. */
    public boolean isAbsolute() {
        return bytes.length > 0 && bytes[0] == '/';
    }

    /** Whether the bytes are exactly those of {@code text} in UTF-8. */
    public boolean is(String text) {
        return text.length() <= bytes.length
                && Arrays.equals(bytes, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the bytes begin with those of {@code text}; {@code /etc/} is all below /etc. */
    public boolean startsWith(String text) {
        byte[] start = text.getBytes(StandardCharsets.UTF_8);
        return start.length <= bytes.length
                && Arrays.equals(start, 0, start.length, bytes, 0, start.length);
    }

    /** Whether the bytes end with those of {@code text}. */
    public boolean endsWith(String text) {
        byte[] end = text.getBytes(StandardCharsets.UTF_8);
        int from = bytes.length - end.length;
        return from >= 0 && Arrays.equals(end, 0, end.length, bytes, from, bytes.length);
    }

    /**
     * The parts between slashes in order, as raw bytes; empty parts are left out, {@code .} and
     * {@code ..} are not.
     */
    List<byte[]> parts() {
        var parts = new ArrayList<byte[]>();
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '/') {
                if (i > start) {
                    parts.add(Arrays.copyOfRange(bytes, start, i));
                }
                start = i + 1;
            }
        }
        return parts;
    }

    /** The last part, escaped for display; empty for the root. */
    public String name() {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == '/') {
            end--;
        }
        int start = end;
        while (start > 0 && bytes[start - 1] != '/') {
            start--;
        }
        return Escaped.of(bytes, start, end);
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The length in bytes. */
    public int length() {
        return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FilePath that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** In the order of the bytes as unsigned numbers. */
    @Override
    public int compareTo(FilePath other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    /** The path as text, with everything that could mislead a reader escaped. */
    @Override
    public String toString() {
        return Escaped.of(bytes);
    }
}
