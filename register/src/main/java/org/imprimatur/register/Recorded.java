package org.imprimatur.register;

import java.time.Instant;

/** A statement with its place in the ledger. */
public record Recorded<S extends Statement>(
        long index, StatementId id, S statement, Instant admittedAt) {

    /** Where it is, for people. */
    String place() {
        return "entry " + index + " of " + statement.header().ledger();
    }
}
