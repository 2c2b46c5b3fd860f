/**
 * Attestations: DSSE envelopes with in-toto statements, as other tools write and read them. What is
 * read is told, never taken for a statement of our own.
 */
@NullMarked
package org.imprimatur.exchange.attestation;

import org.jspecify.annotations.NullMarked;
