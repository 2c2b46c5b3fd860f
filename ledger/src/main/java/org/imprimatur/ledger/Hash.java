package org.imprimatur.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** A SHA-256 value of the Merkle tree: 32 bytes that nobody can change. */
public final class Hash {

    /** Length in bytes. */
    public static final int LENGTH = 32;

    /** The root of a tree without leaves: SHA-256 of nothing (RFC 6962 section 2.1). */
    public static final Hash EMPTY_TREE =
            parseHex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

    private final byte[] bytes;

    /** Keeps the array itself: only for arrays that nobody else has. */
    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * The value with exactly these 32 bytes.
     *
     * @throws MalformedInput if there are more or fewer
     */
    public static Hash of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new MalformedInput("a hash has 32 bytes, not " + bytes.length);
        }
        return new Hash(bytes.clone());
    }

    /** The 32 bytes at {@code offset}, for reading tiles. */
    static Hash at(byte[] bytes, int offset) {
        return new Hash(Arrays.copyOfRange(bytes, offset, offset + LENGTH));
    }

    static Hash owning(byte[] bytes) {
        return new Hash(bytes);
    }

    /**
     * The leaf hash of an entry: SHA-256(0x00 || entry). Leaves and nodes carry different prefixes,
     * so that neither can pass for the other (RFC 6962 section 2.1).
     */
    public static Hash ofLeaf(byte[] entry) {
        return new Hasher().leaf(entry);
    }

    /** The leaf hashes of many entries, in their order. */
    public static List<Hash> ofLeaves(Iterable<byte[]> entries) {
        var hasher = new Hasher();
        var hashes = new ArrayList<Hash>();
        for (var entry : entries) {
            hashes.add(hasher.leaf(entry));
        }
        return List.copyOf(hashes);
    }

    /** The hash of an inner node: SHA-256(0x01 || left || right). */
    public static Hash ofNode(Hash left, Hash right) {
        return new Hasher().node(left, right);
    }

    /**
     * Reads 64 hexadecimal digits in lower case.
     *
     * @throws MalformedInput if the text is anything else
     */
    public static Hash parseHex(String text) {
        if (text.length() != 2 * LENGTH
                || !text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
            throw new MalformedInput(
                    "not a hash in 64 lower-case hex digits: " + MalformedInput.quoted(text));
        }
        return new Hash(HexFormat.of().parseHex(text));
    }

    /**
     * Reads 44 characters of standard base64 with padding.
     *
     * @throws MalformedInput if the text is anything else
     */
    public static Hash parseBase64(String text) {
        if (text.length() != 44) {
            throw new MalformedInput("not a hash in base64: " + MalformedInput.quoted(text));
        }
        return new Hash(requireLength(StrictText.base64(text, "hash")));
    }

    private static byte[] requireLength(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new MalformedInput("a hash has 32 bytes, not " + bytes.length);
        }
        return bytes;
    }

    /** A copy of the 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The bytes themselves, for digests and copies inside this package. */
    byte[] shared() {
        return bytes;
    }

    /** 64 lower-case hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    /** 44 characters of standard base64 with padding. */
    public String base64() {
        return StrictText.base64(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash hash && Arrays.equals(bytes, hash.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The hexadecimal form. */
    @Override
    public String toString() {
        return hex();
    }
}
