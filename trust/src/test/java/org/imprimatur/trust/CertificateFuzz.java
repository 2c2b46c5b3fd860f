package org.imprimatur.trust;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Certificates of strangers in DER: one that the authority did not issue is never accepted. */
public final class CertificateFuzz {

    private static final TrialAuthority AUTHORITY = Samples.authority();
    private static final byte[] GOOD = Certificates.der(AUTHORITY.issue("Alice").certificate());
    private static final TrustAnchors ANCHORS = AUTHORITY.anchors();

    private CertificateFuzz() {}

    /** The person's certificate and the authority's own. */
    public static Stream<byte[]> seeds() {
        return Stream.of(GOOD, Certificates.der(AUTHORITY.certificate()));
    }

    /** Ends with a verdict. */
    public static void fuzzerTestOneInput(byte[] input) {
        var alone = ANCHORS.judge(List.of(input), Samples.NOW);
        if (alone instanceof ChainVerdict.Valid && !Arrays.equals(input, GOOD)) {
            throw new AssertionError("accepted, though the authority did not issue it");
        }
        if (ANCHORS.judge(List.of(input, GOOD), Samples.NOW) instanceof ChainVerdict.Valid) {
            throw new AssertionError("a person issues no certificates");
        }
    }
}
