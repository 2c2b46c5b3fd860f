package org.imprimatur.ledger;

import java.security.SecureRandom;

/** A private key that signs notes with plain Ed25519: the key of a ledger. */
public final class NoteSigner {

    private final SecretKey key;

    private NoteSigner(SecretKey key) {
        this.key = key;
    }

    /**
     * A new key.
     *
     * @throws MalformedInput if the name is no key name
     */
    public static NoteSigner generate(String name, SecureRandom random) {
        var seed = new byte[Ed25519.KEY_LENGTH];
        random.nextBytes(seed);
        return ofSeed(name, seed);
    }

    /**
     * The key with this seed (RFC 8032 section 5.1.5).
     *
     * @throws MalformedInput if the name is no key name or the seed has not 32 bytes
     */
    public static NoteSigner ofSeed(String name, byte[] seed) {
        return new NoteSigner(new SecretKey(name, KeyType.ED25519, seed));
    }

    /**
     * The key from its PKCS#8 form.
     *
     * @throws MalformedInput if the name is no key name or the bytes are no Ed25519 key
     */
    public static NoteSigner ofPkcs8(String name, byte[] pkcs8) {
        return ofSeed(name, Ed25519.seedOfPkcs8(pkcs8));
    }

    /**
     * Reads the text form, as {@link #privateKeyText()} writes it.
     *
     * @throws MalformedInput if it is anything else; the message does not show it
     */
    public static NoteSigner parse(String privateKeyText) {
        return new NoteSigner(SecretKey.parse(privateKeyText, KeyType.ED25519));
    }

    /** The public half. */
    public NoteVerifier verifier() {
        return key.verifier();
    }

    /** The key's name. */
    public String name() {
        return verifier().name();
    }

    /**
     * Signs the text of a note.
     *
     * @throws MalformedInput if the text cannot be the text of a note
     */
    public NoteSignature sign(String text) {
        SignedNote.checkText(text);
        return new NoteSignature(
                name(), verifier().keyId(), key.sign(StrictText.utf8(text, "note")));
    }

    /**
     * The secret itself, {@code PRIVATE+KEY+<name>+<id>+<base64>} as Go's note package writes it:
     * for the key file, and for nothing else.
     */
    public String privateKeyText() {
        return key.text();
    }

    /** The public half; never the secret. */
    @Override
    public String toString() {
        return "signer of " + verifier();
    }
}
