/**
 * What enters and leaves the house as files: ledger entries, charters, and bundles that verify off
 * line.
 */
@NullMarked
package org.imprimatur.exchange;

import org.jspecify.annotations.NullMarked;
