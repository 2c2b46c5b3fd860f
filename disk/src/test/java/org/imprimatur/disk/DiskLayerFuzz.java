package org.imprimatur.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** The header of one file of a chain. */
public final class DiskLayerFuzz {

    private DiskLayerFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        try {
            DiskLayer.read(new MemoryDevice(input));
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    /** An overlay, a file that holds data, and none of the format. */
    public static Stream<byte[]> seeds() {
        return Stream.of(
                new DiskLayerTest.Header().backing("base.qcow2").format("qcow2").bytes(),
                new DiskLayerTest.Header().l1(0x8000_0000_0005_0000L).bytes(),
                "no disk".getBytes(StandardCharsets.UTF_8));
    }
}
