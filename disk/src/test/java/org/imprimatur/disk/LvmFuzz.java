package org.imprimatur.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

/** The text of a volume group, on a physical volume whose checksums are right. */
public final class LvmFuzz {

    private static final int MAX_TEXT = 32 << 10;

    private LvmFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        byte[] text = Arrays.copyOf(input, Math.min(input.length, MAX_TEXT));
        byte[] disk = LvmDisk.volume("1", new String(text, StandardCharsets.ISO_8859_1));
        try {
            ReadEverything.of(new MemoryDevice(disk));
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    public static Stream<byte[]> seeds() {
        String linear = LvmDisk.logical("root", LvmDisk.linear(0, 2, "pv0", 3));
        String striped =
                LvmDisk.logical(
                        "striped",
                        LvmDisk.segment(
                                0,
                                4,
                                "type=\"striped\" stripe_size=8 stripes=[\"pv0\",5,\"pv0\",7]"));
        String thin =
                LvmDisk.logical(
                        "thin", LvmDisk.segment(0, 2, "type = \"thin\" thin_pool = \"pool\""));
        return Stream.of(
                        LvmDisk.group(1, linear),
                        LvmDisk.group(2, linear + striped),
                        LvmDisk.group(3, linear + thin))
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
