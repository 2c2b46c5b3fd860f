package org.imprimatur.disk;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.stream.Stream;

/** A content tree, of the disk that it names itself. */
public final class ContentTreeFileFuzz {

    private static final int SIZE_AT = 27;

    private ContentTreeFileFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        long size =
                input.length < SIZE_AT + 8
                        ? 1
                        : ByteBuffer.wrap(input).getLong(SIZE_AT) & 0x3fff_ffffL;
        try {
            ContentTreeFile.read(new ByteArrayInputStream(input), size);
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    public static Stream<byte[]> seeds() throws IOException {
        byte[] disk = new byte[3_000_000];
        disk[100_000] = 1;
        disk[2_999_999] = 1;
        return Stream.of(ContentTreeFileTest.file(disk));
    }
}
