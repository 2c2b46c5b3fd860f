package org.imprimatur.ledger;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A signature that was found good.
 *
 * @param key the key that made it
 * @param cosignedAt for a cosignature the moment that the cosigner states; null for a plain
 *     signature, which has none
 */
public record VerifiedSignature(NoteVerifier key, @Nullable Instant cosignedAt) {

    /** When the cosigner saw this checkpoint; empty for a plain signature. */
    public Optional<Instant> time() {
        return Optional.ofNullable(cosignedAt);
    }
}
