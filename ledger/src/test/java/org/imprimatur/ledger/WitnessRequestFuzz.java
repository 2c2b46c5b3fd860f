package org.imprimatur.ledger;

import java.util.Arrays;
import java.util.stream.Stream;

/** Requests to a witness from anybody: judged, or refused. */
public final class WitnessRequestFuzz {

    private static final TreeHead LATEST = SampleTree.ofNumbers(256).head();

    private WitnessRequestFuzz() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) {
        WitnessRequest request;
        try {
            request = WitnessRequest.parse(input);
        } catch (MalformedInput refused) {
            return;
        }
        if (!Arrays.equals(request.bytes(), input)) {
            throw new AssertionError("a request with two spellings");
        }
        if (request.judge(SampleKeys.ledger(), LATEST)
                        instanceof WitnessRequest.Judgement.Consistent(var checkpoint)
                && checkpoint.size() < LATEST.size()) {
            throw new AssertionError("a rollback is cosigned");
        }
    }

    /** The named bad files, and a good one. */
    public static Stream<byte[]> seeds() {
        return HostileFiles.of("witness-request");
    }
}
