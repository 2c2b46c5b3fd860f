package org.imprimatur.trust;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;

/**
 * Verifies ECDSA signatures by Bouncy Castle's arithmetic, in a seventh of the time that the JDK
 * takes: for nodes, which verify thousands. Its classes take longer to load than the JDK takes for
 * a few signatures, so a command that verifies a bundle is better off without.
 *
 * <p>What is computed ahead for a key is kept, since few people sign much. Threads may share an
 * object.
 */
final class QuickEcdsa {

    private static final int MAX_KEYS = 1024;

    /** What a signature needs besides the key; the algorithm's JCA name tells it. */
    private record Suite(ECDomainParameters curve, String digest) {

        static Suite of(String curve, String digest) {
            X9ECParameters named = CustomNamedCurves.getByName(curve);
            return new Suite(new ECDomainParameters(named), digest);
        }
    }

    /** A key: a point, and by the digest the curve that it is on. */
    private record Point(String digest, ECPoint at) {}

    private final Map<String, Suite> suites =
            Map.of(
                    "SHA256withECDSA", Suite.of("P-256", "SHA-256"),
                    "SHA384withECDSA", Suite.of("P-384", "SHA-384"));

    // Guarded by itself.
    private final Map<Point, ECPublicKeyParameters> keys =
            new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(
                        Map.Entry<Point, ECPublicKeyParameters> eldest) {
                    return size() > MAX_KEYS;
                }
            };

    /**
     * Whether a key has signed a message.
     *
     * @param algorithm the JCA name that {@link Algorithms} gives for the key
     */
    boolean verifies(ECPublicKey key, String algorithm, byte[] message, byte[] signature) {
        var suite = suites.get(algorithm);
        if (suite == null) {
            throw new IllegalArgumentException(algorithm + " is no algorithm of an accepted curve");
        }
        try {
            var parts = StandardDSAEncoding.INSTANCE.decode(suite.curve().getN(), signature);
            var signer = new ECDSASigner();
            signer.init(false, parameters(key, suite));
            return signer.verifySignature(
                    MessageDigest.getInstance(suite.digest()).digest(message), parts[0], parts[1]);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK must provide " + suite.digest(), e);
        } catch (IOException | RuntimeException e) {
            // A signature of the wrong form, or a key off its curve, is as wrong as any other.
            // Bouncy Castle tells broken structures in several ways.
            return false;
        }
    }

    private ECPublicKeyParameters parameters(ECPublicKey key, Suite suite) {
        var point = new Point(suite.digest(), key.getW());
        synchronized (keys) {
            var known = keys.get(point);
            if (known != null) {
                return known;
            }
        }
        var made =
                new ECPublicKeyParameters(
                        suite.curve()
                                .getCurve()
                                .createPoint(key.getW().getAffineX(), key.getW().getAffineY()),
                        suite.curve());
        synchronized (keys) {
            keys.put(point, made);
        }
        return made;
    }
}
