package org.imprimatur.exchange;

import java.util.Arrays;
import java.util.stream.Stream;

/** Leaves of a ledger: there is one spelling of each. */
public final class LedgerEntryFuzz {

    private LedgerEntryFuzz() {}

    /** A good one. */
    public static Stream<byte[]> seeds() {
        return Stream.of(new SampleLedger().story().bundle().entry().entry().bytes());
    }

    /** Ends with an entry, or with IllegalArgumentException. */
    public static void fuzzerTestOneInput(byte[] input) {
        LedgerEntry entry;
        try {
            entry = LedgerEntry.parse(input);
        } catch (IllegalArgumentException expected) {
            return;
        }
        if (!Arrays.equals(LedgerEntry.of(entry.admittedAt(), entry.envelope()).bytes(), input)) {
            throw new AssertionError("two spellings of one entry");
        }
    }
}
