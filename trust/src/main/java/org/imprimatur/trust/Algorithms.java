package org.imprimatur.trust;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.util.Map;
import java.util.Optional;

/**
 * Which keys and signatures are accepted (docs/format.md, Envelope), and why the others are not.
 *
 * <p>The algorithm follows from the key alone, so that nobody who writes an envelope can choose a
 * weaker one.
 */
public final class Algorithms {

    /** Shorter RSA keys can be factored by those who attack infrastructures. */
    public static final int MIN_RSA_BITS = 2048;

    /** Longer RSA keys make verifying slow for everyone and protect nobody better. */
    public static final int MAX_RSA_BITS = 8192;

    private static final int RSA_BITS_FOR_SHA512 = 4096;

    private static final ECParameterSpec P256 = curve("secp256r1");
    private static final ECParameterSpec P384 = curve("secp384r1");

    /** Signature algorithms of certificates and revocation lists, by object identifier. */
    private static final Map<String, String> ACCEPTED_SIGNATURES =
            Map.of(
                    "1.2.840.113549.1.1.11", "SHA256withRSA",
                    "1.2.840.113549.1.1.12", "SHA384withRSA",
                    "1.2.840.113549.1.1.13", "SHA512withRSA",
                    "1.2.840.10045.4.3.2", "SHA256withECDSA",
                    "1.2.840.10045.4.3.3", "SHA384withECDSA",
                    "1.2.840.10045.4.3.4", "SHA512withECDSA",
                    "1.3.101.112", "Ed25519");

    private static final String EC_KEY = "1.2.840.10045.2.1";

    private Algorithms() {}

    /** What to do with a key: use it with one algorithm, or refuse it. */
    public sealed interface Choice {

        /**
         * The key is accepted; {@code signature} is the JCA name of its one signature algorithm.
         */
        record Use(String signature) implements Choice {}

        /** The key is refused; {@code reason} says why, in words that fit after a colon. */
        record Refuse(String reason) implements Choice {}
    }

    /** The one algorithm for a key, or why the key is refused. */
    public static Choice forKey(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa -> forRsa(rsa);
            case ECPublicKey ec -> forEc(ec);
            case EdECPublicKey ed when isEd25519(ed) -> new Choice.Use("Ed25519");
            default ->
                    new Choice.Refuse(
                            "keys of type "
                                    + key.getAlgorithm()
                                    + " are not accepted; expected RSA, EC P-256, EC P-384 or"
                                    + " Ed25519");
        };
    }

    private static Choice forRsa(RSAPublicKey key) {
        int bits = key.getModulus().bitLength();
        if (!"RSA".equals(key.getAlgorithm())) {
            return new Choice.Refuse(
                    "keys bound to "
                            + key.getAlgorithm()
                            + " are not accepted; expected plain RSA");
        }
        if (bits < MIN_RSA_BITS) {
            return new Choice.Refuse(
                    "RSA key of %d bits; expected at least %d, since shorter ones can be factored"
                            .formatted(bits, MIN_RSA_BITS));
        }
        if (bits > MAX_RSA_BITS) {
            return new Choice.Refuse(
                    "RSA key of %d bits; expected at most %d".formatted(bits, MAX_RSA_BITS));
        }
        if (key.getPublicExponent().signum() <= 0
                || !key.getPublicExponent().testBit(0)
                || key.getPublicExponent().bitLength() < 2) {
            return new Choice.Refuse(
                    "RSA key with the public exponent %s; expected an odd one, at least 3"
                            .formatted(key.getPublicExponent()));
        }
        return new Choice.Use(bits < RSA_BITS_FOR_SHA512 ? "SHA256withRSA" : "SHA512withRSA");
    }

    private static Choice forEc(ECPublicKey key) {
        if (same(key.getParams(), P256)) {
            return new Choice.Use("SHA256withECDSA");
        }
        if (same(key.getParams(), P384)) {
            return new Choice.Use("SHA384withECDSA");
        }
        return new Choice.Refuse(
                "EC key on %s; expected P-256 or P-384, since each further curve is one more"
                                .formatted(key.getParams())
                        + " implementation to trust");
    }

    private static boolean isEd25519(EdECPublicKey key) {
        return NamedParameterSpec.ED25519.getName().equals(key.getParams().getName());
    }

    /**
     * Why the signature on a certificate is not accepted, or empty when it is. SHA-1 and MD5
     * collisions can be bought, so a certificate signed over them may be a forgery.
     */
    public static Optional<String> objectionToSignatureOf(X509Certificate certificate) {
        return objectionToSignature(certificate.getSigAlgOID(), certificate.getSigAlgName());
    }

    static Optional<String> objectionToSignature(String oid, String name) {
        return ACCEPTED_SIGNATURES.containsKey(oid)
                ? Optional.empty()
                : Optional.of(
                        "signed with %s; expected SHA-256, SHA-384 or SHA-512 with RSA or ECDSA, or"
                                        .formatted(name)
                                + " Ed25519");
    }

    /**
     * A certificate that Java cannot read may only have a key on a curve that Java does not know:
     * says so, or is empty when something else is wrong with it.
     */
    static Optional<String> objectionToUnreadable(byte[] der) {
        try {
            var key =
                    org.bouncycastle.asn1.x509.Certificate.getInstance(der)
                            .getSubjectPublicKeyInfo()
                            .getAlgorithm();
            return EC_KEY.equals(key.getAlgorithm().getId())
                    ? Optional.of(
                            "EC key on the curve %s; expected P-256 or P-384"
                                    .formatted(key.getParameters()))
                    : Optional.empty();
        } catch (RuntimeException e) {
            // Not even the outline of a certificate, in whichever way that shows: nothing to say
            // about its key.
            return Optional.empty();
        }
    }

    private static boolean same(ECParameterSpec one, ECParameterSpec other) {
        return one.getCurve().equals(other.getCurve())
                && one.getGenerator().equals(other.getGenerator())
                && one.getOrder().equals(other.getOrder())
                && one.getCofactor() == other.getCofactor();
    }

    private static ECParameterSpec curve(String name) {
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK must know the curve " + name, e);
        }
    }
}
