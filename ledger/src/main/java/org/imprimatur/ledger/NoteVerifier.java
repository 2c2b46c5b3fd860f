package org.imprimatur.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** A public key for notes: the key of a ledger or of a witness, with its name. */
public final class NoteVerifier {

    private static final int SIGNATURE_LENGTH = 64;

    private final String name;
    private final KeyType type;
    private final byte[] raw;
    private final int keyId;
    private final PublicKey key;

    /**
     * @param name the key's name; for a ledger its origin
     * @param type what its signatures cover
     * @param rawPublicKey the 32 bytes of the Ed25519 public key
     * @throws MalformedInput if the name is no key name or the bytes are no public key
     */
    public NoteVerifier(String name, KeyType type, byte[] rawPublicKey) {
        KeyName.check(name);
        this.name = name;
        this.type = type;
        this.raw = rawPublicKey.clone();
        this.key = Ed25519.publicKey(raw);
        this.keyId = keyId(name, type, raw);
    }

    /** The first four bytes of SHA-256(name || LF || type || key). */
    static int keyId(String name, KeyType type, byte[] rawPublicKey) {
        var digest = Hasher.sha256();
        digest.update(name.getBytes(UTF_8));
        digest.update((byte) '\n');
        digest.update(type.code());
        digest.update(rawPublicKey);
        return ByteBuffer.wrap(digest.digest()).getInt();
    }

    /**
     * Reads a verifier key: {@code <name>+<8 hex digits>+<base64>}.
     *
     * @throws MalformedInput if it is anything else, or a kind of key that is not understood, or
     *     the key id is not that of name and key
     */
    public static NoteVerifier parse(String text) {
        var parts = text.split("\\+", 3);
        if (parts.length != 3) {
            throw new MalformedInput(
                    "not a verifier key (name+id+base64): " + MalformedInput.quoted(text));
        }
        var bytes = StrictText.base64(parts[2], "verifier key");
        if (bytes.length == 0) {
            throw new MalformedInput("verifier key has no bytes: " + MalformedInput.quoted(text));
        }
        var key =
                new NoteVerifier(
                        parts[0],
                        KeyType.ofCode(bytes[0]),
                        Arrays.copyOfRange(bytes, 1, bytes.length));
        if (!key.hexId().equals(parts[1])) {
            throw new MalformedInput(
                    "the id of the key %s is %s, not %s"
                            .formatted(key.name, key.hexId(), MalformedInput.quoted(parts[1])));
        }
        return key;
    }

    /**
     * The key with this name from its X.509 SubjectPublicKeyInfo.
     *
     * @throws MalformedInput if these are not the 44 bytes of an Ed25519 key
     */
    public static NoteVerifier ofSpki(String name, KeyType type, byte[] spki) {
        return new NoteVerifier(name, type, Ed25519.rawOfSpki(spki));
    }

    /** The key's name. */
    public String name() {
        return name;
    }

    /** What its signatures cover. */
    public KeyType type() {
        return type;
    }

    /** The key's id, as a big-endian number. */
    public int keyId() {
        return keyId;
    }

    /** The key as X.509 SubjectPublicKeyInfo, 44 bytes. */
    public byte[] spki() {
        return Ed25519.spki(raw);
    }

    private String hexId() {
        return HexFormat.of().toHexDigits(keyId);
    }

    /** Whether a signature says to be made with this key. */
    boolean claims(NoteSignature signature) {
        return signature.keyId() == keyId && signature.name().equals(name);
    }

    /** Checks one signature over the text of a note; empty if this key has not made it. */
    public Optional<VerifiedSignature> verify(String text, NoteSignature signature) {
        if (!claims(signature)) {
            return Optional.empty();
        }
        return switch (type) {
            case ED25519 -> verifyPlain(text, signature.signature());
            case COSIGNATURE -> verifyCosignature(text, signature.signature());
        };
    }

    private Optional<VerifiedSignature> verifyPlain(String text, byte[] signature) {
        return signature.length == SIGNATURE_LENGTH
                        && Ed25519.verifies(key, StrictText.utf8(text, "note"), signature)
                ? Optional.of(new VerifiedSignature(this, null))
                : Optional.empty();
    }

    private Optional<VerifiedSignature> verifyCosignature(String text, byte[] timed) {
        if (timed.length != Long.BYTES + SIGNATURE_LENGTH) {
            return Optional.empty();
        }
        long seconds = ByteBuffer.wrap(timed).getLong();
        // Beyond what an Instant can say, or above 2^63: no moment that anybody has seen.
        if (seconds < 0 || seconds > Instant.MAX.getEpochSecond()) {
            return Optional.empty();
        }
        var time = Instant.ofEpochSecond(seconds);
        var signature = Arrays.copyOfRange(timed, Long.BYTES, timed.length);
        return Ed25519.verifies(key, Cosigner.message(time, text), signature)
                ? Optional.of(new VerifiedSignature(this, time))
                : Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoteVerifier that
                && name.equals(that.name)
                && type == that.type
                && Arrays.equals(raw, that.raw);
    }

    @Override
    public int hashCode() {
        return keyId;
    }

    /** The verifier key in its text form: {@code <name>+<8 hex digits>+<base64>}. */
    @Override
    public String toString() {
        var bytes = ByteBuffer.allocate(1 + raw.length).put(type.code()).put(raw);
        return name + "+" + hexId() + "+" + StrictText.base64(bytes.array());
    }
}
