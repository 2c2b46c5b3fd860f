package org.imprimatur.exchange.hepix;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.imprimatur.exchange.hepix.ListVerifier.Expected;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.TrustAnchors;

/** Any bytes as a list: a verdict, or the one exception. Nothing is ever accepted by chance. */
public final class HepixListFuzz {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private HepixListFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        var verifier =
                new ListVerifier(
                        TrustAnchors.of(List.<X509Certificate>of(), List.of(), CrlMode.REQUIRE),
                        true,
                        Expected.nothing());
        try {
            var verdict = verifier.verify(input, NOW);
            if (verdict.accepted()) {
                throw new AssertionError("accepted, though nobody is trusted");
            }
        } catch (MalformedInput e) {
            if (e.explanation().isBlank()) {
                throw new AssertionError("no explanation", e);
            }
        }
        try {
            var list = ImageList.readAny(input);
            list.images().forEach(image -> image.text("dc:title"));
            ListVerifier.objectionsTo(list, NOW);
            ImageJudge.judge(list, java.util.Optional.of(list), NOW);
            if (!ListDiff.between(list, list).isEmpty()) {
                throw new AssertionError("a list differs from itself");
            }
        } catch (MalformedInput e) {
            if (e.explanation().isBlank()) {
                throw new AssertionError("no explanation", e);
            }
        }
    }
}
