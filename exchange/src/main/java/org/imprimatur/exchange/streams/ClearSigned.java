package org.imprimatur.exchange.streams;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.bcpg.ArmoredInputStream;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPObjectFactory;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRingCollection;
import org.bouncycastle.openpgp.PGPSecretKeyRingCollection;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.bc.BcPBESecretKeyDecryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.imprimatur.exchange.streams.StreamsRefusal.Code;
import org.imprimatur.register.MalformedInput;

/**
 * Text in the cleartext signature framework of OpenPGP (RFC 9580, section 7): one text, one
 * signature, nothing around it.
 */
public final class ClearSigned {

    /** No file of keys is larger, in bytes. */
    public static final int MAX_KEY_BYTES = 1 << 20;

    private static final String BEGIN = "-----BEGIN PGP SIGNED MESSAGE-----";
    private static final String SIGNATURE = "-----BEGIN PGP SIGNATURE-----";
    private static final String END = "-----END PGP SIGNATURE-----";
    private static final int MAX_SIGNATURE_BYTES = 64 * 1024;
    private static final int MIN_RSA_BITS = 2048;
    private static final List<Integer> STRONG =
            List.of(HashAlgorithmTags.SHA256, HashAlgorithmTags.SHA384, HashAlgorithmTags.SHA512);

    private ClearSigned() {}

    /** Keys whose signatures are believed. */
    public static final class Keyring {

        private final PGPPublicKeyRingCollection keys;

        private Keyring(PGPPublicKeyRingCollection keys) {
            this.keys = keys;
        }

        /**
         * Reads public keys as {@code gpg --export} writes them, armoured or not.
         *
         * @throws MalformedInput when there are none
         */
        public static Keyring read(byte[] bytes) {
            try {
                var keys =
                        new PGPPublicKeyRingCollection(
                                PGPUtil.getDecoderStream(new ByteArrayInputStream(bytes)),
                                new BcKeyFingerprintCalculator());
                if (keys.size() > 0) {
                    return new Keyring(keys);
                }
            } catch (IOException | PGPException | RuntimeException e) {
                throw new MalformedInput("", "OpenPGP public keys", "something else");
            }
            throw new MalformedInput("", "OpenPGP public keys", "none");
        }
    }

    /** A key that signs. */
    public static final class Signer {

        private final org.bouncycastle.openpgp.PGPSecretKey key;
        private final org.bouncycastle.openpgp.PGPPrivateKey half;

        private Signer(
                org.bouncycastle.openpgp.PGPSecretKey key,
                org.bouncycastle.openpgp.PGPPrivateKey half) {
            this.key = key;
            this.half = half;
        }

        /**
         * Reads a secret key as {@code gpg --export-secret-keys} writes it; the first that signs.
         *
         * @param password empty for a key without one
         * @throws MalformedInput when there is none, or the password does not open it
         */
        public static Signer read(byte[] bytes, char[] password) {
            try {
                var rings =
                        new PGPSecretKeyRingCollection(
                                PGPUtil.getDecoderStream(new ByteArrayInputStream(bytes)),
                                new BcKeyFingerprintCalculator());
                for (var ring : rings) {
                    for (var key : ring) {
                        if (key.isSigningKey() && !key.isPrivateKeyEmpty()) {
                            return new Signer(
                                    key,
                                    key.extractPrivateKey(
                                            new BcPBESecretKeyDecryptorBuilder(
                                                            new BcPGPDigestCalculatorProvider())
                                                    .build(password)));
                        }
                    }
                }
            } catch (IOException | PGPException | RuntimeException e) {
                // Whatever the library says may hold parts of the key.
                throw new MalformedInput(
                        "", "an OpenPGP secret key, and its password", "another one");
            }
            throw new MalformedInput("", "an OpenPGP secret key that signs", "none");
        }

