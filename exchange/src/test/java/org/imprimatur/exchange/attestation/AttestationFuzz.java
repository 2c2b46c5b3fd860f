package org.imprimatur.exchange.attestation;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.imprimatur.exchange.attestation.AttestationVerifier.Trust;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.TrustAnchors;

/** Any bytes as an envelope, and as the statement behind a signature. */
public final class AttestationFuzz {

    private static final AttestationVerifier VERIFIER =
            new AttestationVerifier(
                    new Trust.Chain(
                            TrustAnchors.of(List.<X509Certificate>of(), List.of(), CrlMode.REQUIRE),
                            List.of(),
                            Instant.parse("2026-11-21T12:00:00Z")));

    private AttestationFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (VERIFIER.verify(input, Map.of()) instanceof AttestationVerdict.Accepted) {
            throw new AssertionError("accepted, though nobody is trusted");
        }
        try {
            BuildProvenance.read(input, Map.of("sha256", Foreign.SHA256), null);
        } catch (BuildProvenance.NotOfThisImage | MalformedInput e) {
            if (String.valueOf(e.getMessage()).isBlank()) {
                throw new AssertionError("no explanation", e);
            }
        }
        try {
            Provenance.of(InTotoStatement.parse(input));
        } catch (InTotoStatement.UnknownType | MalformedInput e) {
            if (String.valueOf(e.getMessage()).isBlank()) {
                throw new AssertionError("no explanation", e);
            }
        }
    }

    public static Stream<byte[]> seeds() {
        return Stream.of(Foreign.PROVENANCE, Foreign.envelope(Foreign.PROVENANCE))
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }
}
