package org.imprimatur.ledger;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** A private key with its name and kind. Its text form is that of Go's note package. */
final class SecretKey {

    private static final String START = "PRIVATE+KEY+";

    private final NoteVerifier verifier;
    private final byte[] seed;
    private final byte[] rawPublic;

    SecretKey(String name, KeyType type, byte[] seed) {
        if (seed.length != Ed25519.KEY_LENGTH) {
            throw new MalformedInput("an Ed25519 private key has 32 bytes, not " + seed.length);
        }
        this.seed = seed.clone();
        this.rawPublic = Ed25519.rawPublicOf(seed);
        this.verifier = new NoteVerifier(name, type, rawPublic.clone());
    }

    /** Messages never quote the text: it is secret even where it is wrong. */
    static SecretKey parse(String text, KeyType expected) {
        var parts = text.split("\\+", 5);
        if (!text.startsWith(START) || parts.length != 5) {
            throw new MalformedInput("not a private key (PRIVATE+KEY+name+id+base64)");
        }
        byte[] bytes;
        try {
            bytes = StrictText.base64(parts[4], "private key");
        } catch (MalformedInput quotesTheSecret) {
            throw new MalformedInput("private key is not padded base64");
        }
        if (bytes.length != 1 + Ed25519.KEY_LENGTH || bytes[0] != expected.code()) {
            throw new MalformedInput(
                    "private key is not of type %02x with 32 bytes".formatted(expected.code()));
        }
        var key = new SecretKey(parts[2], expected, Arrays.copyOfRange(bytes, 1, bytes.length));
        if (!key.hexId().equals(parts[3])) {
            throw new MalformedInput("private key does not belong to its name and id");
        }
        return key;
    }

    NoteVerifier verifier() {
        return verifier;
    }

    byte[] sign(byte[] message) {
        return Ed25519.sign(seed, rawPublic, message);
    }

    String text() {
        var bytes = ByteBuffer.allocate(1 + seed.length).put(verifier.type().code()).put(seed);
        return START + verifier.name() + "+" + hexId() + "+" + StrictText.base64(bytes.array());
    }

    private String hexId() {
        return HexFormat.of().toHexDigits(verifier.keyId());
    }
}
