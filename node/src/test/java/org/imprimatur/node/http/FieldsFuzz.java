package org.imprimatur.node.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Header fields of requests that are read here: whatever they say, there is an answer. */
public final class FieldsFuzz {

    private static final long SIZE = 1_000_000;
    private static final Map<String, String> ANSWER =
            Map.of("ETag", "\"a\"", "Last-Modified", "Sat, 21 Nov 2026 12:00:00 GMT");

    private FieldsFuzz() {}

    /** One of each. */
    public static Stream<byte[]> seeds() {
        return Stream.of(
                        "bytes=0-499",
                        "bytes=-500",
                        "bytes=999999999999999999-",
                        "W/\"a\", \"b\"",
                        "Sat, 21 Nov 2026 12:00:00 GMT")
                .map(text -> text.getBytes(ISO_8859_1));
    }

    /** Ends with a range within the file, and with an answer to whether it is fresh. */
    public static void fuzzerTestOneInput(byte[] input) {
        var text = new String(input, ISO_8859_1);
        ByteRange.parse(text, SIZE)
                .filter(range -> !range.unsatisfiable(SIZE))
                .ifPresent(
                        range -> {
                            if (range.from() < 0
                                    || range.to() >= SIZE
                                    || range.from() > range.to()) {
                                throw new AssertionError(range);
                            }
                        });
        Freshness.unchanged(
                ANSWER, name -> Optional.of(text).filter(_ -> name.equals("If-None-Match")));
        Freshness.unchanged(
                ANSWER, name -> Optional.of(text).filter(_ -> name.equals("If-Modified-Since")));
    }
}
