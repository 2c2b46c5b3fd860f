/** Proof that it was said: Merkle tree, tiles, checkpoints and proofs over opaque entries. */
@NullMarked
package org.imprimatur.ledger;

import org.jspecify.annotations.NullMarked;
