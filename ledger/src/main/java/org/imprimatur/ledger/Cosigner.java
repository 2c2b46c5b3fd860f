package org.imprimatur.ledger;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;

/**
 * A private key that cosigns checkpoints: the key of a witness (C2SP tlog-cosignature, type 0x04).
 * A cosignature says "at this time, this was the largest consistent tree of this origin that I had
 * seen"; to have made sure of that is the caller's duty.
 */
public final class Cosigner {

    private final SecretKey key;

    private Cosigner(SecretKey key) {
        this.key = key;
    }

    /**
     * A new key.
     *
     * @throws MalformedInput if the name is no key name
     */
    public static Cosigner generate(String name, SecureRandom random) {
        var seed = new byte[Ed25519.KEY_LENGTH];
        random.nextBytes(seed);
        return ofSeed(name, seed);
    }

    /**
     * The key with this seed (RFC 8032 section 5.1.5).
     *
     * @throws MalformedInput if the name is no key name or the seed has not 32 bytes
     */
    public static Cosigner ofSeed(String name, byte[] seed) {
        return new Cosigner(new SecretKey(name, KeyType.COSIGNATURE, seed));
    }

    /**
     * Reads the text form, as {@link #privateKeyText()} writes it.
     *
     * @throws MalformedInput if it is anything else; the message does not show it
     */
    public static Cosigner parse(String privateKeyText) {
        return new Cosigner(SecretKey.parse(privateKeyText, KeyType.COSIGNATURE));
    }

    /** The public half. */
    public NoteVerifier verifier() {
        return key.verifier();
    }

    /**
     * Cosigns a checkpoint.
     *
     * @param time now; a fraction of a second is dropped
     * @throws MalformedInput if the time is before 1970
     */
    public NoteSignature cosign(Checkpoint checkpoint, Instant time) {
        if (time.getEpochSecond() < 0) {
            throw new MalformedInput("cannot cosign at a time before 1970: " + time);
        }
        var signature = key.sign(message(time, checkpoint.text()));
        var timed = ByteBuffer.allocate(Long.BYTES + signature.length);
        timed.putLong(time.getEpochSecond()).put(signature);
        return new NoteSignature(verifier().name(), verifier().keyId(), timed.array());
    }

    /** The bytes that a cosignature of this time over the text of a checkpoint signs. */
    static byte[] message(Instant time, String text) {
        return StrictText.utf8(
                "cosignature/v1\ntime " + time.getEpochSecond() + "\n" + text, "note");
    }

    /**
     * The secret itself, {@code PRIVATE+KEY+<name>+<id>+<base64>}: for the key file, and for
     * nothing else.
     */
    public String privateKeyText() {
        return key.text();
    }

    /** The public half; never the secret. */
    @Override
    public String toString() {
        return "cosigner of " + verifier();
    }
}
