package org.imprimatur.ledger;

/** The kinds of note signatures that are understood here (C2SP signed-note). */
public enum KeyType {

    /** Plain Ed25519 over the text: the signature of a ledger. */
    ED25519(0x01),

    /** Ed25519 over a time and the text: the signature of a witness (C2SP tlog-cosignature). */
    COSIGNATURE(0x04);

    private final byte code;

    KeyType(int code) {
        this.code = (byte) code;
    }

    /** The byte that stands for this kind in key ids and key texts. */
    byte code() {
        return code;
    }

    static KeyType ofCode(byte code) {
        for (var type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        throw new MalformedInput("key type is not 01 or 04: %02x".formatted(code));
    }
}
