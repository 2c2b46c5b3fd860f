package org.imprimatur.node.transfer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What stands beside a file that is on its way: it never says more than the file can have. */
public final class PartMapFuzz {

    private static final long BYTES = 500_000;
    private static final Path FILE = file();

    private PartMapFuzz() {}

    private static Path file() {
        try {
            var file = Files.createTempFile("part", ".map");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A good one. */
    public static Stream<byte[]> seeds() {
        return Stream.of(
                "imprimatur-part/1 500000\n0 1000\n2000 500000\n".getBytes(US_ASCII),
                "imprimatur-part/1 500000\n".getBytes(US_ASCII));
    }

    /** Ends with ranges within the file, or with none. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        Files.write(FILE, input);
        new PartMap(FILE)
                .read(BYTES)
                .ifPresent(
                        ranges ->
                                ranges.ranges()
                                        .forEach(
                                                range -> {
                                                    if (range.from() < 0 || range.to() > BYTES) {
                                                        throw new AssertionError(range);
                                                    }
                                                }));
    }
}
