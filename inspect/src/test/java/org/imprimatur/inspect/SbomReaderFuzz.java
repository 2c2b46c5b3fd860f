package org.imprimatur.inspect;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.stream.Stream;

/** Bills of materials that somebody else serves. */
public final class SbomReaderFuzz {

    private SbomReaderFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        try {
            SbomReader.read(new ByteArrayInputStream(input));
        } catch (MalformedSbom _) {
            // Refused, as it should be.
        }
    }

    /** The system of the tests, with packages of many kinds. */
    public static Stream<byte[]> seeds() throws Exception {
        return Stream.of(Sbom.bytes(SbomTest.report()));
    }
}