        /** Signs a text of whole lines that are parted by line feeds. */
        public byte[] sign(String text, Instant at) {
            try {
                var generator =
                        new PGPSignatureGenerator(
                                new BcPGPContentSignerBuilder(
                                        key.getPublicKey().getAlgorithm(),
                                        HashAlgorithmTags.SHA512),
                                key.getPublicKey());
                generator.init(PGPSignature.CANONICAL_TEXT_DOCUMENT, half);
                var subpackets = new org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator();
                subpackets.setSignatureCreationTime(false, Date.from(at));
                subpackets.setIssuerFingerprint(false, key.getPublicKey());
                subpackets.setIssuerKeyID(false, key.getKeyID());
                generator.setHashedSubpackets(subpackets.generate());
                var lines = text.lines().toList();
                generator.update(canonical(lines));
                var out = new StringBuilder(BEGIN).append("\nHash: SHA512\n\n");
                for (var line : lines) {
                    out.append(line.startsWith("-") ? "- " : "").append(line).append('\n');
                }
                return out.append(armoured(generator.generate()))
                        .toString()
                        .getBytes(StandardCharsets.UTF_8);
            } catch (PGPException | IOException e) {
                throw new IllegalStateException("a key that was read signs", e);
            }
        }

        private static String armoured(PGPSignature signature) throws IOException {
            var bytes = new ByteArrayOutputStream();
            try (var armour = ArmoredOutputStream.builder().clearHeaders().build(bytes)) {
                signature.encode(armour);
            }
            return bytes.toString(StandardCharsets.US_ASCII);
        }
    }

