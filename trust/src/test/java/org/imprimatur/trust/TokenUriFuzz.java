package org.imprimatur.trust;

import java.nio.charset.StandardCharsets;

/** Any text: a URI of a token, or the one exception. */
public final class TokenUriFuzz {

    private TokenUriFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            TokenUri.parse(new String(input, StandardCharsets.UTF_8));
        } catch (UnusableKey e) {
            // The one exception that may come.
            if (e.reason() != UnusableKey.Reason.BAD_TOKEN_URI) {
                throw e;
            }
        }
    }
}
