package org.imprimatur.ledger;

import java.util.HexFormat;

/** The public test keys 1 and 2 of RFC 8032 section 7.1, as ledger and witness. */
final class SampleKeys {

    static final String LEDGER_NAME = "vmi-log.example/2026";
    static final String WITNESS_NAME = "witness.example/w1";

    private SampleKeys() {}

    static byte[] seed(String whose) {
        return HexFormat.of()
                .parseHex(Vectors.ALL.at("/note/" + whose + "_private_seed_hex").asText());
    }

    static NoteSigner ledgerSigner() {
        return NoteSigner.ofSeed(LEDGER_NAME, seed("log"));
    }

    static NoteVerifier ledger() {
        return ledgerSigner().verifier();
    }

    static Cosigner witness() {
        return Cosigner.ofSeed(WITNESS_NAME, seed("witness"));
    }
}
