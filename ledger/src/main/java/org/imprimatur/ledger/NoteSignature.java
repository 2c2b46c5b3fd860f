package org.imprimatur.ledger;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * One signature line of a note: who says to have signed, with which key, and the signature. Nothing
 * about it is verified.
 */
public final class NoteSignature {

    private static final String START = "\u2014 ";
    private static final int ID_LENGTH = 4;

    private final String name;
    private final int keyId;
    private final byte[] signature;

    /**
     * @param name the key's name
     * @param keyId the key's id, as a big-endian number
     * @param signature the signature bytes, without the id; at least one
     * @throws MalformedInput if the name is no key name or the signature is empty
     */
    public NoteSignature(String name, int keyId, byte[] signature) {
        KeyName.check(name);
        if (signature.length == 0) {
            throw new MalformedInput("signature of " + MalformedInput.quoted(name) + " is empty");
        }
        this.name = name;
        this.keyId = keyId;
        this.signature = signature.clone();
    }

    /**
     * Reads a signature line, without the line feed at its end.
     *
     * @throws MalformedInput if it is anything else
     */
    public static NoteSignature parse(String line) {
        int gap = line.lastIndexOf(' ');
        if (!line.startsWith(START) || gap < START.length()) {
            throw new MalformedInput(
                    "not a signature line (a dash, a name, base64): "
                            + MalformedInput.quoted(line));
        }
        var bytes = StrictText.base64(line.substring(gap + 1), "signature");
        if (bytes.length <= ID_LENGTH) {
            throw new MalformedInput(
                    "a signature has a key id of 4 bytes and more, not just " + bytes.length);
        }
        return new NoteSignature(
                line.substring(START.length(), gap),
                ByteBuffer.wrap(bytes).getInt(),
                Arrays.copyOfRange(bytes, ID_LENGTH, bytes.length));
    }

    /** The key's name. */
    public String name() {
        return name;
    }

    /** The key's id, as a big-endian number. */
    public int keyId() {
        return keyId;
    }

    /** A copy of the signature bytes, without the key id. */
    public byte[] signature() {
        return signature.clone();
    }

    /** The line, without the line feed at its end. */
    public String line() {
        var bytes = ByteBuffer.allocate(ID_LENGTH + signature.length).putInt(keyId).put(signature);
        return START + name + " " + StrictText.base64(bytes.array());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoteSignature that
                && name.equals(that.name)
                && keyId == that.keyId
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + 31 * keyId + Arrays.hashCode(signature);
    }

    /** Name and key id: {@code ledger.example/2026+945dd6f8}. */
    @Override
    public String toString() {
        return name + "+" + HexFormat.of().toHexDigits(keyId);
    }
}