    /** What is signed: lines without white space at their ends, parted by CR and LF. */
    private static byte[] canonical(List<String> lines) {
        var text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            text.append(i == 0 ? "" : "\r\n").append(trimmed(lines.get(i)));
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String trimmed(String line) {
        int end = line.length();
        while (end > 0 && (line.charAt(end - 1) == ' ' || line.charAt(end - 1) == '\t')) {
            end--;
        }
        return line.substring(0, end);
    }

    /**
     * The text of a signed message, when a key of the ring has signed it.
     *
     * @param message UTF-8; the caller bounds its size
     * @param at the moment at which the key must be valid
     * @throws StreamsRefusal when it is no such message, or not signed so
     */
    public static byte[] verify(byte[] message, Keyring keyring, Instant at) {
        var lines = new String(message, StandardCharsets.UTF_8).lines().toList();
        int text = textStart(lines);
        int armour = lines.indexOf(SIGNATURE);
        int end = lines.indexOf(END);
        if (armour < text
                || end < armour
                || lines.subList(end + 1, lines.size()).stream()
                        .anyMatch(line -> !line.isBlank())) {
            throw new StreamsRefusal(
                    Code.NOT_SIGNED, "expected one signature behind the text, and nothing else");
        }
        var signed =
                lines.subList(text, armour).stream()
                        .map(line -> line.startsWith("- ") ? line.substring(2) : line)
                        .toList();
        if (lines.subList(text, armour).stream()
                .anyMatch(line -> line.startsWith("-") && !line.startsWith("- "))) {
            throw new StreamsRefusal(
                    Code.NOT_SIGNED, "expected lines that begin with a dash to be escaped");
        }
        check(
                signature(String.join("\n", lines.subList(armour, end + 1)) + "\n"),
                canonical(signed),
                keyring,
                at);
        return (String.join("\n", signed.stream().map(ClearSigned::trimmed).toList()) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static int textStart(List<String> lines) {
        int at = 1;
        boolean begins = !lines.isEmpty() && lines.getFirst().equals(BEGIN);
        while (begins && at < lines.size() && lines.get(at).matches("Hash: [A-Za-z0-9, -]{1,64}")) {
            at++;
        }
        if (!begins || at >= lines.size() || !lines.get(at).isEmpty()) {
            throw new StreamsRefusal(
                    Code.NOT_SIGNED, "expected a clear-signed OpenPGP message, found another text");
        }
        return at + 1;
    }

    private static PGPSignature signature(String armour) {
        byte[] bytes = armour.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_SIGNATURE_BYTES) {
            throw new StreamsRefusal(Code.NOT_SIGNED, "expected a signature, found a longer block");
        }
        try (var in = new ArmoredInputStream(new ByteArrayInputStream(bytes))) {
            var objects = new PGPObjectFactory(in, new BcKeyFingerprintCalculator());
            if (objects.nextObject() instanceof PGPSignatureList list && list.size() == 1) {
                return list.get(0);
            }
        } catch (IOException | RuntimeException e) {
            // The library tells of bad bytes in many ways; all of them mean that there is none.
            throw new StreamsRefusal(Code.NOT_SIGNED, "expected one signature, found other bytes");
        }
        throw new StreamsRefusal(Code.NOT_SIGNED, "expected exactly one signature");
    }

    private static void check(PGPSignature signature, byte[] text, Keyring keyring, Instant at) {
        PGPPublicKey key = null;
        PGPPublicKey primary = null;
        for (var ring : keyring.keys) {
            if (ring.getPublicKey(signature.getKeyID()) != null) {
                key = ring.getPublicKey(signature.getKeyID());
                primary = ring.getPublicKey();
            }
        }
        if (key == null || primary == null) {
            throw new StreamsRefusal(
                    Code.UNKNOWN_KEY,
                    "expected a signature by a key of the ring, found one by %016X"
                            .formatted(signature.getKeyID()));
        }
        if (signature.getSignatureType() != PGPSignature.CANONICAL_TEXT_DOCUMENT
                || !STRONG.contains(signature.getHashAlgorithm())
                || !strong(key)) {
            throw new StreamsRefusal(
                    Code.WEAK_SIGNATURE,
                    "expected a signature of text over SHA-256, SHA-384 or SHA-512 by RSA of at least %d bits, ECDSA or EdDSA"
                            .formatted(MIN_RSA_BITS));
        }
        if (!valid(key, at)
                || !valid(primary, at)
                || signature.getHashedSubPackets() == null
                || signature
                        .getHashedSubPackets()
                        .hasSubpacket(SignatureSubpacketTags.EXPIRE_TIME)) {
            throw new StreamsRefusal(
                    Code.KEY_NOT_VALID,
                    "expected a key that is valid at %s and not revoked, and a signature without end"
                            .formatted(at));
        }
        try {
            signature.init(new BcPGPContentVerifierBuilderProvider(), key);
            signature.update(text);
            if (signature.verify()) {
                return;
            }
        } catch (PGPException | RuntimeException e) {
            // A signature of the wrong form is as wrong as any other.
            throw wrong(key);
        }
        throw wrong(key);
    }

    /** By what the ring says, which its reader has from a source that it trusts. */
    private static boolean valid(PGPPublicKey key, Instant at) {
        var from = key.getCreationTime().toInstant();
        long seconds = key.getValidSeconds();
        return !key.hasRevocation()
                && !at.isBefore(from)
                && (seconds == 0 || at.isBefore(from.plusSeconds(seconds)));
    }

    private static StreamsRefusal wrong(PGPPublicKey key) {
        return new StreamsRefusal(
                Code.WRONG_SIGNATURE,
                "the signature by %016X does not fit the text".formatted(key.getKeyID()));
    }

    private static boolean strong(PGPPublicKey key) {
        return switch (key.getAlgorithm()) {
            case PublicKeyAlgorithmTags.RSA_GENERAL -> key.getBitStrength() >= MIN_RSA_BITS;
            case PublicKeyAlgorithmTags.ECDSA,
                    PublicKeyAlgorithmTags.EDDSA_LEGACY,
                    PublicKeyAlgorithmTags.Ed25519 ->
                    true;
            default -> false;
        };
    }
}
