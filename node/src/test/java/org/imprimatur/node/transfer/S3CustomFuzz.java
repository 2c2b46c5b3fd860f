package org.imprimatur.node.transfer;

import java.time.Instant;
import java.util.Optional;

/** What an S3 service says of a refusal: any bytes end in a sentence of ours. */
public final class S3CustomFuzz {

    private static final S3Custom CUSTOM =
            new S3Custom(
                    new S3Access(
                            S3Access.USUAL.endpoint(),
                            "us-east-1",
                            Optional.of(new S3Access.Credentials("KEY", "SECRET"))),
                    () -> Instant.EPOCH);

    private S3CustomFuzz() {}

    /** The document. */
    public static void fuzzerTestOneInput(byte[] input) {
        var refusal = CUSTOM.refusal(input).orElse("");
        if (refusal.length() > 1000 || !refusal.matches("[ -~]*")) {
            throw new AssertionError("a refusal is told in our own words");
        }
    }
}
