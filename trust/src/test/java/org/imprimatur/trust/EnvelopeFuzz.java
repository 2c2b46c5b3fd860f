package org.imprimatur.trust;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.imprimatur.register.MalformedInput;

/** Envelopes, and the certificates in them: nothing is verified where nobody is trusted. */
public final class EnvelopeFuzz {

    private static final StatementVerifier VERIFIER =
            new StatementVerifier(
                    TrustAnchors.of(List.<X509Certificate>of(), List.of(), CrlMode.REQUIRE));

    private EnvelopeFuzz() {}

    /** A signed statement. */
    public static Stream<byte[]> seeds() {
        var alice = Samples.authority().issue("Alice");
        return Stream.of(StatementSigner.sign(Samples.acceptanceBy(alice.person()), alice));
    }

    /** Ends with an envelope of these very bytes, or with MalformedInput. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (VERIFIER.verify(input, Samples.NOW) instanceof StatementVerifier.Verified) {
            throw new AssertionError("verified, though nobody is trusted");
        }
        try {
            if (!Arrays.equals(Envelope.parse(input).bytes(), input)) {
                throw new AssertionError("an envelope of other bytes");
            }
        } catch (MalformedInput e) {
            if (e.explanation().isBlank()) {
                throw new AssertionError("no explanation", e);
            }
        }
    }
}
