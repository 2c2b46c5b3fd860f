package org.imprimatur.exchange;

import java.util.stream.Stream;
import org.imprimatur.register.MalformedInput;

/** Evidence files from anybody: read and judged, or refused. */
public final class LedgerEvidenceFuzz {

    private LedgerEvidenceFuzz() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) {
        LedgerEvidence evidence;
        try {
            evidence = LedgerEvidence.read(input);
        } catch (MalformedInput refused) {
            return;
        }
        if (evidence.judge().meaning().isBlank()) {
            throw new AssertionError("a judgement without words");
        }
        if (!LedgerEvidence.read(evidence.write()).judge().equals(evidence.judge())) {
            throw new AssertionError("another judgement of the same evidence");
        }
    }

    /** A file that convicts, to begin with. */
    public static Stream<byte[]> seeds() {
        return Stream.of(LedgerEvidenceTest.fork());
    }
}
