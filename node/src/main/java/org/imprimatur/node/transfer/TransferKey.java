package org.imprimatur.node.transfer;

import org.imprimatur.register.Origin;
import org.imprimatur.register.StatementId;

/** What speaks for an image, and the ledger or list that it is in. */
public record TransferKey(Origin catalogue, StatementId endorsement) {

    static TransferKey of(Approved approved) {
        return new TransferKey(approved.catalogue(), approved.candidate().id());
    }
}
