/**
 * The ledger and what is derived from it: sequencing, tiles, proofs, images, attachments, events.
 */
@NullMarked
package org.imprimatur.node.catalogue;

import org.jspecify.annotations.NullMarked;
