package org.imprimatur.exchange.attestation;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import org.imprimatur.trust.Envelope;
import org.imprimatur.trust.VerificationKey;

/** Envelopes as other tools make them. */
final class Foreign {

    static final byte[] IMAGE = "an image".getBytes(StandardCharsets.UTF_8);
    static final String SHA256 = hex("SHA-256");
    static final String SHA512 = hex("SHA-512");
    static final KeyPair BUILDER = ec();

    /** Provenance of an image, by SHA-256 alone as builders mostly have it. */
    static final String PROVENANCE =
            """
            {"_type": "https://in-toto.io/Statement/v1",
             "subject": [{"name": "other", "digest": {"sha1": "00"}},
                         {"name": "image.qcow2", "digest": {"sha256": "%s"}}],
             "predicateType": "https://slsa.dev/provenance/v1",
             "predicate": {"buildDefinition": {"buildType": "https://builder.example/image/v1", "externalParameters": {"n": 1.5, "none": null},
               "resolvedDependencies": [{"uri": "git+https://git.example/images", "digest": {"gitCommit": "abc"}}]},
              "runDetails": {"builder": {"id": "https://builder.example/"}}}}
            """
                    .formatted(SHA256);

    private Foreign() {}

    private static String hex(String algorithm) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(IMAGE));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static KeyPair ec() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static VerificationKey key(PublicKey key) {
        return VerificationKey.read(pem(key).getBytes(StandardCharsets.US_ASCII));
    }

    static String pem(PublicKey key) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    static String sign(KeyPair pair, String algorithm, String type, String payload) {
        try {
            var signer = Signature.getInstance(algorithm);
            signer.initSign(pair.getPrivate());
            signer.update(Envelope.pae(type, payload.getBytes(StandardCharsets.UTF_8)));
            return Base64.getEncoder().encodeToString(signer.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** An envelope of the builder around a statement. */
    static String envelope(String statement) {
        return envelope(statement, "application/vnd.in-toto+json");
    }

    static String envelope(String statement, String type) {
        return wrapped(
                statement,
                type,
                "{\"keyid\": \"builder\", \"sig\": \"%s\"}"
                        .formatted(sign(BUILDER, "SHA256withECDSA", type, statement)));
    }

    static String wrapped(String statement, String type, String signatures) {
        return "{\"payloadType\": \"%s\", \"payload\": \"%s\", \"signatures\": [%s]}"
                .formatted(
                        type,
                        Base64.getEncoder()
                                .encodeToString(statement.getBytes(StandardCharsets.UTF_8)),
                        signatures);
    }
}
