package org.imprimatur.node.catalogue;

/**
 * The stored ledger is not what this node has signed, or cannot be what its charter admits. The
 * node does not start, or stops admitting, until a person has looked.
 */
public final class LedgerFault extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What was found, what was expected, and what to do. */
    public LedgerFault(String message) {
        super(message);
    }
}
