package org.imprimatur.node.catalogue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.List;
import org.imprimatur.register.Recorded;

/** Statements with the bytes and the proof to check each, as histories give them. */
final class HistoryJson {

    private HistoryJson() {}

    /** Adds those that the head covers; every proof carries its checkpoint. */
    static void write(
            ObjectNode json,
            Ledger ledger,
            LedgerState.Head head,
            List<? extends Recorded<?>> entries) {
        var list = json.putArray("statements");
        for (var entry : entries) {
            if (entry.index() < head.size()) {
                list.addObject()
                        .put("index", entry.index())
                        .put("id", entry.id().hex())
                        .put("kind", entry.statement().kind().wire())
                        .put("admittedAt", entry.admittedAt().toString())
                        .put("signer", entry.statement().signer().subject())
                        .put(
                                "bytes",
                                Base64.getEncoder().encodeToString(ledger.entry(entry.index())))
                        .put("proof", ledger.proof(entry.index(), head.checkpoint()).toString());
            }
        }
    }
}
