package org.imprimatur.ledger;

import java.util.List;
import java.util.Optional;

/** What checking a note against known keys led to. */
public sealed interface NoteCheck {

    /**
     * At least one known key has signed, and none wrongly.
     *
     * @param text the text that they signed
     * @param signatures the signatures of the known keys, in the order of the note
     */
    record Verified(String text, List<VerifiedSignature> signatures) implements NoteCheck {

        /** Copies the list. */
        public Verified {
            signatures = List.copyOf(signatures);
        }

        /** The signature of this key, if it is among them. */
        public Optional<VerifiedSignature> by(NoteVerifier key) {
            return signatures.stream().filter(s -> s.key().equals(key)).findFirst();
        }
    }

    /**
     * Nobody known has signed, or somebody known has, wrongly.
     *
     * @param explanation one sentence for people
     */
    record Rejected(String explanation) implements NoteCheck {}
}
