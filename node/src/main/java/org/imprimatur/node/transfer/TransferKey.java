package org.imprimatur.node.transfer;

import org.imprimatur.register.Origin;
import org.imprimatur.register.StatementId;

/** An endorsement and the ledger that it is in. */
public record TransferKey(Origin catalogue, StatementId endorsement) {

    static TransferKey of(Approved approved) {
        return new TransferKey(approved.catalogue(), approved.endorsement().id());
    }
}
