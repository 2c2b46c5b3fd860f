package org.imprimatur.inspect.secrets;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Archives in memory, which must end with a result within their bounds. */
public final class ArchiveFuzz {

    private static final ArchiveSearch.Bounds BOUNDS =
            new ArchiveSearch.Bounds(4 << 20, 1 << 20, 50, 1_000);
    private static final SecretSearch SEARCH = new SecretSearch();

    private ArchiveFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        var kind = ArchiveKind.of(input, input.length);
        if (kind.isPresent()) {
            var outcome =
                    new ArchiveSearch(SEARCH, BOUNDS)
                            .run(kind.get(), "/a.b", new ByteArrayInputStream(input));
            if (outcome.bytes() > BOUNDS.maxBytes() + (64 << 10)) {
                throw new AssertionError("searched " + outcome.bytes());
            }
        }
    }

    public static Stream<byte[]> seeds() throws IOException {
        var secret = "password".getBytes(StandardCharsets.US_ASCII);
        return Stream.of(
                ArchiveSearchTest.tar("a", secret),
                ArchiveSearchTest.zip("a", secret),
                ArchiveSearchTest.deb("a", secret),
                ArchiveSearchTest.cpio("a", secret),
                ArchiveSearchTest.gzip(ArchiveSearchTest.tar("a", secret)),
                ArchiveSearchTest.packed(BZip2CompressorOutputStream::new, secret),
                ArchiveSearchTest.packed(
                        out -> new XZOutputStream(out, new LZMA2Options(0)), secret));
    }
}
