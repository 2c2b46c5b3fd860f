package org.imprimatur.exchange;

import java.security.SecureRandom;
import java.util.List;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.register.Charter;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Origin;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.StatusLine;

/** Any bytes as a status proof: a verdict, or the one exception. Nothing is proven by chance. */
public final class StatusProofFuzz {

    private static final StatusVerifier VERIFIER = new StatusVerifier(stranger(), List.of());

    private StatusProofFuzz() {}

    private static Charter stranger() {
        var key = NoteSigner.generate("stranger.example", new SecureRandom());
        return new Charter(
                new Origin("stranger.example"),
                key.verifier().toString(),
                new PolicyRef("policy", "1", Sha256.of(new byte[0])),
                List.of());
    }

    public static void fuzzerTestOneInput(byte[] input) {
        StatusProof proof;
        try {
            proof = StatusProof.read(input);
        } catch (MalformedInput e) {
            if (e.explanation().isBlank()) {
                throw new AssertionError("no explanation", e);
            }
            return;
        }
        if (!StatusProof.read(proof.write()).equals(proof)) {
            throw new AssertionError("what is written is not what was read");
        }
        if (VERIFIER.verify(proof) instanceof StatusVerifier.Outcome.Proven) {
            throw new AssertionError("proven, though nobody is trusted");
        }
        for (var record : proof.records()) {
            for (var line : record.lines()) {
                try {
                    StatusLine.parse(line);
                } catch (MalformedInput e) {
                    if (e.explanation().isBlank()) {
                        throw new AssertionError("no explanation", e);
                    }
                }
            }
        }
    }
}
