/**
 * Following the signed image lists of others (HEPiX), beside ledgers: fetch, verify, keep each
 * state that was taken, and say what the list has and had. Nothing that could not be had, or is not
 * as it must be, changes what is known (WLCG-12, {@code docs/adr/0019-followed-lists.md}).
 */
@NullMarked
package org.imprimatur.node.subscription;

import org.jspecify.annotations.NullMarked;
