package org.imprimatur.trust;

import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;

/** One revocation list of an authority (RFC 5280, 5), as found in a directory of anchors. */
final class Revocations {

    private static final String ISSUING_DISTRIBUTION_POINT = "2.5.29.28";

    /** Authority key identifier, CRL number, issuing distribution point. */
    private static final Set<String> UNDERSTOOD =
            Set.of("2.5.29.35", "2.5.29.20", ISSUING_DISTRIBUTION_POINT);

    private final String source;
    private final X509CRL crl;

    // A large list is verified once for each issuer, not once for each chain.
    private final Map<X509Certificate, Boolean> signedBy = new ConcurrentHashMap<>();

    Revocations(String source, X509CRL crl) {
        this.source = source;
        this.crl = crl;
    }

    /** The file where the list was found. */
    String source() {
        return source;
    }

    X509CRL crl() {
        return crl;
    }

    Instant issuedAt() {
        return crl.getThisUpdate().toInstant();
    }

    /** Why the list cannot be used for anything, or empty. */
    Optional<String> objection() {
        if (crl.getNextUpdate() == null) {
            return Optional.of("has no next update");
        }
        var weak = Algorithms.objectionToSignature(crl.getSigAlgOID(), crl.getSigAlgName());
        if (weak.isPresent()) {
            return weak.map(reason -> "is " + reason);
        }
        var critical = crl.getCriticalExtensionOIDs();
        if (critical != null && !UNDERSTOOD.containsAll(critical)) {
            return Optional.of("has a critical extension that is not understood: " + critical);
        }
        byte[] scope = crl.getExtensionValue(ISSUING_DISTRIBUTION_POINT);
        if (scope != null) {
            try {
                var point =
                        IssuingDistributionPoint.getInstance(
                                ASN1OctetString.getInstance(scope).getOctets());
                if (point.isIndirectCRL()
                        || point.onlyContainsAttributeCerts()
                        || point.onlyContainsCACerts()
                        || point.onlyContainsUserCerts()
                        || point.getOnlySomeReasons() != null) {
                    return Optional.of("covers only a part of what its authority issued");
                }
            } catch (RuntimeException e) {
                // Bouncy Castle tells broken structures in several ways.
                return Optional.of("has a scope that cannot be read");
            }
        }
        return Optional.empty();
    }

    boolean isSignedBy(X509Certificate issuer) {
        return signedBy.computeIfAbsent(
                issuer,
                key -> {
                    try {
                        crl.verify(key.getPublicKey());
                        return true;
                    } catch (GeneralSecurityException e) {
                        // "Not by this key" is an answer here, whichever way it shows.
                        return false;
                    }
                });
    }
}
