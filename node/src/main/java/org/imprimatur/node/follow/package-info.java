/**
 * Following the ledgers of others: fetch, prove, verify every signature again, and keep a register
 * of each. Nothing that a catalogue says is believed because the catalogue says it.
 */
@NullMarked
package org.imprimatur.node.follow;

import org.jspecify.annotations.NullMarked;
