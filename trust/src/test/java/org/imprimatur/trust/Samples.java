package org.imprimatur.trust;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import org.imprimatur.register.Header;
import org.imprimatur.register.Nonce;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Person;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement;

/** What many tests start from. */
final class Samples {

    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    static final InstantSource CLOCK = InstantSource.fixed(NOW);
    static final SecureRandom RANDOM = new SecureRandom();

    private Samples() {}

    static TrialAuthority authority() {
        return TrialAuthority.create("Test CA", TrialAuthority.KeyKind.EC_P256, CLOCK, RANDOM);
    }

    static Statement acceptanceBy(Person signer) {
        return new Statement.Acceptance(
                new Header(
                        new Origin("catalogue.example/2026"),
                        signer,
                        NOW,
                        new Nonce(HexFormat.of().formatHex(new byte[16]))),
                new PolicyRef("egi-endorsement", "2", Sha256.of(new byte[0])));
    }
}
