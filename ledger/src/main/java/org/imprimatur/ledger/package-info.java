/**
 * Proof that it was said: Merkle tree, tiles, checkpoints and proofs over opaque entries.
 *
 * <p>Hashing and proofs are those of RFC 6962 section 2.1; files and texts those of C2SP {@code
 * tlog-tiles}, {@code signed-note}, {@code tlog-checkpoint}, {@code tlog-cosignature}, {@code
 * tlog-witness} and {@code tlog-proof}. Nothing here reads a clock, a file or the network, or knows
 * what an entry means. All public types are immutable and may be shared between threads.
 *
 * <p>Text and bytes that do not have their form throw {@link org.imprimatur.ledger.MalformedInput}.
 * "Well formed, but not proven" is a result, never an exception.
 */
@NullMarked
package org.imprimatur.ledger;

import org.jspecify.annotations.NullMarked;
