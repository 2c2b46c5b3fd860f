package org.imprimatur.trust;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import org.imprimatur.register.MalformedInput;
import org.jspecify.annotations.Nullable;

/**
 * A public key that signatures of other tools are checked with ({@code docs/format.md},
 * "Attestations"). The same keys are accepted as in our own envelopes; with RSA keys, other tools
 * also sign with SHA-256 whatever the key's length, and with RSASSA-PSS.
 *
 * <p>Threads may share a key.
 */
public final class VerificationKey {

    /** No file of a public key is larger, in bytes. */
    public static final int MAX_FILE_BYTES = 64 * 1024;

    private static final PSSParameterSpec PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);

    private final PublicKey key;
    private final String algorithm;

    private VerificationKey(PublicKey key, String algorithm) {
        this.key = key;
        this.algorithm = algorithm;
    }

    /**
     * The key of a certificate; whether anybody trusts that is for {@link TrustAnchors} to say.
     *
     * @throws MalformedInput when the key is not of an accepted kind
     */
    public static VerificationKey of(X509Certificate certificate) {
        return of(certificate.getPublicKey());
    }

    /**
     * Reads one public key: PEM with a {@code PUBLIC KEY} (RFC 7468, section 13).
     *
     * @throws MalformedInput when there is not exactly one, or it is not of an accepted kind
     */
    public static VerificationKey read(byte[] pem) {
        var keys =
                Pem.blocks(pem).stream()
                        .filter(block -> block.label().equals("PUBLIC KEY"))
                        .toList();
        if (keys.size() != 1) {
            throw new MalformedInput(
                    "", "one PUBLIC KEY in PEM form", keys.isEmpty() ? "none" : "several");
        }
        byte[] der = keys.getFirst().der();
        if (der == null) {
            throw new MalformedInput("", "one PUBLIC KEY in PEM form", "one that is not base64");
        }
        var spec = new X509EncodedKeySpec(der);
        for (var kind : List.of("RSA", "EC", "Ed25519")) {
            try {
                return of(KeyFactory.getInstance(kind).generatePublic(spec));
            } catch (GeneralSecurityException e) {
                // Not a key of this kind; the encoding says so only when it is read.
                continue;
            }
        }
        throw new MalformedInput(
                "", "a key of RSA, EC P-256, EC P-384 or Ed25519", "a key of another kind");
    }

    private static VerificationKey of(PublicKey key) {
        return switch (Algorithms.forKey(key)) {
            case Algorithms.Choice.Refuse(var reason) ->
                    throw new MalformedInput("", "a key that is accepted", reason);
            case Algorithms.Choice.Use(var algorithm) -> new VerificationKey(key, algorithm);
        };
    }

    /** SHA-256 of the key as a certificate holds it (SubjectPublicKeyInfo), in hex. */
    public String fingerprint() {
        return Digests.hex(key.getEncoded());
    }

    /** Whether the signature over the message was made with the other half of this key. */
    public boolean verifies(byte[] message, byte[] signature) {
        if (verifies(algorithm, null, message, signature)) {
            return true;
        }
        return key.getAlgorithm().equals("RSA")
                && (verifies("SHA256withRSA", null, message, signature)
                        || verifies("RSASSA-PSS", PSS, message, signature));
    }

    private boolean verifies(
            String name,
            @Nullable AlgorithmParameterSpec parameters,
            byte[] message,
            byte[] signature) {
        try {
            var verifier = Signature.getInstance(name);
            if (parameters != null) {
                verifier.setParameter(parameters);
            }
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // A signature of the wrong length or form is as wrong as any other.
            return false;
        }
    }
}
