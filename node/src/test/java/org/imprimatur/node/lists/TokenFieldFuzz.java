package org.imprimatur.node.lists;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.stream.Stream;

/** What subscribers show to be given a private list: a token, or nothing that is one. */
public final class TokenFieldFuzz {

    private TokenFieldFuzz() {}

    /** As subscribers send it. */
    public static Stream<byte[]> seeds() {
        return Stream.of("Basic dG9rZW46eC1vYXV0aC1iYXNpYw==", "basic  YTpi", "Bearer abc")
                .map(text -> text.getBytes(ISO_8859_1));
    }

    /** Ends with a token that is not empty, or with none. */
    public static void fuzzerTestOneInput(byte[] input) {
        ListTokens.secret(new String(input, ISO_8859_1))
                .ifPresent(
                        token -> {
                            if (token.isEmpty()) {
                                throw new AssertionError("an empty token");
                            }
                        });
    }
}
