package org.imprimatur.ledger;

import java.util.Arrays;
import java.util.stream.Stream;

/** Proof files from anybody: checked, or refused. */
public final class ProofFileFuzz {

    private ProofFileFuzz() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) {
        ProofFile file;
        try {
            file = ProofFile.parse(input);
        } catch (MalformedInput refused) {
            return;
        }
        if (!Arrays.equals(file.bytes(), input)) {
            throw new AssertionError("a proof with two spellings");
        }
        file.check(Hash.ofLeaf(new byte[0]), SampleKeys.ledger());
    }

    /** The named bad files, and a good one. */
    public static Stream<byte[]> seeds() {
        return HostileFiles.of("proof");
    }
}
