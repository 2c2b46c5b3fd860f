package org.imprimatur.exchange;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.TrustAnchors;

/** Bundles: what is read is written the same, and nothing verifies where nobody is trusted. */
public final class BundleFuzz {

    private static final SampleLedger LEDGER = new SampleLedger().story();
    private static final BundleVerifier VERIFIER =
            new BundleVerifier(
                    LEDGER.charter,
                    TrustAnchors.of(List.<X509Certificate>of(), List.of(), CrlMode.REQUIRE));

    private BundleFuzz() {}

    /** A good one. */
    public static Stream<byte[]> seeds() {
        return Stream.of(LEDGER.bundle().write());
    }

    /** Ends with a bundle and its verdict, or with MalformedInput. */
    public static void fuzzerTestOneInput(byte[] input) {
        Bundle bundle;
        try {
            bundle = Bundle.read(input);
        } catch (MalformedInput e) {
            if (e.explanation().isBlank()) {
                throw new AssertionError("no explanation", e);
            }
            return;
        }
        if (!Bundle.read(bundle.write()).equals(bundle)) {
            throw new AssertionError("what is written is not what was read");
        }
        if (VERIFIER.verify(bundle) instanceof BundleVerifier.Outcome.Verified) {
            throw new AssertionError("verified, though nobody is trusted");
        }
    }
}
