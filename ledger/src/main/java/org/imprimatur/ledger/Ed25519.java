package org.imprimatur.ledger;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/** Ed25519 keys as 32 raw bytes, which the notes use and the JDK does not (RFC 8410 section 10). */
final class Ed25519 {

    static final int KEY_LENGTH = 32;
    private static final int SIGNATURE_LENGTH = 64;
    private static final String NAME = "Ed25519";
    private static final byte[] SPKI_START = HexFormat.of().parseHex("302a300506032b6570032100");

    private Ed25519() {}

    static PublicKey publicKey(byte[] raw) {
        if (raw.length != KEY_LENGTH) {
            throw new MalformedInput("an Ed25519 public key has 32 bytes, not " + raw.length);
        }
        try {
            var key =
                    KeyFactory.getInstance(NAME).generatePublic(new X509EncodedKeySpec(spki(raw)));
            // Only here does the JDK find out whether the bytes are a point of the curve.
            Signature.getInstance(NAME).initVerify(key);
            return key;
        } catch (GeneralSecurityException notAKey) {
            throw new MalformedInput("not an Ed25519 public key: " + HexFormat.of().formatHex(raw));
        }
    }

    static byte[] spki(byte[] raw) {
        return concat(SPKI_START, raw);
    }

    static byte[] rawOfSpki(byte[] spki) {
        int start = SPKI_START.length;
        if (spki.length != start + KEY_LENGTH
                || !Arrays.equals(spki, 0, start, SPKI_START, 0, start)) {
            throw new MalformedInput("not an Ed25519 SubjectPublicKeyInfo of 44 bytes");
        }
        return Arrays.copyOfRange(spki, start, spki.length);
    }

    static byte[] seedOfPkcs8(byte[] pkcs8) {
        try {
            var key = KeyFactory.getInstance(NAME).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            if (key instanceof EdECPrivateKey edward && edward.getBytes().isPresent()) {
                return edward.getBytes().get();
            }
        } catch (InvalidKeySpecException notAKey) {
            throw new MalformedInput("not an Ed25519 private key in PKCS#8");
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError("the JDK has Ed25519 since 15", impossible);
        }
        throw new MalformedInput("not an Ed25519 private key in PKCS#8");
    }

    /**
     * The public key of a seed. The JDK computes it only while generating a pair, from the random
     * bytes that it draws; here these are the seed.
     */
    static byte[] rawPublicOf(byte[] seed) {
        try {
            var generator = KeyPairGenerator.getInstance(NAME);
            generator.initialize(NamedParameterSpec.ED25519, new Drawn(seed));
            return rawOfSpki(generator.generateKeyPair().getPublic().getEncoded());
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError("the JDK has Ed25519 since 15", impossible);
        }
    }

    /**
     * Signs by Bouncy Castle's arithmetic, in a tenth of the time that the JDK takes: a ledger
     * signs a checkpoint for each batch. The signature is the same to the bit (RFC 8032, 5.1.6).
     */
    static byte[] sign(byte[] seed, byte[] rawPublic, byte[] message) {
        byte[] signature = new byte[SIGNATURE_LENGTH];
        org.bouncycastle.math.ec.rfc8032.Ed25519.sign(
                seed, 0, rawPublic, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    static boolean verifies(PublicKey key, byte[] message, byte[] signature) {
        try {
            var verification = Signature.getInstance(NAME);
            verification.initVerify(key);
            verification.update(message);
            return verification.verify(signature);
        } catch (SignatureException malformed) {
            // Wrong length, or a number that is out of range: not a signature of this message.
            return false;
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError("verifying with a good Ed25519 key failed", impossible);
        }
    }

    private static byte[] concat(byte[] start, byte[] end) {
        var both = Arrays.copyOf(start, start.length + end.length);
        System.arraycopy(end, 0, both, start.length, end.length);
        return both;
    }

    /** A "random" source that gives one known value, once. */
    private static final class Drawn extends SecureRandom {

        private static final long serialVersionUID = 1;
        private final byte[] seed;
        private boolean used;

        Drawn(byte[] seed) {
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            if (used || bytes.length != seed.length) {
                throw new AssertionError("key generation drew otherwise than 32 bytes once");
            }
            used = true;
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }
}
